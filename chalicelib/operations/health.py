"""Whether a stage is well: its queues, what waits, what is parked, and its desks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Final

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk, Queue
from chalicelib.domain.standing import Finding, green, red
from chalicelib.domain.store import Store
from chalicelib.domain.work import Verb
from chalicelib.errors import ScriptaError
from chalicelib.storage.audit import TableAudit

LATE: Final = 15 * 60 * 1000  #: ms for which work may be due before somebody should look
_MOST: Final = 100  #: parked ones that are counted
_MINUTE: Final = 60_000


def of_the_pipeline(
    *,
    intake: Sequence[Queue],
    wakes: Mapping[Verb, Queue],
    store: Store,
    audit: TableAudit,
    now: int,
) -> list[Finding]:
    """
    Return how the pipeline stands; `intake` is the intake queue, then its dead-letter queue.

    `now` is in ms since the epoch. Reads indexes and depths only. Raises TransientError where the
    table or a queue is not to be reached.
    """
    queue, dead = intake
    waiting = [f"intake {queue.depth()}", *(f"{verb} {wakes[verb].depth()}" for verb in Verb)]
    return [
        green("queues", ", ".join(waiting)),
        _given_up(dead.depth()),
        _oldest(store, now=now),
        _parked(audit),
    ]


def of_a_desk(desk: Desk, *, store: Store, helpdesk: Callable[[Desk], Helpdesk]) -> list[Finding]:
    """Return whether a desk answers, and whether its messages wait for it all the same."""
    try:
        helpdesk(desk).check()
    except ScriptaError as exc:
        return [red("desk", type(exc).__name__, "see `desks check`; its messages wait")]
    if store.breaker(desk.id).is_open:
        return [green("desk", "it answers again; the sweep lets its messages go within a minute")]
    return [green("desk", "it answers")]


def _given_up(count: int) -> Finding:
    if count:
        return red("given up", str(count), "see the runbook: IntakeDeadLetters")
    return green("given up", "nothing")


def _oldest(store: Store, *, now: int) -> Finding:
    due = store.waiting(until=now, most=1)
    age = now - due[0].due_at if due else 0
    if age > LATE:
        return red("overdue", f"for {age // _MINUTE} minutes", "see the runbook: OldestWaiting")
    return green("overdue", "nothing for long")


def _parked(audit: TableAudit) -> Finding:
    count = len(list(islice(audit.parked(most=_MOST), _MOST)))
    if count:
        words = f"{_MOST} or more" if count == _MOST else str(count)
        return red("parked", words, "see `parked`, then `replay`")
    return green("parked", "nothing")
