"""
What an item or an attempt changes in the store, fact by fact.

The pipeline decides which facts belong together; the store commits them all or none, one
conditional write each, and raises Conflict where somebody else was faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Alias
from chalicelib.domain.content import Content
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.envelope import Book, digest
from chalicelib.domain.message import Message, Status
from chalicelib.domain.work import Work


class Outcome(StrEnum):
    """What became of an item."""

    FORWARD = "forward"  #: to be shown in a ticket
    DELIVER = "deliver"  #: to be sent to a customer
    RECORDED = "recorded"  #: kept and applied
    IGNORED = "ignored"  #: counted, not kept
    PARKED = "parked"  #: kept until an operator acts


class ClaimKey(NamedTuple):
    """The natural key of an item: whose it is (channel and account, or desk), and which."""

    scope: str
    key: str

    @classmethod
    def of_account(cls, account: AccountRef, key: str) -> ClaimKey:
        """Return the key of an item of an account; `key` is the event's."""
        return cls("#".join(account), key)

    @classmethod
    def of_desk(cls, desk: str, key: str) -> ClaimKey:
        """Return the key of an item of a desk; `key` is the event's."""
        return cls(f"desk#{desk}", key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """
    An item's line in the books: written once, by the first copy of the item that is ingested.

    `owner` names that copy (queue message and place in it); `seen` names the other copies, so that
    a redelivery of one copy is never counted as another. `raw` is the item as JSON. In the
    conversation the item is at `sequence`, or, in `parts`, from there on.
    """

    key: ClaimKey
    owner: str
    book: Book
    outcome: Outcome
    source: str
    received_at: int
    raw: str = ""
    reason: str = ""
    conversation_id: str = ""
    sequence: int = 0
    parts: int = 1
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How sending an agent's reply ended, as far as the send itself can tell."""

    conversation_id: str
    sequence: int
    status: Status
    changed_at: int
    message_id: str = ""
    reason: str = ""
    detail: str = ""


class SentKey(NamedTuple):
    """A message to a customer, by the platform's id."""

    account: AccountRef
    message_id: str

    @classmethod
    def of_words(cls, account: AccountRef, text: str) -> SentKey:
        """Return what stands for the id of a message under way, of which only its text comes back."""
        return cls(account, f"words:{digest(text.strip())}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    What is known of a message by the platform's id: which of ours it is, and every receipt seen.

    Receipts come before, after or without the answer to the send: whichever is first makes the row.
    `pricing` is the platform's word for what it charges the message as.
    """

    key: SentKey
    conversation_id: str = ""
    sequence: int = 0
    sent_at: int = 0
    receipts: frozenset[Status] = frozenset()
    reason: str = ""
    pricing: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """This copy of the item is the first."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class ClaimChanged:
    """A parked item was decided again; conflicts where its line is no longer what it was."""

    before: Claim
    after: Claim


@dataclass(frozen=True, slots=True)
class ClaimDropped:
    """A parked item's line is replaced by others; conflicts where it is no longer what it was."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class CopiesSeen:
    """Other copies of a claimed item were met; conflicts where the claim is gone."""

    key: ClaimKey
    owners: frozenset[str]


@dataclass(frozen=True, slots=True)
class ConversationOpened:
    """A contact wrote for the first time."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """
    A conversation moved on.

    Conflicts where the sequence, the ticket or a watermark moved meanwhile, or it is gone.
    """

    before: Conversation
    after: Conversation


@dataclass(frozen=True, slots=True)
class AliasAdded:
    """A contact is known by one more name; conflicts where the name is somebody's already."""

    account: AccountRef
    alias: Alias
    conversation_id: str


@dataclass(frozen=True, slots=True)
class MessageKept:
    """Something was said."""

    conversation_id: str
    sequence: int
    message: Message


@dataclass(frozen=True, slots=True)
class MessageForgotten:
    """
    What was said was taken back: the row stays, with another content.

    Conflicts where there is none, or it was changed since it was read.
    """

    kept: MessageKept
    content: Content


@dataclass(frozen=True, slots=True)
class FilesFound:
    """Files of what was said could be had later: its content says so; conflicts as above."""

    kept: MessageKept
    content: Content


@dataclass(frozen=True, slots=True)
class ItemForgotten:
    """The raw item of something that was taken back is kept no longer; its line in the books is."""

    key: ClaimKey


@dataclass(frozen=True, slots=True)
class WorkAdded:
    """Something must go out."""

    work: Work


@dataclass(frozen=True, slots=True)
class WorkChanged:
    """An attempt got on; conflicts where another one did meanwhile."""

    before: Work
    after: Work


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Nothing is left to do; conflicts where the work changed meanwhile."""

    work: Work


@dataclass(frozen=True, slots=True)
class TicketLinked:
    """
    A ticket belongs to a conversation, and will for ever.

    `opened_at` is when it was opened for it, in ms since the epoch; 0 where it was there before.
    """

    desk: str
    ticket_id: str
    conversation_id: str
    opened_at: int = 0


@dataclass(frozen=True, slots=True)
class TicketClosed:
    """Agents closed a conversation's ticket, in ms since the epoch; conflicts where it has none."""

    desk: str
    ticket_id: str
    conversation_id: str
    at: int


@dataclass(frozen=True, slots=True)
class DeliveryEnded:
    """A send ended, well or not."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class SentLearnt:
    """
    Something was learnt of a message by the platform's id; what is empty stays as it was.

    With `only_if_new` it conflicts where the message is known to be one of ours already.
    """

    sent: Sent
    only_if_new: bool = field(default=False)


Change = (
    Claimed
    | ClaimChanged
    | ClaimDropped
    | CopiesSeen
    | ConversationOpened
    | ConversationChanged
    | AliasAdded
    | MessageKept
    | MessageForgotten
    | FilesFound
    | ItemForgotten
    | WorkAdded
    | WorkChanged
    | WorkDone
    | TicketLinked
    | TicketClosed
    | DeliveryEnded
    | SentLearnt
)
