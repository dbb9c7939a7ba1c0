"""How often somebody may be written to, and what keeps count of it in one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    A limit of the other side: one write each `interval` seconds, up to `burst` at once.

    Those at once are paid back. The only thing to remember is until when the writes so far are
    paid for: the generic cell rate algorithm, ITU-T I.371, as a virtual schedule. In any window of
    `w` seconds there are at most `burst + w / interval` writes. Times are in ms since the epoch.
    """

    burst: int
    interval: float

    def wait(self, paid_until: int, *, now: int, room: int = 1) -> float:
        """
        Return for how many seconds nothing may be written, 0 where the next write may go now.

        After the wait `room` writes may go, or a whole burst where that is fewer.
        """
        ahead = (paid_until - now) / _MS
        if ahead <= (self.burst - 1) * self.interval:
            return 0.0
        return ahead - (self.burst - min(room, self.burst)) * self.interval

    def after(self, paid_until: int, *, now: int) -> int:
        """Return until when all writes are paid for once one more was made."""
        return max(paid_until, now) + round(self.interval * _MS)
