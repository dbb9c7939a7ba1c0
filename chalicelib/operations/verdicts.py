"""What became of each copy of an item that is in the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, assert_never

from chalicelib.domain.changes import Claim, Delivery, MessageKept, Outcome, Sent
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.envelope import Book
from chalicelib.domain.message import Status, highest
from chalicelib.domain.ticket import TicketTimes
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.pipeline.set_aside import is_pointer
from chalicelib.storage.audit import Audited


class Verdict(StrEnum):
    """What became of a copy of an item; the graver one first, for a copy that met several ends."""

    LOST = "lost"
    PARKED = "parked"
    UNCONFIRMED = "unconfirmed"
    FAILED = "failed"
    PENDING = "pending"
    FORWARDED = "forwarded"
    DELIVERED = "delivered"
    RECORDED = "recorded"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"


_GRAVITY = tuple(Verdict)


class Copy(NamedTuple):
    """A copy of an item that reached the table."""

    book: Book
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Arrived:
    """
    What arrived in the table, by the queue message that brought it.

    `copies` has the verdict of each copy, `unopened` the messages that were parked whole: pointers
    to a body that could not be fanned out.
    """

    copies: dict[str, list[Copy]]
    unopened: frozenset[str]

    def __contains__(self, message_id: str) -> bool:
        """Return whether anything of that queue message arrived."""
        return message_id in self.copies or message_id in self.unopened


def arrived(rows: Iterable[Audited]) -> Arrived:
    """Return what the rows of the whole table tell of every copy of every item."""
    found = _Found()
    for row in rows:
        found.note(row)
    verdicts: dict[str, Copy] = {}
    unopened: set[str] = set()
    for claim in found.claims:
        if is_pointer(claim):
            unopened |= {_message_of(copy) for copy in (claim.owner, *claim.seen)}
            continue
        for owner, copy in found.copies(claim):
            known = verdicts.get(owner, copy)
            verdicts[owner] = min(copy, known, key=lambda c: _GRAVITY.index(c.verdict))
    copies: dict[str, list[Copy]] = {}
    for owner, copy in verdicts.items():
        copies.setdefault(_message_of(owner), []).append(copy)
    return Arrived(copies, frozenset(unopened))


@dataclass(slots=True)
class _Found:
    """The rows of one audit, as far as the verdicts need them."""

    claims: list[Claim] = field(default_factory=list)
    work: dict[tuple[str, Verb, int], Work] = field(default_factory=dict)
    statuses: dict[tuple[str, int], set[Status]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)

    def note(self, row: Audited) -> None:
        match row:
            case Claim():
                self.claims.append(row)
            case Work():
                for sequence in (row.sequence, *(each.sequence for each in row.joined)):
                    self.work[row.conversation_id, row.verb, sequence] = row
            case Conversation():
                self.sequences[row.id] = row.sequence
            case Delivery():
                self._statuses(row).add(row.status)
            case Sent():
                self._statuses(row).update(row.receipts)
            case MessageKept() | TicketTimes():
                pass  # what was said and where has no line in the books
            case _:
                assert_never(row)

    def copies(self, claim: Claim) -> Iterator[tuple[str, Copy]]:
        """Yield each copy of a claimed item, by its name."""
        yield claim.owner, Copy(claim.book, self._verdict(claim))
        for owner in claim.seen:
            yield owner, Copy(claim.book, Verdict.DUPLICATE)

    def _statuses(self, row: Delivery | Sent) -> set[Status]:
        return self.statuses.setdefault((row.conversation_id, row.sequence), set())

    def _verdict(self, claim: Claim) -> Verdict:
        match claim.outcome:
            case Outcome.RECORDED:
                return Verdict.RECORDED
            case Outcome.IGNORED:
                return Verdict.IGNORED
            case Outcome.PARKED:
                return Verdict.PARKED
            case Outcome.FORWARD:
                return self._open(claim, Verb.FORWARD, claim.sequence) or Verdict.FORWARDED
            case Outcome.DELIVER:
                parts = range(claim.sequence, claim.sequence + claim.parts)
                verdicts = [self._delivered(claim, sequence) for sequence in parts]
                return min(verdicts, key=_GRAVITY.index)
            case _:
                assert_never(claim.outcome)

    def _delivered(self, claim: Claim, sequence: int) -> Verdict:
        """Return what became of one part of a reply."""
        return self._open(claim, Verb.DELIVER, sequence) or self._ended(claim, sequence)

    def _open(self, claim: Claim, verb: Verb, sequence: int) -> Verdict | None:
        """Return the verdict where work is not done, else None."""
        if self.sequences.get(claim.conversation_id, 0) < sequence:
            # The audit met the conversation before the item came into it.
            return Verdict.PENDING
        work = self.work.get((claim.conversation_id, verb, sequence))
        if work is None:
            return None
        if work.parked:
            return Verdict.PARKED
        return Verdict.UNCONFIRMED if work.stage is Stage.UNCONFIRMED else Verdict.PENDING

    def _ended(self, claim: Claim, sequence: int) -> Verdict:
        """Return how a send ended; one that has neither work nor an end is lost."""
        match highest(self.statuses.get((claim.conversation_id, sequence), ())):
            case Status.PENDING:
                return Verdict.LOST
            case Status.UNCONFIRMED:
                return Verdict.UNCONFIRMED
            case Status.FAILED:
                return Verdict.FAILED
            case _:
                return Verdict.DELIVERED


def _message_of(owner: str) -> str:
    """Return the queue message that a copy came in."""
    return owner.rpartition("#")[0]
