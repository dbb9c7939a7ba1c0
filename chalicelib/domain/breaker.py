"""
The breaker of a desk: while it is open, nothing is tried and messages wait in the table.

An account has one, too, which remembers that an operator was told of it; its replies are tried.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """
    `opened_at` is 0 while it is closed, else ms since the epoch; `reason` is why it opened.

    `desk` is the id of a desk, or `channel#id` of an account.
    """

    desk: str
    opened_at: int = 0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether the desk is left alone."""
        return self.opened_at > 0
