"""What we write into Freshdesk: customers, tickets and notes, and how ours are known again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

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


def begin(
    client: Client, opening: Opening, *, fields: Mapping[str, str], group: int | None
) -> TicketRow:
    """
    Create a ticket, and its customer where nobody is known as that, and return it.

    Its description becomes the first entry if it can be one; else the entry has to follow.
    """
    entry, whole = opening.entry, is_description(opening.entry)
    ticket = {
        "subject": line(opening.subject, longest=_LONGEST_SUBJECT),
        "description": literal(entry.text if whole else BEGINNING),
        "requester_id": client.customer(person(opening.customer)),
        "status": OPEN,
        "priority": _LOW,
        "source": _CHAT,
        "tags": ["scripta", opening.channel, f"{opening.channel}_{opening.account}"[:_LONGEST_TAG]],
        "custom_fields": own_fields(opening, fields),
    }
    more = {"group_id": group} if group else {}
    return client.create(ticket | more, files=entry.files if whole else ())


def add(client: Client, ticket: int, entry: Entry, *, author: int) -> str:
    """Add an entry with its files to a ticket, and return the note's id."""
    note = {
        "body": literal(entry.text),
        "incoming": entry.kind is EntryKind.COMMENT,
        "private": not entry.kind.is_public,
        "user_id": author,
    }
    return str(client.add_note(ticket, note, files=entry.files))


def ours(client: Client, ticket: TicketRow, *, agent: int) -> list[Conversation]:
    """Return what we wrote into a ticket: as ourselves, or in the customer's name; oldest first."""
    return [
        each
        for each in client.conversations(ticket.id)
        if each.user_id == agent or (each.incoming and each.user_id == ticket.requester_id)
    ]


def last_of(written: Sequence[Conversation], ticket: TicketRow) -> str:
    """Return the last entry of a ticket of ours; empty where it lacks even its first one."""
    if written:
        return str(written[-1].id)
    return "" if (ticket.description_text or "").strip() == BEGINNING else DESCRIPTION


def is_same(conversation: Conversation, entry: Entry) -> bool:
    """Tell whether something of ours says what an entry does, to the same readers."""
    return (
        conversation.private is not entry.kind.is_public
        and conversation.incoming is (entry.kind is EntryKind.COMMENT)
        and words(text_of(conversation.body)) == words(text_of(literal(entry.text)))
    )
