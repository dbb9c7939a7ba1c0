"""How long a customer waited for each first answer."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Answers:
    """
    Follows a conversation in its order, and keeps the waits that ended in a time, in ms.

    A wait begins with the first message that nobody has answered. What is said from `until` on is
    passed over; all times are in ms since the epoch.
    """

    since: int
    until: int
    waits: list[int] = field(default_factory=list)
    _asked_at: int = 0

    @property
    def somebody_waits(self) -> bool:
        """Return whether the newest question is without an answer."""
        return bool(self._asked_at)

    def asked(self, at: int) -> None:
        """Note that the customer wrote."""
        if at < self.until:
            self._asked_at = self._asked_at or at

    def answered(self, at: int) -> None:
        """Note that an agent's reply was taken by the platform."""
        if self._asked_at and at < self.until:
            if at >= self.since:
                self.waits.append(max(at - self._asked_at, 0))
            self._asked_at = 0

    def answered_elsewhere(self, at: int) -> None:
        """Note that the business wrote outside of the helpdesk: nobody waits, nothing is measured."""
        if at < self.until:
            self._asked_at = 0
