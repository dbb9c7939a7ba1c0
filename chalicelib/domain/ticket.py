"""A helpdesk's ticket and what we write into it, as far as we need them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.content import Attachment
from chalicelib.domain.pace import Pace


class EntryKind(StrEnum):
    """Whose words an entry of a ticket holds, and for whom they are."""

    COMMENT = "comment"  #: the customer's
    OUTSIDE = "outside"  #: the business's to the customer, said outside the helpdesk
    NOTE = "note"  #: ours, for agents only

    @property
    def is_public(self) -> bool:
        """Tell whether it is part of the conversation with the customer."""
        return self is not EntryKind.NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """
    Who a ticket is about, as a helpdesk knows people.

    `id` is ours, and one for all conversations that an operator linked. `address` stands for them
    where a helpdesk wants one, and can never be reached by mail. `phone` is in E.164 with its plus,
    `handle` what the channel names them by; each is empty where there is none.
    """

    id: str
    name: str
    address: str
    phone: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One thing to write into a ticket; the text is never empty.

    `key` names it outside: the same for every attempt at it, and no other entry has it.
    `requester` is what the helpdesk calls the customer, as its `Ticket` told; empty where unknown.
    `reopens` says that the ticket was closed when it was last heard of, for a helpdesk that has to
    be asked to open it.
    """

    kind: EntryKind
    text: str
    author: str = ""
    files: tuple[Attachment, ...] = ()
    key: str = ""
    requester: str = ""
    reopens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """
    A ticket to create, with its first entry.

    `reference` is ours, unique per ticket: the helpdesk keeps it, and a ticket is found by it again.
    `channel` and `account` say where the customer wrote. `follows` is the id of the conversation's
    ticket before this one, which was closed too long ago or is gone; empty where it is the first.
    """

    reference: str
    subject: str
    channel: str
    account: str
    customer: Customer
    entry: Entry
    follows: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """
    A ticket as the helpdesk knows it.

    `last_entry` is the id of the newest entry of ours, `requester` what the helpdesk calls the
    customer where an entry of theirs has to name them. `missing` names what it was to have and
    could not be given, such as `labels`: it stands without, and operators are told.
    """

    id: str
    url: str
    last_entry: str = ""
    requester: str = ""
    missing: str = ""


class Idempotency(StrEnum):
    """How a write that may have happened is made once."""

    NATIVE = "native"  #: written again under its key, of which the helpdesk makes one
    LOOKUP = "lookup"  #: looked for, and written again only where it is not there
    NONE = "none"  #: written again: it may stand twice


class Authenticity(StrEnum):
    """How a helpdesk's webhook shows where it comes from."""

    OPEN_STANDARD = "standard-webhooks"  #: signature over id, time and body
    SIGNED = "signed"  #: the vendor's own signature over time and body
    SIGNED_TIMELESS = "signed-timeless"  #: the vendor's own signature over the body alone
    COMES_ALONG = "shared-secret"  #: a secret that comes along, and no signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """
    What a helpdesk lets an adapter promise.

    `creates` and `appends` say how tickets and entries are made once; `lookup_lag` is how many
    seconds it takes until a write that may have happened can be seen. Where it `asks_back`, a webhook
    only says where to look, and may mean something else when it comes again. With `names_authors` an entry
    shows the customer as its author. `pace` is how often a ticket may be updated: what comes faster
    is put together into one entry.
    """

    creates: Idempotency = Idempotency.LOOKUP
    appends: Idempotency = Idempotency.LOOKUP
    lookup_lag: float = 0.0
    authenticity: Authenticity = Authenticity.OPEN_STANDARD
    asks_back: bool = False
    names_authors: bool = False
    pace: Pace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTimes:
    """
    When a conversation's ticket was opened by us, and when its agents last closed it.

    Both in ms since the epoch; 0 where that is not known, or was not yet.
    """

    conversation_id: str
    opened_at: int = 0
    closed_at: int = 0
