"""All that is kept of people: found row by row, removed, and marked as removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.domain.changes import Claim, Outcome
from chalicelib.domain.content import File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.erasure import DeletionRequest, Erasure, Grave, erased_line
from chalicelib.domain.person import Traces
from chalicelib.domain.store import Held
from chalicelib.storage import erasure_rows, keys, message_rows, rows
from chalicelib.storage.table import ANYWAY, IF_NEW, Delete, Put, Row, Table, Write

_MOST_KEYS = 100  #: in one call
_MOST_WRITES = 25  #: in one transaction, so that it seldom meets another

#: How the sort keys begin, by what the rows are; longer ones first.
_KINDS: Final = (
    (keys.WORK_PREFIX, "work"),
    (keys.CONV, "conversation"),
    (keys.MESSAGE_PREFIX, "message"),
    (keys.STATE_PREFIX, "state"),
    (keys.CLAIM, "claim"),
    (keys.ALIAS, "alias"),
    (keys.TICKET, "ticket"),
    (keys.SENT, "sent"),
)
#: By what a person is found again goes last, in this order.
_LAST: Final = ("alias", "conversation")


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePeople:
    """Keeps the contracts of store.People and store.DeletionRequests on any table."""

    table: Table

    def conversations(self) -> Iterator[Conversation]:
        """See store.People."""
        for row in self.table.scan():
            if row["sk"] == keys.CONV:
                yield rows.to_conversation(row)

    def held(self, traces: Traces) -> Iterator[Held]:
        """See store.People."""
        for row in self.table.scan():
            kind = _kind(row)
            if kind and _is_of(row, kind, traces):
                yield _held(row, kind)

    def parked(self) -> Iterator[Claim]:
        """See store.People."""
        for row in self.table.scan():
            if row["sk"] == keys.CLAIM and row["outcome"] == Outcome.PARKED:
                claim = rows.to_claim(row)
                if not claim.conversation_id:
                    yield claim

    def remove(self, held: Iterable[Held], *, secret: str) -> int:
        """See store.People."""
        ordered = sorted(
            held, key=lambda each: _LAST.index(each.kind) if each.kind in _LAST else -1
        )
        writes = [_removed(each, secret) for each in ordered]
        self._write(writes)
        return len(ordered)

    def bury(self, marks: Iterable[str], grave: Grave) -> None:
        """See store.People."""
        row = erasure_rows.from_grave(grave)
        self._write([[Put(key=keys.grave(each), row=row)] for each in dict.fromkeys(marks)])

    def buried(self, marks: Sequence[str]) -> Mapping[str, Grave]:
        """See store.People."""
        named = {keys.grave(each): each for each in marks}
        wanted, found = list(named), dict[str, Grave]()
        for first in range(0, len(wanted), _MOST_KEYS):
            told = self.table.get(wanted[first : first + _MOST_KEYS])
            found |= {named[key]: erasure_rows.to_grave(row) for key, row in told.items()}
        return found

    def erasure(self, erasure_id: str) -> Erasure | None:
        """See store.People."""
        key = keys.erasure(erasure_id)
        row = self.table.get([key]).get(key)
        return erasure_rows.to_erasure(row) if row else None

    def keep_erasure(self, erasure: Erasure) -> None:
        """See store.People."""
        row = erasure_rows.from_erasure(erasure)
        self.table.write([Put(key=keys.erasure(erasure.id), row=row)])

    def request(self, code: str) -> DeletionRequest | None:
        """See store.DeletionRequests."""
        key = keys.deletion(code)
        row = self.table.get([key]).get(key)
        return erasure_rows.to_request(row) if row else None

    def requests(self) -> Sequence[DeletionRequest]:
        """See store.DeletionRequests."""
        return [
            erasure_rows.to_request(row)
            for row in self.table.query(keys.DELETION, keys.CODE_PREFIX)
        ]

    def keep_request(self, request: DeletionRequest, *, only_if_new: bool = False) -> None:
        """See store.DeletionRequests."""
        key, row = keys.deletion(request.code), erasure_rows.from_request(request)
        self.table.write([Put(key=key, row=row, when=IF_NEW if only_if_new else ANYWAY)])

    def _write(self, together: Sequence[Sequence[Write]]) -> None:
        """Make writes in their order, several at once, but those that belong together never apart."""
        batch: list[Write] = []
        for writes in together:
            if batch and len(batch) + len(writes) > _MOST_WRITES:
                self.table.write(batch)
                batch = []
            batch += writes
        if batch:
            self.table.write(batch)


def _kind(row: Row) -> str:
    return next((kind for prefix, kind in _KINDS if row["sk"].startswith(prefix)), "")


def _is_of(row: Row, kind: str, traces: Traces) -> bool:
    conversation = str(row.get("conversation", ""))
    if row["pk"].startswith(keys.CONVERSATION_PREFIX):
        conversation = row["pk"].removeprefix(keys.CONVERSATION_PREFIX)
    if conversation:
        return conversation in traces.conversations
    if kind == "claim":
        return traces.are_in(row["raw"]) or traces.are_in(row["key"])
    return kind == "sent" and traces.are_in(row["message_id"])


def _held(row: Row, kind: str) -> Held:
    desk, _, ticket_id = row["pk"].removeprefix(keys.TICKET_PREFIX).partition("#")
    return Held(
        kind=kind,
        row=row,
        files=_files(row, kind),
        claim=rows.to_claim(row) if kind == "claim" else None,
        sent=rows.to_sent(row).key if kind == "sent" else None,
        ticket=(desk, ticket_id) if kind == "ticket" else None,
    )


def _files(row: Row, kind: str) -> tuple[File, ...]:
    if kind == "message":
        return message_rows.to_message(row).content.files
    return rows.to_work(row).files if kind == "work" else ()


def _removed(held: Held, secret: str) -> list[Write]:
    if held.claim is None:
        return [Delete(key=(held.row["pk"], held.row["sk"]))]
    line = erased_line(held.claim, secret)
    return [
        Put(key=keys.claim(line.key), row=rows.from_claim(line)),
        Delete(key=keys.claim(held.claim.key)),
    ]
