"""
What can happen in a helpdesk, in our words: one event out of each item.

Every event carries the `key` that makes it recognisable when it comes again. Times are in ms since
the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.content import File
from chalicelib.domain.conversation import TicketStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWritten:
    """
    An agent answered in a ticket, for the customer to read.

    `foreign` says that the helpdesk knows the ticket as one that was not made by us. `quotes` is the
    `Entry.key` of what the agent quotes, empty where that is nothing of ours.
    """

    key: str
    ticket_id: str
    comment_id: str
    text: str
    agent: str
    occurred_at: int
    conversation_id: str = ""
    files: tuple[File, ...] = ()
    foreign: bool = False
    quotes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChanged:
    """A ticket was opened, closed or removed in the helpdesk."""

    key: str
    ticket_id: str
    status: TicketStatus
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEventIgnored:
    """A helpdesk told something that is not for us: counted, not kept."""

    key: str
    kind: str


DeskEvent = ReplyWritten | TicketChanged | DeskEventIgnored
