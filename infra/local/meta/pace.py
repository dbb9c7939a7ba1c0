"""How fast a business may write to one customer, where a test or a person sets a limit."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from infra.local.meta import errors, ids
from infra.local.meta.accounts import WHATSAPP
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.orders import parse_channel

_PAIR_LIMIT: Final = 131056
_RATE_LIMIT: Final = 613
_MOST_SECONDS: Final = 3600


class Pace:
    """The limits, as long as the process lives: none until one is ordered."""

    def __init__(self) -> None:
        self._limits: dict[str, tuple[int, float]] = {}
        self._sent: dict[tuple[str, str], deque[int]] = {}

    def order(self, body: Mapping[str, Any]) -> None:
        """
        Let at most `most` messages go to each customer of a channel in any `seconds`.

        Raises:
            InvalidOrder: a field is missing, unknown or wrong.
        """
        channel = parse_channel(body)
        most, seconds = body.get("most"), body.get("seconds")
        if body.keys() - {"channel", "most", "seconds"}:
            raise InvalidOrder("a pace has channel, most and seconds")
        if isinstance(most, bool) or not isinstance(most, int) or most < 0:
            raise InvalidOrder("most is a whole number, not below 0")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise InvalidOrder("seconds is a number")
        if not 0 < seconds <= _MOST_SECONDS:
            raise InvalidOrder(f"seconds is above 0 and at most {_MOST_SECONDS}")
        self._limits[channel] = (most, seconds)

    def clear(self) -> None:
        """Set no limit any more."""
        self._limits.clear()
        self._sent.clear()

    def take(self, channel: str, contact: str) -> None:
        """Count a message to a customer; raise GraphError where it comes too soon."""
        if channel not in self._limits:
            return
        most, seconds = self._limits[channel]
        sent, now = self._sent.setdefault((channel, contact), deque()), ids.now_ms()
        while sent and sent[0] <= now - seconds * 1000:
            sent.popleft()
        if len(sent) >= most:
            raise errors.of_code(channel, _PAIR_LIMIT if channel == WHATSAPP else _RATE_LIMIT)
        sent.append(now)
