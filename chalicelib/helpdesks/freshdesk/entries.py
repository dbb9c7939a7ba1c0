"""What we write into Freshdesk: customers, tickets and notes, and how ours are known again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from chalicelib.desk_api.contacts import contact
from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.lines import line, words
from chalicelib.desk_api.literal import literal
from chalicelib.desk_api.own_fields import own_fields
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.helpdesks.freshdesk.client import Client
from chalicelib.helpdesks.freshdesk.mapper import OPEN
from chalicelib.helpdesks.freshdesk.payloads import Conversation, TicketRow

DESCRIPTION: Final = "0"  #: what the description is called among the entries: it has no id
BEGINNING: Final = "—"  #: the description of a ticket whose first entry cannot be one

_LOW: Final = 1
_CHAT: Final = 7
_LONGEST_SUBJECT: Final = 255
_LONGEST_TAG: Final = 32


def person(customer: Customer) -> dict[str, str]:
    """Return the contact that a customer is; the phone is left out where there is none."""
    return contact(customer, named="unique_external_id")


def is_description(entry: Entry) -> bool:
    """Tell whether an entry can be a ticket's description: that is the customer's own, for all."""
    return entry.kind is EntryKind.COMMENT and entry.text.strip() != BEGINNING


def new_ticket(
    opening: Opening, *, requester: int, fields: Mapping[str, str], group: int | None
) -> dict[str, Any]:
    """
    Return the ticket to create.

    Its description becomes the first entry if it can be one; else the entry has to follow.
    """
    text = opening.entry.text if is_description(opening.entry) else BEGINNING
    ticket = {
        "subject": line(opening.subject, longest=_LONGEST_SUBJECT),
        "description": literal(text),
        "requester_id": requester,
        "status": OPEN,
        "priority": _LOW,
        "source": _CHAT,
        "tags": ["scripta", opening.channel, f"{opening.channel}_{opening.account}"[:_LONGEST_TAG]],
        "custom_fields": own_fields(opening, fields),
    }
    return ticket | ({"group_id": group} if group else {})


def add(client: Client, ticket: int, entry: Entry, *, author: int) -> str:
    """Add an entry with its files to a ticket, and return the note's id."""
    return str(client.add_note(ticket, new_note(entry, author=author), files=entry.files))


def new_note(entry: Entry, *, author: int) -> dict[str, Any]:
    """Return the note that adds an entry to a ticket."""
    return {
        "body": literal(entry.text),
        "incoming": entry.kind is EntryKind.COMMENT,
        "private": not entry.kind.is_public,
        "user_id": author,
    }


def ours(
    conversations: Iterable[Conversation], ticket: TicketRow, *, agent: int
) -> list[Conversation]:
    """Return what we wrote into a ticket: as ourselves, or in the customer's name."""
    return [
        each
        for each in conversations
        if each.user_id == agent or (each.incoming and each.user_id == ticket.requester_id)
    ]


def is_unfinished(ticket: TicketRow, written: Iterable[Conversation]) -> bool:
    """Tell whether a ticket of ours, into which we wrote that, lacks its first entry."""
    return (ticket.description_text or "").strip() == BEGINNING and not list(written)


def is_same(conversation: Conversation, entry: Entry) -> bool:
    """Tell whether something of ours says what an entry does, to the same readers."""
    return (
        conversation.private is not entry.kind.is_public
        and conversation.incoming is (entry.kind is EntryKind.COMMENT)
        and words(text_of(conversation.body or "")) == words(text_of(literal(entry.text)))
    )
