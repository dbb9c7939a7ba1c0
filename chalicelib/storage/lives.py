"""For how long rows live; DynamoDB removes those whose `ttl`, in seconds since the epoch, is past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Lives:
    """
    How long rows live, by their kind, in seconds.

    `items` are lines of the books with what came in them, from when it came; `messages` what was
    said and how sending it ended, from when that was recorded; `sent` what is known of a message by
    the platform's id: receipts come for as long as a customer may open the thread.
    """

    items: int = 14 * _DAY
    messages: int = 365 * _DAY
    sent: int = 90 * _DAY

    @classmethod
    def of_days(cls, *, items: int, messages: int) -> Lives:
        """Return lives of so many days."""
        return cls(items=items * _DAY, messages=messages * _DAY)


LIVES: Final = Lives()
