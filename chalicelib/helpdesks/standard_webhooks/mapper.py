"""Translates between our words and those of the webhooks."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.desk_api import own_events
from chalicelib.desk_api.uploads import safe_name_of
from chalicelib.desk_api.values import readable
from chalicelib.domain.content import Attachment
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ticket import Entry, EntryKind, Opening
from chalicelib.errors import Refused

OPENED: Final = "conversation.opened"
RECEIVED: Final = "message.received"
PING: Final = "ping"

_MOST_INLINE: Final = 1024 * 1024  #: bytes of one message's files that go into its webhook
_KINDS: Final = {
    EntryKind.COMMENT: "customer",
    EntryKind.OUTSIDE: "elsewhere",
    EntryKind.NOTE: "note",
}


def opened(opening: Opening) -> dict[str, Any]:
    """Return the data that tells of a new conversation and of what it begins with."""
    customer = opening.customer
    return {
        "conversation_id": opening.reference,
        "ticket_id": None,
        "follows": opening.follows or None,
        "platform": opening.channel,
        "account": opening.account,
        "subject": readable(opening.subject),
        "customer": {
            "id": customer.id,
            "name": readable(customer.name),
            "phone": customer.phone or None,
            "handle": readable(customer.handle) or None,
        },
        **_message(opening.entry),
    }


def received(ticket_id: str, entry: Entry) -> dict[str, Any]:
    """Return the data that tells of a message in a conversation; `requester` is its name."""
    names = {"conversation_id": entry.requester or None, "ticket_id": ticket_id}
    return names | _message(entry)


def event(raw: Mapping[str, Any], *, desk: str, url: str, received_at: int) -> DeskEvent:
    """Return what a webhook of the desk means; `url` stands in where it tells no address."""
    return own_events.event(raw, desk=desk, received_at=received_at, url_of=lambda _: url)


def _message(entry: Entry) -> dict[str, Any]:
    bare = sum(len(file.content) for file in entry.files if not file.link)
    if bare > _MOST_INLINE:
        raise Refused("file_too_large")
    return {
        "message_id": entry.key,
        "kind": _KINDS[entry.kind],
        "author": readable(entry.author),
        "text": readable(entry.text),
        "attachments": [_attachment(file) for file in entry.files],
    }


def _attachment(file: Attachment) -> dict[str, Any]:
    about = {
        "filename": safe_name_of(file),
        "content_type": file.mime,
        "size": len(file.content),
    }
    if file.link:
        return about | {"url": file.link}
    return about | {"content": base64.b64encode(file.content).decode()}
