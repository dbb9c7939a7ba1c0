"""How often somebody may be written to, and what keeps count of it in one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """
    A limit of the other side: `burst` writes at once, then one each `interval` seconds.

    It is kept by the generic cell rate algorithm, whose whole state is the time until which the
    writes so far are paid for: ITU-T I.371, annex A. In any window of `w` seconds there are at most
    `burst + w / interval` writes.
    """

    burst: int
    interval: float

    def wait(self, paid_until: int, *, now: int) -> float:
        """Return the seconds until the next write may go; both times are in ms since the epoch."""
        ahead = paid_until - now - (self.burst - 1) * self.interval * _MS
        return max(ahead / _MS, 0.0)

    def after(self, paid_until: int, *, now: int) -> int:
        """Return until when the writes are paid for once one more has gone."""
        return max(paid_until, now) + round(self.interval * _MS)
