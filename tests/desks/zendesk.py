"""The bench of Zendesk: our adapter before its API in memory, held against our contract of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from chalicelib.desk_api.items import OURS
from chalicelib.domain.account import Desk
from chalicelib.helpdesks.zendesk.helpdesk import Zendesk
from tests.desks.bench import (
    DESK,
    TOKEN,
    Headers,
    SeenEntry,
    SeenFile,
    SeenTicket,
    Stage,
    Webhook,
)
from tests.desks.in_memory import InMemory
from tests.fakes.desks.zendesk_api import (
    ALICE,
    BRIDGE,
    URL,
    Comment,
    Ticket,
    ZendeskApi,
    page_of,
    sign,
)

OPTIONS = {
    "email": "bridge@example.com",
    "agent": str(BRIDGE),
    "channel_field": "501",
    "account_field": "502",
    "reference_field": "503",
}
_OPEN = ("new", "open", "pending", "hold")


class ZendeskBench(InMemory):
    """See Bench; `api` is the account."""

    seen_at = "/tickets"  # users and uploads are no writes that an agent could see twice

    merges = True
    removes = True
    closes_for_good = True

    def __init__(self, **said: Any) -> None:
        self.api = ZendeskApi(tokens=(TOKEN,), **said)
        desk = Desk(id=DESK, helpdesk="zendesk", url=URL, options=OPTIONS)
        super().__init__(self.api, desk=desk)
        self.helpdesk = Zendesk(desk=desk, secrets=self.secrets, http=self.mishaps)

    def ticket(self, ticket_id: str) -> SeenTicket:
        """See Bench."""
        return self._seen(self.api.tickets[int(ticket_id)])

    def tickets(self) -> Sequence[SeenTicket]:
        """See Bench."""
        return [self._seen(ticket) for ticket in self.api.tickets.values()]

    def open(self, text: str) -> str:
        """See Bench."""
        return str(self.api.open(text).id)

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """See Bench."""
        attached = [self.api.attach(file, "") for file in files]
        return self._told(lambda ticket: self._comment(ticket, text, True, attached), ticket_id)

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench."""
        return self._told(lambda ticket: self._comment(ticket, text, False, ()), ticket_id)

    def _comment(self, ticket: Ticket, text: str, public: bool, files: Sequence[Any]) -> Comment:
        return self.api.add(ticket, by=ALICE, html_body=page_of(text), public=public, files=files)

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        status = "closed" if for_good else "solved"
        return self._told(lambda ticket: self.api.set_status(ticket, status), ticket_id)

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        return self._told(lambda ticket: self.api.set_status(ticket, "open"), ticket_id)

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        return self._told(self.api.remove, ticket_id)

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench."""
        target = self.api.tickets[int(into)]
        return self._told(lambda ticket: self.api.merge(ticket, target), ticket_id)

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        return sign(body, secret=secret, at=at)

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        given = {name.lower(): value for name, value in headers.items()}
        files = {self.api.file_url(number): f.content for number, f in self.api.files.items()}
        if not self.api.is_known(given.get("authorization", "")) or url not in files:
            raise LookupError(url)
        return files[url]

    def webhook(self, **said: Any) -> Mapping[str, Any]:
        """See Bench."""
        author = {"id": str(ALICE), "is_staff": True}
        if "agent" in said:
            author["name"] = said["agent"]
        comment = {"author": author, "is_public": not said.get("private", False)}
        for ours, theirs in (("comment_id", "id"), ("text", "body")):
            if ours in said:
                comment[theirs] = said[ours]
        detail = {"id": said["ticket_id"]} if "ticket_id" in said else {}
        return {
            "type": "zen:event-type:ticket.comment_added",
            "time": datetime.now(UTC).isoformat(),
            "detail": detail,
            "event": {"comment": comment},
        }

    def seen(self, ticket: Ticket, entry: Comment) -> SeenEntry:
        """See InMemory."""
        return SeenEntry(
            id=str(entry.id),
            text=entry.body,
            is_public=entry.public,
            by_customer=entry.author == ticket.requester,
            files=tuple(file for _, file, _ in entry.files),
        )

    def _told(self, act: Any, ticket_id: str) -> Sequence[Webhook]:
        """Let an agent act on a ticket, and return what is told of it."""
        return self.of(lambda: act(self.api.tickets[int(ticket_id)]))

    def _seen(self, ticket: Ticket) -> SeenTicket:
        entries = [self.seen(ticket, comment) for comment in ticket.comments]
        return SeenTicket(
            id=str(ticket.id),
            subject=ticket.subject,
            reference=(ticket.external_id or "").removeprefix(OURS),
            requester=str(ticket.requester),
            is_open=ticket.status in _OPEN,
            entries=entries,
            labels=frozenset({*ticket.tags, *ticket.custom_fields.values()}),
            follows=str(ticket.follows or ""),
        )


@contextmanager
def open_bench() -> Iterator[ZendeskBench]:
    """Return the bench, in which what is written is seen three seconds later."""
    yield ZendeskBench(lag=3.0)


def played(stage: Stage) -> ZendeskBench:
    """See Played."""
    return ZendeskBench(clock=stage.seconds, lag=3.0, strict=False, first=stage.first)
