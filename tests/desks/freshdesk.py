"""The bench of Freshdesk: our adapter before its API in memory, held against our contract of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from chalicelib.domain.account import Desk
from chalicelib.helpdesks.freshdesk.entries import BEGINNING, DESCRIPTION
from chalicelib.helpdesks.freshdesk.helpdesk import Freshdesk
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
from tests.fakes.desks.freshdesk_api import (
    ALICE,
    BRIDGE,
    OPEN,
    RESOLVED,
    URL,
    Conversation,
    FreshdeskApi,
    Ticket,
    page_of,
    plain,
    sign,
)

OPTIONS = {
    "agent": str(BRIDGE),
    "reference_field": "cf_reference",
    "channel_field": "cf_channel",
    "account_field": "cf_account",
}
_IS_OPEN = (OPEN, 3)


class FreshdeskBench(InMemory):
    """See Bench; `api` is the account."""

    seen_at = "/tickets"  # contacts are no writes that an agent could see twice

    merges = True
    removes = True
    closes_for_good = False

    def __init__(self, **said: Any) -> None:
        self.api = FreshdeskApi(keys=(TOKEN,), **said)
        desk = Desk(id=DESK, helpdesk="freshdesk", url=URL, options=OPTIONS)
        super().__init__(self.api, desk=desk)
        self.helpdesk = Freshdesk(desk=desk, secrets=self.secrets, http=self.mishaps)

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
        self.let_pass(1)  # nobody writes two replies within a second
        attached = tuple(self.api.attach(file, "") for file in files)
        body = page_of(text)
        return self._told(
            lambda ticket: self.api.add(ticket, by=ALICE, body=body, source=0, files=attached),
            ticket_id,
        )

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench."""
        body = page_of(text)
        return self._told(
            lambda ticket: self.api.add(ticket, by=ALICE, body=body, private=True), ticket_id
        )

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        assert not for_good
        return self._told(lambda ticket: self.api.set_status(ticket, RESOLVED), ticket_id)

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        return self._told(lambda ticket: self.api.set_status(ticket, OPEN), ticket_id)

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        return self._told(self.api.remove, ticket_id)

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench."""
        target = self.api.tickets[int(into)]
        return self._told(lambda ticket: self.api.merge(ticket, target), ticket_id)

    def echoes(self) -> Sequence[Webhook]:
        """See Bench."""
        # An automation posts behind the write: what it tells of can be seen then.
        self.let_pass(self.helpdesk.promise.lookup_lag)
        return self.news()

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        return sign(secret=secret)

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        files = {self.api.file_url(number): f.content for number, f in self.api.files.items()}
        if headers or url not in files:
            raise LookupError(url)
        return files[url]

    def webhook(self, **said: Any) -> Mapping[str, Any]:
        """See Bench."""
        about: dict[str, Any] = {}
        if "ticket_id" in said:
            about["ticket_id"] = said["ticket_id"]
        if "text" in said:
            comment = said["text"]
            if isinstance(comment, str):
                comment = f"{said.get('agent', 'Alice')} : {comment}"
            about["ticket_latest_public_comment"] = comment
        return {"freshdesk_webhook": about}

    def seen(self, ticket: Ticket, entry: Conversation | None) -> SeenEntry | None:
        """See InMemory; a dash that stands where the first entry could not is none."""
        if entry is not None:
            return _entry(ticket, entry)
        first = _description(ticket)
        return None if first.text == BEGINNING else first

    def _told(self, act: Any, ticket_id: str) -> Sequence[Webhook]:
        """Let an agent act on a ticket, and return what is told of it."""
        return self.of(lambda: act(self.api.tickets[int(ticket_id)]))

    def _seen(self, ticket: Ticket) -> SeenTicket:
        first = self.seen(ticket, None)
        entries = [_entry(ticket, each) for each in ticket.conversations]
        return SeenTicket(
            id=str(ticket.id),
            subject=ticket.subject,
            reference=ticket.custom_fields.get("cf_reference", ""),
            requester=str(ticket.requester),
            is_open=ticket.status in _IS_OPEN,
            entries=[first, *entries] if first else entries,
            labels=frozenset({*ticket.tags, *ticket.custom_fields.values()}),
        )


def _description(ticket: Ticket) -> SeenEntry:
    return SeenEntry(
        id=DESCRIPTION,
        text=plain(ticket.description),
        is_public=True,
        by_customer=True,
        files=tuple(file for _, file, _ in ticket.files),
    )


def _entry(ticket: Ticket, entry: Conversation) -> SeenEntry:
    return SeenEntry(
        id=str(entry.id),
        text=plain(entry.body),
        is_public=not entry.private,
        by_customer=entry.by == ticket.requester and entry.incoming,
        files=tuple(file for _, file, _ in entry.files),
    )


@contextmanager
def open_bench() -> Iterator[FreshdeskBench]:
    """Return the bench, in which what is written is seen three seconds later."""
    yield FreshdeskBench(lag=3.0)


def played(stage: Stage) -> FreshdeskBench:
    """See Played."""
    return FreshdeskBench(clock=stage.seconds, lag=3.0, strict=False, first=stage.first)
