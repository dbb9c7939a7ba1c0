"""A thread between one account and one contact: its state, its ticket, its sequence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Contact


class TicketStatus(StrEnum):
    """What a helpdesk says of a ticket, in our words."""

    OPEN = "open"
    CLOSED = "closed"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    The ticket that a conversation is forwarded to.

    `last_entry` is the helpdesk's id of the last thing we wrote there: whatever of ours stands
    behind it is a write whose answer was lost. `requester` is what the helpdesk calls the customer,
    if it told. `changed_at` is when the status was last changed, `paid_until` what keeps the pace of
    our writes (see `Pace`); both are in ms since the epoch.
    """

    desk: str
    ticket_id: str
    url: str = ""
    last_entry: str = ""
    status: TicketStatus = TicketStatus.OPEN
    changed_at: int = 0
    requester: str = ""
    paid_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """
    The state of a conversation.

    `sequence` is the number of the last thing recorded; 0 means that nothing is stored yet.
    `tickets` counts the tickets it has had. The watermarks are in ms since the epoch: all
    that was sent to the customer until then was delivered or read. `last_inbound_id` is the
    platform's id of the customer's newest message. `owner` is the application that holds the
    conversation, empty where that is us; `standby_from` is the number of the first thing that was
    said since another one has it and that no ticket shows yet, 0 where there is none. To who has
    `opted_out` nothing goes but answers; `consent_at` is when they last said so or the contrary.
    `owner_at` is when somebody was last seen to hold the conversation. Until `paced_until` what was
    sent is not paid back yet; see `pace.Pace`. While sends are `held_up` for want of credentials,
    the agents have been told so.
    `unanswered_since` is when the customer wrote what nobody has answered yet, 0 where there is
    nothing; what comes within the seconds of a send counts as answered by it.
    """

    id: str
    account: AccountRef
    contact: Contact
    sequence: int = 0
    link: Link | None = None
    tickets: int = 0
    last_inbound_at: int = 0
    delivered_until: int = 0
    read_until: int = 0
    last_inbound_id: str = ""
    owner: str = ""
    standby_from: int = 0
    opted_out: bool = False
    consent_at: int = 0
    owner_at: int = 0
    paced_until: int = 0
    held_up: bool = False
    unanswered_since: int = 0
