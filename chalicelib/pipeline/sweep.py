"""The sweep: wakes what is due, and asks desks that were down whether they are back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Clock, Directory, Helpdesk, Log, Store
from chalicelib.pipeline.breakers import Breakers
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
        due = self.store.waiting(until=now, most=MOST)
        for desk in self.directory.desks():
            waiting = self.store.waiting(until=now, desk=desk.id, most=MOST)
            if waiting and self.breakers.probe(desk, self.helpdesk(desk)):
                due += waiting
        self.wakeups.send([Wake(work.verb, work.conversation_id) for work in due])
        if due:
            self.log.info("swept", woken=len(due))
        return len(due)
