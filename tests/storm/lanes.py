"""The order in which items came, lane by lane, and in which they must be ingested."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


class Lanes:
    """What the intake queue took, by lane, and what of it was claimed."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[str]] = {}
        self._lane_of: dict[str, str] = {}
        self._claimed: set[str] = set()
        self._unordered: set[str] = set()

    def took(self, lane: str, keys: Sequence[str]) -> None:
        """See what came in a lane; only the first time that something comes counts."""
        for key in keys:
            if key not in self._lane_of:
                self._lane_of[key] = lane
                self._waiting.setdefault(lane, deque()).append(key)

    def buried(self, lane: str) -> None:
        """See that a message of a lane was given up: what is behind it overtakes it."""
        self._unordered.add(lane)

    def claims(self, key: str) -> str:
        """See that an item is ingested; return the one that it overtook, empty for none."""
        self._claimed.add(key)
        lane = self._lane_of.get(key, "")
        waiting = self._waiting.get(lane, deque())
        is_late = key in waiting and waiting[0] != key and lane not in self._unordered
        overtaken = waiting[0] if is_late else ""
        while waiting and waiting[0] in self._claimed:
            waiting.popleft()
        return overtaken
