"""How often one person may be written to: what the platforms allow, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Messages that a pause makes room for: a pause for each one alone would be many.
AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    One message each `interval` ms to one person, up to `burst` at once that are paid back.

    The only thing to remember of a person is until when what was sent is not paid back yet: the
    generic cell rate algorithm, ITU-T I.371, as a virtual schedule.
    """

    interval: int
    burst: int

    def pause(self, paid_until: int, *, now: int) -> int:
        """
        Return for how many ms nothing may be sent, 0 where the next message may go now.

        After the pause, several may go. Both times are in ms since the epoch.
        """
        if paid_until - now <= (self.burst - 1) * self.interval:
            return 0
        return paid_until - now - (self.burst - min(AT_ONCE, self.burst)) * self.interval

    def sent(self, paid_until: int, *, now: int) -> int:
        """Return until when all is not paid back once one more message was sent."""
        return max(paid_until, now) + self.interval
