"""Messages on WhatsApp that were edited or taken back, by the customer or on the business's phone."""

from __future__ import annotations

from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.parser.contents import content
from chalicelib.channels.whatsapp.payloads import Message
from chalicelib.domain.events import MessageDeleted, MessageEdited, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import mapping


def edited(notice: Notice, message: Message, *, ours: bool = False) -> MessageEdited | UnknownEvent:
    """Return what a message says now; what names none is unknown."""
    original = message.edit.original_message_id
    if not original:
        return notice.unknown(message.type)
    now = mapping(mapping(notice.item.get("edit")).get("message"))
    number = message.id or notice.occurred_at
    return MessageEdited(
        key=notice.key(keys.edited(original, number)),
        account=notice.account,
        contact=notice.contact,
        message_id=original,
        about=notice.key(keys.message(original)),
        content=content(now),
        occurred_at=notice.occurred_at,
        traces=(notice.elsewhere(keys.message(original)),),
        undone_by=keys.deleted(original),
        ours=ours,
        standby=notice.standby,
    )


def taken_back(notice: Notice, message: Message) -> MessageDeleted | UnknownEvent:
    """
    Return that a message must be forgotten; what names none is unknown.

    That has one key, whoever holds the conversation: it undoes the owner's copy of a message, too.
    """
    original = message.revoke.original_message_id
    if not original:
        return notice.unknown(message.type)
    told = (keys.message(original), keys.echo(original))
    return MessageDeleted(
        key=keys.deleted(original),
        account=notice.account,
        contact=notice.contact,
        message_id=original,
        about=notice.key(keys.message(original)),
        occurred_at=notice.occurred_at,
        # It may have been told by a customer or back to us, and before or after a handover.
        traces=(*told, *map(keys.standby, told)),
    )
