"""Translates between our words and Request Tracker's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api import own_events
from chalicelib.desk_api.lines import one_line, title
from chalicelib.desk_api.own_items import REPLY
from chalicelib.desk_api.own_words import own_words
from chalicelib.desk_api.values import storable
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.helpdesks.request_tracker.payloads import (
    ACCOUNT,
    CHANNEL,
    CONTACT,
    ENTRY,
    FIRST_ENTRY,
    REFERENCE,
    Part,
    Transaction,
)

_OPEN: Final = "open"
_LONGEST_SUBJECT: Final = 180  # characters; RT's column has 200
_PLAIN: Final = "text/plain"
_TEXTS: Final = (_PLAIN, "text/html")


def new_ticket(opening: Opening, *, queue: str, refers_to: Sequence[str]) -> dict[str, Any]:
    """Return the request that creates a ticket; a note is left out of it and has to follow."""
    customer, entry = opening.customer, opening.entry
    body: dict[str, Any] = {
        "Queue": queue,
        "Subject": title(opening, longest=_LONGEST_SUBJECT),
        "Requestor": mailbox(customer),
        "CustomFields": {
            REFERENCE: opening.reference,
            CHANNEL: opening.channel,
            ACCOUNT: opening.account,
            CONTACT: storable(customer.phone or customer.handle),
        },
    }
    if refers_to:
        body["RefersTo"] = list(refers_to)
    if entry.kind.is_public:
        body |= {"Content": storable(entry.text), "ContentType": _PLAIN}
        body["CustomFields"][FIRST_ENTRY] = entry.key
    return body


def new_entry(entry: Entry) -> dict[str, Any]:
    """
    Return the request that adds an entry to a ticket, and opens the ticket where it is not open.

    All that we write is by one user of RT's: the subject says whose words an entry holds.
    """
    body: dict[str, Any] = {
        "Content": storable(entry.text),
        "ContentType": _PLAIN,
        "Status": _OPEN,
        "TxnCustomFields": {ENTRY: entry.key},
    }
    if entry.author:
        body["Subject"] = one_line(entry.author)
    return body


def way_of(entry: Entry) -> str:
    """Return how an entry gets into a ticket: what is for agents only is a comment."""
    return "comment" if entry.kind is EntryKind.NOTE else "correspond"


def quoted(text: str) -> str:
    """Return a text as TicketSQL has it: a string, whatever is in it."""
    escaped = storable(text).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def with_value(field: str, value: str) -> str:
    """Return the query for what has a value in a custom field."""
    return f"'CF.{{{field}}}' = {quoted(value)}"


def mailbox(customer: Customer) -> str:
    """Return who a ticket is about: RT makes a user of an address once, and names it so."""
    name = one_line(customer.name.replace("\\", " ")).replace('"', "'")
    return f'"{name}" <{customer.address}>' if name else customer.address


def ticket_url(url: str, ticket_id: str) -> str:
    """Return where agents see a ticket of the RT at `url`."""
    return f"{url}/Ticket/Display.html?id={ticket_id}"


def event(raw: Mapping[str, Any], *, desk: str, url: str, received_at: int) -> DeskEvent:
    """
    Return what a webhook of the RT at `url` means; see `own_events.event`.

    A file's id is those of its entry and of its part, by a slash.
    """
    return own_events.event(
        raw,
        desk=desk,
        received_at=received_at,
        url_of=lambda ticket_id: ticket_url(url, ticket_id),
        file_url_of=lambda file_id: f"{url}/Ticket/Attachment/{file_id}/file",
        words_of=own_words,
    )


def body_of(parts: Sequence[Part]) -> Part | None:
    """Return the part that is the text of an entry: the plain one where there are two."""
    texts = [part for part in parts if not part.Filename and part.ContentType in _TEXTS]
    return min(texts, key=lambda part: _TEXTS.index(part.ContentType), default=None)


def recalled(
    entry: Transaction, *, agent: str, parts: Sequence[Part], text: str
) -> dict[str, Any] | None:
    """Return the webhook that would have told of an agent's entry, None where it tells nothing."""
    files = [
        {"id": f"{entry.id}/{part.id}", "filename": part.Filename}
        for part in parts
        if part.Filename
    ]
    if not text.strip() and not files:
        return None
    body = body_of(parts)
    form = "text" if body is None or body.ContentType == _PLAIN else "html"
    return {
        "type": REPLY,
        "timestamp": entry.Created.isoformat(),
        "data": {
            "ticket_id": entry.ObjectId,
            "comment_id": entry.id,
            "event_id": entry.id,
            "agent": agent,
            form: text,
            "attachments": files,
        },
    }
