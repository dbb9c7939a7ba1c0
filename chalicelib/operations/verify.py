"""Verify: account for every item that was ever accepted, and say so if one is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from chalicelib.domain.envelope import Book
from chalicelib.domain.ports import Queue
from chalicelib.operations.accepted import Accepted
from chalicelib.operations.verdicts import Arrived, Copy, Verdict, arrived
from chalicelib.pipeline.decision import OLDEST
from chalicelib.storage.audit import TableAudit

_HOUR = 3_600_000
#: ms for which the table remembers for certain what was logged; then claims begin to expire.
BOOKS_LIFE = OLDEST - _HOUR
#: ms within which SQS drops the double of a message, and a moment for the log's own delay.
#: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
_DEDUPLICATION = 5 * 60_000 + 10_000

_Tally = Counter[Copy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """What became of the agents' replies; a reply told twice is one reply."""

    received: int
    delivered: int
    failed: int
    unconfirmed: int
    parked: int
    ignored: int
    pending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """
    What became of all items, in items: what platforms sent and desks told; `out` for replies.

    `lost` counts the replies that never arrived, too.
    """

    received: int
    duplicate: int
    forwarded: int
    recorded: int
    parked: int
    ignored: int
    pending: int
    lost: int
    out: Replies

    @property
    def is_good_news(self) -> bool:
        """Return whether nothing is lost, and nothing waits for a person to look at it."""
        return not (self.lost or self.parked or self.out.parked or self.out.unconfirmed)


def verify(
    accepted: Iterable[Accepted], *, intake: Sequence[Queue], audit: TableAudit, now: int
) -> Books:
    """
    Return the books; exact where nothing moves meanwhile, and then `lost` is what is missing.

    `accepted` is what the log tells, in its order: what is older than BOOKS_LIFE at `now` (ms
    since the epoch) is passed over. `intake` is the intake queue, then its dead-letter queue.

    Every accepted item is in the table, a duplicate that was seen or that the queue dropped, on
    its way (where a queue of the intake holds anything), or lost. An item in the table whose
    acceptance was never logged, since the process ended between the two, counts as received too.
    Raises TransientError where a queue or the table does not answer.
    """
    # In this order: an item moves from the log's end to the table, never back.
    logged = list(accepted)
    waiting = any(queue.depth() for queue in intake)
    there = arrived(audit.everything())
    doubles = _doubles(logged, there)
    recent = [message for message in logged if message.at >= now - BOOKS_LIFE]
    missing = Verdict.PENDING if waiting else Verdict.LOST
    return _books(_tally(recent, there, doubles=doubles, missing=missing))


def _tally(
    logged: Iterable[Accepted], there: Arrived, *, doubles: AbstractSet[str], missing: Verdict
) -> _Tally:
    """Give each item one verdict: those of logged messages, then those whose line is missing."""
    tally: _Tally = Counter()
    counted: set[str] = set()
    for message in logged:
        copies = there.copies.get(message.message_id, [])
        verdict = Verdict.PARKED if message.message_id in there.unopened else missing
        if message.message_id in doubles or message.message_id in counted:
            copies, verdict = [], Verdict.DUPLICATE
        counted.add(message.message_id)
        tally.update(copies)
        came = Counter(copy.book for copy in copies)
        for book, number in message.items.items():
            tally[Copy(book, verdict)] += max(0, number - came[book])
    for message_id, unlogged in there.copies.items():
        if message_id not in counted:
            tally.update(unlogged)
    tally[Copy(Book.IN, Verdict.PARKED)] += len(there.unopened - counted)
    return tally


def _doubles(logged: Iterable[Accepted], there: Arrived) -> AbstractSet[str]:
    """
    Return the messages that the queue took for others that arrived, and dropped.

    The log's order says nothing: of two that came at once either may be logged first.
    """
    times: dict[str, list[int]] = {}
    absent: list[Accepted] = []
    for message in logged:
        if message.message_id in there:
            times.setdefault(message.deduplication, []).append(message.at)
        else:
            absent.append(message)
    return {
        message.message_id
        for message in absent
        if any(
            abs(message.at - at) <= _DEDUPLICATION for at in times.get(message.deduplication, ())
        )
    }


def _books(tally: _Tally) -> Books:
    def main(verdict: Verdict) -> int:
        return tally[Copy(Book.IN, verdict)] + tally[Copy(Book.DESK, verdict)]

    def out(verdict: Verdict) -> int:
        return tally[Copy(Book.OUT, verdict)]

    return Books(
        received=sum(map(main, Verdict)),
        duplicate=main(Verdict.DUPLICATE),
        forwarded=main(Verdict.FORWARDED),
        recorded=main(Verdict.RECORDED),
        parked=main(Verdict.PARKED),
        ignored=main(Verdict.IGNORED),
        pending=main(Verdict.PENDING),
        lost=main(Verdict.LOST) + out(Verdict.LOST),
        out=Replies(
            received=sum(map(out, Verdict)) - out(Verdict.DUPLICATE),
            delivered=out(Verdict.DELIVERED),
            failed=out(Verdict.FAILED),
            unconfirmed=out(Verdict.UNCONFIRMED),
            parked=out(Verdict.PARKED),
            ignored=out(Verdict.IGNORED),
            pending=out(Verdict.PENDING),
        ),
    )
