"""
What can happen, in our words: one event out of each item.

Every event carries the `key` that makes it recognisable when it comes again: the platform's message
id, the helpdesk's event id, or a composite where there is none. Times are in ms since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Contact
from chalicelib.domain.content import Content, File
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.message import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """A customer wrote."""

    key: str
    account: AccountRef
    contact: Contact
    message_id: str
    content: Content
    occurred_at: int
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEchoed:
    """
    A message to a customer was told back to us: ours, or one written elsewhere.

    `delivery` is our own reference, where the platform gives it back; `application` is the id of
    the application that sent it.
    """

    key: str
    account: AccountRef
    contact: Contact
    message_id: str
    content: Content
    occurred_at: int
    delivery: str = ""
    application: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """One message to a customer got on, or failed with a reason of the words catalogue."""

    key: str
    account: AccountRef
    message_id: str
    status: Status
    occurred_at: int
    delivery: str = ""
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatermarkReached:
    """
    Everything sent to a contact up to a moment was delivered or read.

    The moment is `until`, or that of the message `message_id` where the platform names one.
    """

    key: str
    account: AccountRef
    contact: Contact
    status: Status
    occurred_at: int
    until: int = 0
    message_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent:
    """Something that is not understood, and that no customer wrote: kept and counted."""

    key: str
    account: AccountRef
    kind: str
    occurred_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWritten:
    """An agent answered in a ticket, for the customer to read."""

    key: str
    ticket_id: str
    comment_id: str
    text: str
    agent: str
    occurred_at: int
    conversation_id: str = ""
    files: tuple[File, ...] = ()


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


ChannelEvent = MessageReceived | MessageEchoed | StatusChanged | WatermarkReached | UnknownEvent
DeskEvent = ReplyWritten | TicketChanged | DeskEventIgnored
