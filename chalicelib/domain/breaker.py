"""The breaker of a desk: while it is open, nothing is tried and messages wait in the table."""

from __future__ import annotations

from dataclasses import dataclass, replace

THRESHOLD = 3  #: failures in a row that open it


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """
    How a desk has been answering.

    `opened_at` is 0 while it is closed, else ms since the epoch; `reason` is why it opened.
    """

    desk: str
    failures: int = 0
    opened_at: int = 0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether the desk is left alone."""
        return self.opened_at > 0

    def failed(self, *, now: int, reason: str, at_once: bool) -> Breaker:
        """Return the breaker after one more failure; `at_once` does not wait for the threshold."""
        failures = self.failures + 1
        opens = at_once or failures >= THRESHOLD
        return replace(
            self,
            failures=failures,
            opened_at=self.opened_at or (now if opens else 0),
            reason=reason,
        )
