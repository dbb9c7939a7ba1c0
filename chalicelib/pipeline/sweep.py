"""The sweep: wakes what is due, asks desks that were down, and tells how long anything has waited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.account import Desk
from chalicelib.domain.changes import WorkChanged
from chalicelib.domain.measure import Measure, Meter, Metric, Unit
from chalicelib.domain.ports import Clock, Directory, Helpdesk, Log
from chalicelib.domain.store import Store
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.errors import TransientError
from chalicelib.pipeline.breakers import Breakers
from chalicelib.pipeline.drain import LONG_WAIT, MS
from chalicelib.pipeline.wake import Wake, Wakeups

#: ms for which it is looked ahead: what waits for its next attempt has waited for long already.
_AHEAD = 24 * 3600 * MS
MOST = 1000  #: rows woken per sweep and reason; the others have their turn a minute later


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """What sweeping needs."""

    store: Store
    directory: Directory
    breakers: Breakers
    wakeups: Wakeups
    helpdesk: Callable[[Desk], Helpdesk]
    clock: Clock
    log: Log
    meter: Meter

    def sweep(self) -> int:
        """Wake every conversation whose wait is over and return how many rows they were."""
        now, down = self.clock(), 0
        found = self.store.waiting(until=now + _AHEAD, most=MOST)
        woken = self._wake([work for work in found if work.due_at <= now])
        for desk in self.directory.desks():
            waiting = self.store.waiting(until=now, desk=desk.id, most=MOST)
            found += waiting
            if waiting and self._answers(desk):
                woken += self._wake(waiting)
            elif waiting:
                down += 1
        self._measure(found, now=now, down=down)
        if woken:
            self.log.info("swept", woken=woken)
        return woken

    def _measure(self, found: Sequence[Work], *, now: int, down: int) -> None:
        """Tell the age of the oldest of what waits, even where nothing does: silence is an alarm."""
        # What waits for its echo is done with, unless nothing comes.
        ages = [
            now - (work.received_at or work.occurred_at)
            for work in found
            if work.stage is not Stage.UNCONFIRMED
        ]
        oldest = max(ages, default=0) / MS
        self.meter.add(Measure(metric=Metric.OLDEST_WAITING, value=oldest, unit=Unit.SECONDS))
        self.meter.add(Measure(metric=Metric.DESKS_DOWN, value=down))

    def _wake(self, due: Sequence[Work]) -> int:
        self.wakeups.send([Wake(work.verb, work.conversation_id) for work in due])
        return len(due)

    def _answers(self, desk: Desk) -> bool:
        try:
            return self.breakers.probe(desk, self.helpdesk(desk))
        except TransientError:
            raise
        except Exception as exc:  # noqa: BLE001 - a broken adapter must not stop the other desks
            self.log.alarm("desk cannot be asked", desk=desk.id, error=type(exc).__name__)
            return False

    def put_off(self, conversation_id: str, verb: Verb) -> None:
        """
        Give a conversation's next row a time, after its wake-up failed again and again.

        A wake-up is only a hint, so one that is given up loses nothing as long as the sweep knows.
        """
        self.log.alarm("wake-up given up", verb=verb, conversation=conversation_id)
        _, work = self.store.open_work(conversation_id)
        row = next((w for w in work if w.verb is verb and not w.parked), None)
        if row is not None and not row.due_at:
            due_at = self.clock() + int(LONG_WAIT * MS)
            self.store.commit(WorkChanged(row, replace(row, due_at=due_at)))
