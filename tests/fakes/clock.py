"""A clock that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

START: Final = 1_700_000_000_000
"""Where a clock starts, in ms since the epoch."""


class VirtualClock:
    """The port Clock: returns ms since the epoch; whoever waits for a time is told of each move."""

    def __init__(self, now: int = START) -> None:
        self._now = now
        self._listeners: list[Callable[[], None]] = []

    def __call__(self) -> int:
        """Return the time in ms since the epoch."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds."""
        self._now += round(seconds * 1000)
        for listener in self._listeners:
            listener()

    def on_advance(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after each move."""
        self._listeners.append(listener)
