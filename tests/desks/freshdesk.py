"""The bench of Freshdesk: our adapter before its API in memory, held against our contract of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from chalicelib.domain.account import Desk
from chalicelib.helpdesks.freshdesk.entries import BEGINNING, DESCRIPTION
from chalicelib.helpdesks.freshdesk.helpdesk import Freshdesk
from tests.desks.bench import (
    DESK,
    NEW,
    OLD,
    TOKEN,
    Headers,
    SeenEntry,
    SeenFile,
    SeenTicket,
    Webhook,
)
from tests.desks.mishaps import Mishaps
from tests.fakes.desks.freshdesk_api import (
    ALICE,
    BRIDGE,
    OPEN,
    RESOLVED,
    URL,
    FreshdeskApi,
    Ticket,
    page_of,
    plain,
    sign,
)
from tests.fakes.secrets import MemorySecrets

OPTIONS = {
    "agent": str(BRIDGE),
    "reference_field": "cf_reference",
    "channel_field": "cf_channel",
    "account_field": "cf_account",
}
_IS_OPEN = (OPEN, 3)


class FreshdeskBench:
    """See Bench; `api` is the account."""

    merges = True
    removes = True
    closes_for_good = False

    def __init__(self, *, lag: float = 0.0, strict: bool = True) -> None:
        self.secrets = MemorySecrets(
            {f"desks/{DESK}": {"webhook_secrets": (NEW, OLD), "api_tokens": (TOKEN,)}}
        )
        self.api = FreshdeskApi(keys=(TOKEN,), secret=NEW, lag=lag, strict=strict)
        desk = Desk(id=DESK, helpdesk="freshdesk", url=URL, options=OPTIONS)
        # Contacts are no writes that an agent could see twice.
        self.mishaps = Mishaps(self.api, is_seen=lambda url: "/tickets" in url)
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
        self.api.let_pass(1)  # nobody writes two replies within a second
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
        self.api.let_pass(self.helpdesk.promise.lookup_lag)
        posted, self.api.posted = self.api.posted, []
        return posted

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        return sign(secret=secret)

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        files = {self.api.file_url(number): f.content for number, f in self.api.files.items()}
        if headers or url not in files:
            raise LookupError(url)
        return files[url]

    def answers_are_cut(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.mishaps.answers_are_cut()

    def fails(
        self, status: int, *, headers: Headers | None = None, done: bool = False, times: int = 1
    ) -> None:
        """See Bench."""
        self.mishaps.fails(status, headers=headers, done=done, times=times)

    def is_down(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.mishaps.is_down()

    def calls(self) -> Sequence[str]:
        """See Bench."""
        return self.mishaps.calls

    def let_pass(self, seconds: float) -> None:
        """See Bench."""
        self.api.let_pass(seconds)

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

    def _told(self, act: Any, ticket_id: str) -> list[Webhook]:
        """Let an agent act on a ticket, and return what is told of it."""
        before = len(self.api.posted)
        act(self.api.tickets[int(ticket_id)])
        told = self.api.posted[before:]
        del self.api.posted[before:]
        return told

    def _seen(self, ticket: Ticket) -> SeenTicket:
        first = SeenEntry(
            id=DESCRIPTION,
            text=plain(ticket.description),
            is_public=True,
            by_customer=True,
            files=tuple(file for _, file, _ in ticket.files),
        )
        entries = [
            SeenEntry(
                id=str(each.id),
                text=plain(each.body),
                is_public=not each.private,
                by_customer=each.by == ticket.requester and each.incoming,
                files=tuple(file for _, file, _ in each.files),
            )
            for each in ticket.conversations
        ]
        return SeenTicket(
            id=str(ticket.id),
            subject=ticket.subject,
            reference=ticket.custom_fields.get("cf_reference", ""),
            requester=str(ticket.requester),
            is_open=ticket.status in _IS_OPEN,
            # A dash that stands where the first entry could not.
            entries=entries if first.text == BEGINNING else [first, *entries],
            labels=frozenset({*ticket.tags, *ticket.custom_fields.values()}),
        )


@contextmanager
def open_bench() -> Iterator[FreshdeskBench]:
    """Return the bench, in which what is written is seen three seconds later."""
    yield FreshdeskBench(lag=3.0)
