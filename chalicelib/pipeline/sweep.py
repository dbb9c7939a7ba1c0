"""The sweep: wakes what is due, and asks desks that were down whether they are back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.account import Desk
from chalicelib.domain.changes import WorkChanged
from chalicelib.domain.ports import Clock, Directory, Helpdesk, Log
from chalicelib.domain.store import Store
from chalicelib.domain.work import Verb, Work
from chalicelib.errors import TransientError
from chalicelib.pipeline.breakers import Breakers
from chalicelib.pipeline.drain import LONG_WAIT, MS
from chalicelib.pipeline.wake import Wake, Wakeups

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

    def sweep(self) -> int:
        """Wake every conversation whose wait is over and return how many rows they were."""
        now = self.clock()
        woken = self._wake(self.store.waiting(until=now, most=MOST))
        for desk in self.directory.desks():
            waiting = self.store.waiting(until=now, desk=desk.id, most=MOST)
            if waiting and self._answers(desk):
                woken += self._wake(waiting)
        if woken:
            self.log.info("swept", woken=woken)
        return woken

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
