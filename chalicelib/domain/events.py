"""
What can happen on a channel, in our words: one event out of each item.

Every event carries the `key` that makes it recognisable when it comes again: the platform's message
id, or a composite where there is none. An event about an earlier item names that one's key in
`about`. Times are in ms since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Alias, Contact
from chalicelib.domain.content import Content
from chalicelib.domain.message import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """
    A customer wrote.

    `reply_to` is the platform's id of the message that this one answers, `about` that one's key, and
    `traces` are those that it may have as well; `undone_by` is the key that an unsend of this
    message has. In `standby` another application holds the conversation, and we only listen.
    """

    key: str
    account: AccountRef
    contact: Contact
    message_id: str
    content: Content
    occurred_at: int
    reply_to: str = ""
    about: str = ""
    traces: tuple[str, ...] = ()
    undone_by: str = ""
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEchoed:
    """
    A message to a customer was told back to us: ours, or one written elsewhere.

    `delivery` is our own reference, where the platform gives it back; `application` is the id of
    the application that sent it. `undone_by` and `standby` are as with MessageReceived.
    """

    key: str
    account: AccountRef
    contact: Contact
    message_id: str
    content: Content
    occurred_at: int
    delivery: str = ""
    application: str = ""
    undone_by: str = ""
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited:
    """
    A message was rewritten by whoever wrote it: `content` is what it says now.

    That was the customer unless it is `ours`. The rest is as with MessageReceived.
    """

    key: str
    account: AccountRef
    contact: Contact
    message_id: str
    about: str
    content: Content
    occurred_at: int
    traces: tuple[str, ...] = ()
    undone_by: str = ""
    ours: bool = False
    standby: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted:
    """
    A message was taken back, for everybody, by whoever wrote it: it must be forgotten.

    `traces` are the keys of further items that may have told what it said.
    """

    key: str
    account: AccountRef
    contact: Contact
    message_id: str
    about: str
    occurred_at: int
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """
    A customer put a sign on a message, or took it away: then there is no `emoji`.

    `opens_window` says that the platform lets us answer it like a message. `traces` are as with
    MessageReceived.
    """

    key: str
    account: AccountRef
    contact: Contact
    message_id: str
    about: str
    emoji: str
    occurred_at: int
    traces: tuple[str, ...] = ()
    opens_window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """
    Something about a customer that agents should read in the ticket, and that is no message.

    `word` names its sentence, `note.<word>` in the words catalogue, and `values` go into it. Where
    there is no conversation yet, it is only kept. `opens_window` is as with Reacted.
    """

    key: str
    account: AccountRef
    contact: Contact
    word: str
    occurred_at: int
    values: Mapping[str, str] = field(default_factory=dict)
    opens_window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentChanged:
    """A customer no longer wants what is not an answer, or wants it again."""

    key: str
    account: AccountRef
    contact: Contact
    opted_out: bool
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChanged:
    """
    Another application took a conversation, or gave it back.

    `owner` is the platform's id of who holds it now, empty where that is us; `summary` is what the
    one before wrote down for us.
    """

    key: str
    account: AccountRef
    contact: Contact
    owner: str
    occurred_at: int
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged:
    """
    A person has other names from now on.

    `contact` has those by which the person is known so far, `names` the new ones, most trusted
    first; `word` is as with Noticed.
    """

    key: str
    account: AccountRef
    contact: Contact
    names: tuple[Alias, ...]
    word: str
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """
    One message to a customer got on, or failed with a reason of the words catalogue.

    `pricing` is the platform's word for what it charges the message as.
    """

    key: str
    account: AccountRef
    message_id: str
    status: Status
    occurred_at: int
    delivery: str = ""
    reason: str = ""
    detail: str = ""
    pricing: str = ""


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
class AccountChanged:
    """
    News about an account of ours: kept and counted under `kind`.

    With `alarm` an operator must look: it can send no more, or soon cannot.
    """

    key: str
    account: AccountRef
    kind: str
    occurred_at: int = 0
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent:
    """Something that is not understood, and that no customer wrote: kept and counted."""

    key: str
    account: AccountRef
    kind: str
    occurred_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEventIgnored:
    """A platform told something that is about nobody, like a test of its own: counted, not kept."""

    key: str
    account: AccountRef
    kind: str
    occurred_at: int = 0


ChannelEvent = (
    MessageReceived
    | MessageEchoed
    | MessageEdited
    | MessageDeleted
    | Reacted
    | Noticed
    | ConsentChanged
    | ControlChanged
    | ContactChanged
    | StatusChanged
    | WatermarkReached
    | AccountChanged
    | UnknownEvent
    | ChannelEventIgnored
)
