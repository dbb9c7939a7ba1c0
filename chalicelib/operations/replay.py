"""Replay: let go what is parked, so that it is decided again, or tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.changes import Claim, WorkChanged
from chalicelib.domain.envelope import Envelope, digest
from chalicelib.domain.ports import Clock, Outgoing, Queue
from chalicelib.domain.store import Store
from chalicelib.domain.work import Stage, Work
from chalicelib.errors import Conflict, TransientError
from chalicelib.operations.parked import parked_at
from chalicelib.pipeline.receive import in_batches
from chalicelib.pipeline.wake import Wake, Wakeups
from chalicelib.storage.audit import TableAudit

_ALL = 1_000_000  #: more than ever waits for an operator; the index wants a number
_TRIES = 4  #: at one conversation's work, while others are faster


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """
    Which parked things are meant: those for which all that is said here holds.

    `item` is an item's key or the name of one of its copies, or the reference of work. `since` and
    `until` bound, in ms since the epoch, when the item came or the work was last tried; `until`
    itself is outside, and without it there is no such bound.
    """

    item: str = ""
    conversation_id: str = ""
    since: int = 0
    until: int | None = None

    def __contains__(self, row: Claim | Work) -> bool:
        """Return whether a parked thing is meant."""
        at = parked_at(row)
        return (
            (not self.item or self.item in _names(row))
            and self.conversation_id in {"", row.conversation_id}
            and self.since <= at
            and (self.until is None or at < self.until)
        )


def chosen(audit: TableAudit, choice: Choice) -> list[Claim | Work]:
    """
    Return the parked things that are meant, in the order in which they came.

    Raises TransientError where the table does not answer.
    """
    found = [row for row in audit.parked(most=_ALL) if row in choice]
    return sorted(found, key=_order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayer:
    """What letting go needs; `new_id` makes each queue message unique."""

    store: Store
    intake: Queue
    wakeups: Wakeups
    new_id: Callable[[], str]
    clock: Clock

    def release(self, rows: Sequence[Claim | Work]) -> Iterator[int]:
        """
        Let parked things go, and yield after each step how many it were.

        Items go through the intake once more, where ingest finds them by their line in the books;
        work is tried again from the stage that it had. What is no longer parked is passed over.
        Ending in the middle, or doing it twice, is harmless. Raises TransientError where the table
        or a queue does not answer.
        """
        items = [row for row in rows if isinstance(row, Claim)]
        for batch in in_batches([self._again(claim) for claim in items]):
            if None in self.intake.send(batch):
                raise TransientError("the queue refused an entry")
            yield len(batch)
        work: dict[str, list[Work]] = {}
        for row in rows:
            if isinstance(row, Work):
                work.setdefault(row.conversation_id, []).append(row)
        for conversation_id, wanted in work.items():
            yield self._try_again(conversation_id, {row.reference for row in wanted})

    def _again(self, claim: Claim) -> Outgoing:
        """Return the queue message that lets an item go; those of one account keep their order."""
        envelope = Envelope(
            source=claim.source, received_at=claim.received_at, replays=tuple(claim.key)
        )
        return Outgoing(
            body=envelope.encode(),
            group=digest(f"replay|{claim.key.scope}"),
            deduplication=self.new_id(),
        )

    def _try_again(self, conversation_id: str, wanted: set[str]) -> int:
        """Let a conversation's parked work go; each row that was counted is woken."""
        done = 0
        for _ in range(_TRIES):
            _, rows = self.store.open_work(conversation_id)
            try:
                for row in rows:
                    if row.parked and row.reference in wanted:
                        self.store.commit(WorkChanged(row, _released(row, self.clock())))
                        self.wakeups.send([Wake(row.verb, conversation_id)])
                        done += 1
            except Conflict:
                continue
            return done
        raise TransientError("others were faster, again and again")


def _released(work: Work, now: int) -> Work:
    """
    Return the row as it is to be tried again.

    It keeps its stage: what may have been written is looked for first. With a time, the sweep finds
    it whatever becomes of the wake-up; a send that waits for its echo keeps the time that it has.
    """
    due_at = work.due_at if work.stage is Stage.UNCONFIRMED else now
    return replace(work, parked="", attempts=0, waiting_for="", due_at=due_at)


def _names(row: Claim | Work) -> frozenset[str]:
    if isinstance(row, Claim):
        return row.seen | {row.key.key, row.owner}
    return frozenset({row.reference})


def _order(row: Claim | Work) -> tuple[int, str, int]:
    """Return what sorts by time, and the items of one queue message by their places in it."""
    if isinstance(row, Claim):
        message, _, place = row.owner.rpartition("#")
        return row.received_at, message, int(place)
    return parked_at(row), row.conversation_id, row.sequence
