"""A helpdesk in memory, whose webhooks are in words of our own (tests/builders.py writes them)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.domain.content import File, Location
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import (
    DeskEvent,
    DeskEventIgnored,
    ReplyWritten,
    TicketChanged,
    TicketMerged,
)
from chalicelib.domain.envelope import Book, Item
from chalicelib.domain.ports import Clock
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening, Promise, Ticket
from chalicelib.errors import Gone, InvalidSignature, Moved
from tests.fakes.channel import SIGNED, files
from tests.fakes.faults import Faults

LAG = 3.0  #: seconds until a look sees a write
_BOOKS = {"reply": Book.OUT}


@dataclass(slots=True, kw_only=True)
class DeskEntry:
    """An entry of a ticket; a look sees it from `seen_from` on, in ms since the epoch."""

    id: str
    entry: Entry
    seen_from: int
    is_ours: bool = True


@dataclass(slots=True, kw_only=True)
class DeskTicket:
    """A ticket as agents see it."""

    id: str
    opening: Opening
    entries: list[DeskEntry] = field(default_factory=list)
    is_open: bool = True
    merged_into: str = ""

    def texts(self) -> list[str]:
        """Return what the ticket shows, notes marked as such."""
        marks = ["" if e.entry.kind.is_public else "note: " for e in self.entries]
        texts = [e.entry.text for e in self.entries]
        return [f"{mark}{text}" for mark, text in zip(marks, texts, strict=True)]


class FakeHelpdesk:
    """
    Keeps the contract of ports.Helpdesk, except where a planned fault or `down` breaks it.

    `tickets` are those that were not removed, oldest first; `calls` are the names of all calls
    that came, and `reopened` the tickets that a write of ours opened. `history` are the items of
    what agents answered, oldest first, None where it cannot be asked. A ticket is made without
    what is `missing`.
    """

    def __init__(self, clock: Clock) -> None:
        self.promise = Promise(lookup_lag=LAG)
        self.faults = Faults()
        self.down: Exception | None = None
        self.tickets: list[DeskTicket] = []
        self.calls: list[str] = []
        self.reopened: list[str] = []
        self.history: list[dict[str, Any]] | None = []
        self.missing = ""
        self._clock = clock
        self._ids = 0

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Accept what is SIGNED."""
        if headers.get("signature") != SIGNED["signature"]:
            raise InvalidSignature("not signed")

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return the items in the lanes that they name."""
        return [
            Item(lane=raw["lane"], raw=raw, book=_BOOKS.get(raw["type"], Book.DESK))
            for raw in body["items"]
        ]

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """Return what an item says, or fail as planned."""
        self.faults.meet("parse", raw.get("text", ""))
        if raw["type"] == "reply":
            return ReplyWritten(
                key=f"reply:{raw['comment']}",
                ticket_id=raw["ticket"],
                comment_id=raw["comment"],
                text=raw["text"],
                agent="alice",
                occurred_at=raw["at"],
                conversation_id=raw["conversation"],
                files=files(raw["files"]),
                foreign=raw.get("foreign", False),
                quotes=raw.get("quotes", ""),
            )
        if raw["type"] == "ticket":
            return TicketChanged(
                key=f"ticket:{raw['ticket']}:{raw['at']}",
                ticket_id=raw["ticket"],
                status=TicketStatus(raw["status"]),
                occurred_at=raw["at"],
            )
        if raw["type"] == "merged":
            return TicketMerged(
                key=f"merged:{raw['ticket']}:{raw['into']}",
                ticket_id=raw["ticket"],
                into=raw["into"],
                url=_url(raw["into"]),
                occurred_at=raw["at"],
            )
        return DeskEventIgnored(key=f"other:{raw['id']}", kind=raw["type"])

    def create(self, opening: Opening) -> Ticket:
        """Create a ticket, or fail as planned."""
        fault = self._called("create", opening.entry.text)
        ticket = DeskTicket(id=self._new_id("ticket"), opening=opening)
        self.tickets.append(ticket)
        entry_id = self._add(ticket, opening.entry)
        if fault is not None:
            raise fault
        return replace(self._told(ticket, last_entry=entry_id), missing=self.missing)

    def append(self, ticket_id: str, entry: Entry) -> str:
        """Add an entry, or fail as planned."""
        fault = self._called("append", entry.text)
        ticket = self._ticket(ticket_id)
        if ticket.merged_into:
            raise Moved(ticket.merged_into, _url(ticket.merged_into))
        entry_id = self._add(ticket, entry)
        if not ticket.is_open:
            ticket.is_open = True
            self.reopened.append(ticket.id)
        if fault is not None:
            raise fault
        return entry_id

    def find(self, reference: str) -> Ticket | None:
        """Return the ticket of that reference that a look sees."""
        self._called("find")
        for ticket in self.tickets:
            seen = [e for e in ticket.entries if e.seen_from <= self._clock()]
            if ticket.opening.reference == reference and seen:
                return self._told(ticket, last_entry=seen[-1].id)
        return None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return the first entry behind `after` that says the same and that a look sees."""
        self._called("find_entry")
        entries = self._ticket(ticket_id).entries
        behind = [e.id for e in entries].index(after) + 1 if after else 0
        said = (entry.kind, entry.text)
        seen = (
            e.id
            for e in entries[behind:]
            if (e.entry.kind, e.entry.text) == said and e.seen_from <= self._clock() and e.is_ours
        )
        return next(seen, None)

    def locate(self, file: File) -> Location:
        """Return the file's own address, or fail as planned."""
        self.faults.meet("locate", file.name)
        return Location(url=file.url, hosts=("desk.test",))

    def check(self) -> None:
        """Answer, or fail as planned."""
        self._called("check")

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]] | None:
        """Yield what `history` has since then, or fail as planned."""
        return None if self.history is None else self._recalled(since, self.history)

    def _recalled(
        self, since: int, history: Sequence[dict[str, Any]]
    ) -> Iterator[Mapping[str, Any]]:
        for raw in reversed(history):
            self._called("recall", raw["text"])
            if raw["at"] >= since:
                yield {"items": [raw]}

    def open(self, text: str) -> str:
        """Do what an agent does who opens a ticket, and return its id."""
        entry = Entry(kind=EntryKind.COMMENT, text=text, author="alice")
        opening = Opening(
            reference="",
            subject=text,
            channel="",
            account="1",
            customer=Customer(id="p-1", name="alice", address=""),
            entry=entry,
        )
        ticket = DeskTicket(id=self._new_id("ticket"), opening=opening)
        self.tickets.append(ticket)
        self._add(ticket, entry)
        ticket.entries[0].is_ours = False
        return ticket.id

    def remove(self, ticket_id: str) -> None:
        """Do what an agent does who deletes a ticket."""
        self.tickets.remove(self._ticket(ticket_id))

    def merge(self, ticket_id: str, *, into: str) -> None:
        """Do what an agent does who merges a ticket into another one: its entries go along."""
        ticket, whole = self._ticket(ticket_id), self._ticket(into)
        whole.entries += ticket.entries
        ticket.merged_into, ticket.entries = into, []

    def close(self, ticket_id: str) -> None:
        """Do what an agent does who closes a ticket."""
        self._ticket(ticket_id).is_open = False

    def writes(self) -> list[str]:
        """Return the calls that write."""
        return [call for call in self.calls if call in ("create", "append")]

    def _called(self, call: str, text: str = "") -> BaseException | None:
        self.calls.append(call)
        if self.down is not None:
            raise self.down
        fault = self.faults.meet(call, text)
        return fault.error if fault else None

    def _ticket(self, ticket_id: str) -> DeskTicket:
        for ticket in self.tickets:
            if ticket.id == ticket_id:
                return ticket
        raise Gone("no such ticket")

    def _add(self, ticket: DeskTicket, entry: Entry) -> str:
        entry_id = self._new_id("entry")
        seen_from = self._clock() + int(self.promise.lookup_lag * 1000)
        ticket.entries.append(DeskEntry(id=entry_id, entry=entry, seen_from=seen_from))
        return entry_id

    def _new_id(self, kind: str) -> str:
        self._ids += 1
        return f"{kind}-{self._ids}"

    def _told(self, ticket: DeskTicket, *, last_entry: str) -> Ticket:
        return Ticket(id=ticket.id, url=_url(ticket.id), last_entry=last_entry)


def _url(ticket_id: str) -> str:
    return f"https://desk.test/{ticket_id}"
