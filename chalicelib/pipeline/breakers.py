"""The breakers of the desks: opened by a failure and a failed probe, closed by the sweep."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.account import Desk
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.ports import Clock, Helpdesk, Log
from chalicelib.domain.store import Store
from chalicelib.errors import ScriptaError


@dataclass(slots=True, kw_only=True)
class Breakers:
    """
    Asks and tells whether desks answer; costs nothing while they do.

    Only a desk that this process has seen down, or that some work waits for, is looked up.
    """

    store: Store
    clock: Clock
    log: Log
    _seen_down: set[str] = field(default_factory=set)

    def is_open(self, desk: str, *, suspect: bool) -> bool:
        """Return whether a desk is to be left alone; `suspect` looks it up in any case."""
        if not suspect and desk not in self._seen_down:
            return False
        is_open = self.store.breaker(desk).is_open
        if not is_open:
            self._seen_down.discard(desk)
        return is_open

    def opens(self, desk: Desk, helpdesk: Helpdesk, error: ScriptaError) -> bool:
        """
        Return whether a failure is the desk's, which leaves it alone until it answers again.

        The desk is asked how it is: an entry that it always fails at must not stop the others.
        """
        if self.is_open(desk.id, suspect=True):
            self._seen_down.add(desk.id)
            return True
        try:
            helpdesk.check()
        except ScriptaError as exc:
            opened = Breaker(desk=desk.id, opened_at=self.clock(), reason=type(exc).__name__)
            self.store.keep_breaker(opened)
            self._seen_down.add(desk.id)
            self.log.alarm("breaker opened", desk=desk.id, reason=opened.reason)
            return True
        self.log.info("desk answers", desk=desk.id, error=type(error).__name__)
        return False

    def probe(self, desk: Desk, helpdesk: Helpdesk) -> bool:
        """Return whether a desk may be written to, asking it if it could not; closes its breaker."""
        if not self.is_open(desk.id, suspect=True):
            return True
        try:
            helpdesk.check()
        except ScriptaError as exc:
            self.log.warning("desk still down", desk=desk.id, error=type(exc).__name__)
            return False
        self.store.keep_breaker(Breaker(desk=desk.id))
        self._seen_down.discard(desk.id)
        self.log.info("breaker closed", desk=desk.id)
        return True
