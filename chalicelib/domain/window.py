"""Until when a customer may be answered, and how: what the platforms allow, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOUR: Final = 3600 * 1000  #: ms


class Passage(StrEnum):
    """How an answer may be sent at a moment."""

    OPEN = "open"  #: like any answer
    HUMAN_AGENT = "human_agent"  #: as one that a person wrote, marked as such
    CLOSED = "closed"  #: not at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """
    For how long after a customer's last message a channel takes answers, in ms.

    Until `response` any answer, from then until `human_agent` what a person wrote; 0 is never.
    """

    response: int
    human_agent: int = 0

    def passage(self, *, last_inbound_at: int, now: int, human_agent: bool) -> Passage:
        """
        Return how an answer may be sent `now`; both times are in ms since the epoch.

        `human_agent` says whether the account may use that passage. Where no message of the
        customer is known (0), only the platform can tell: it is asked.
        """
        since = now - last_inbound_at
        if not last_inbound_at or since < self.response:
            return Passage.OPEN
        if human_agent and since < self.human_agent:
            return Passage.HUMAN_AGENT
        return Passage.CLOSED
