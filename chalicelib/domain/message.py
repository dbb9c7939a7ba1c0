"""One message of a conversation, and the ladder that its delivery climbs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.content import Content


class Direction(StrEnum):
    """Who wrote it."""

    IN = "in"  #: the customer
    OUT = "out"  #: an agent, through the helpdesk
    OUTSIDE = "outside"  #: the business, but not through us: Meta's inbox, the phone
    NOTE = "note"  #: Scripta itself, for the agents


class Status(StrEnum):
    """How far a message to a customer has come; `failed` counts only below `delivered`."""

    PENDING = "pending"
    UNCONFIRMED = "unconfirmed"  #: the answer to the send was lost and nothing has confirmed it
    ACCEPTED = "accepted"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"


_RUNGS = tuple(Status)


def highest(statuses: Iterable[Status]) -> Status:
    """
    Return the highest rung among the statuses seen, `pending` where there is none.

    Statuses arrive late, twice and in any order, so the current one is never stored: it is
    computed from all that were seen, and cannot go down.
    """
    return max(statuses, key=_RUNGS.index, default=Status.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """
    What was said, as it is kept.

    `message_id` is the platform's (empty for an agent's reply), `comment_id` the helpdesk's;
    `occurred_at` is the other side's clock, `recorded_at` ours, both in ms since the epoch. `item`
    is the key of the item that told of it; in `standby` another application held the conversation.
    `revision` counts the changes of what is kept.
    """

    direction: Direction
    content: Content
    occurred_at: int
    recorded_at: int
    message_id: str = ""
    comment_id: str = ""
    author: str = ""
    reply_to: str = ""
    item: str = ""
    standby: bool = False
    revision: int = 0
