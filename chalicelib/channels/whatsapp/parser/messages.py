"""Messages on WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.payloads import Card, Media, Message
from chalicelib.domain.contact import Contact
from chalicelib.domain.content import Content, File, FileKind, unsupported
from chalicelib.domain.events import MessageReceived, UnknownEvent
from chalicelib.graph_api import keys

# News about a message, a number or a call: no customer would say of these that they wrote.
_NEWS: Final = ("reaction", "edit", "revoke", "system", "request_welcome")
_CALL_PERMISSION: Final = "call_permission_reply"

_FILES: Final[Mapping[str, FileKind]] = MappingProxyType(
    {
        "image": FileKind.IMAGE,
        "audio": FileKind.AUDIO,
        "voice": FileKind.AUDIO,
        "video": FileKind.VIDEO,
        "document": FileKind.DOCUMENT,
        "sticker": FileKind.STICKER,
    }
)


def parse(notice: Notice) -> MessageReceived | UnknownEvent:
    """Return what a customer wrote; what names nobody, or is news about a message, is unknown."""
    message = Message.read(notice.item)
    if message.type in _NEWS:
        return notice.unknown(message.type)
    if message.interactive.type == _CALL_PERMISSION:
        return notice.unknown(_CALL_PERMISSION)
    if notice.item.get("group_id"):
        # A reply would go to one person of the group, and to nobody else.
        return notice.unknown("group_message")
    if not notice.aliases:
        return notice.unknown("message_of_nobody")
    return MessageReceived(
        key=keys.message(message.id) if message.id else notice.raw_key,
        account=notice.account,
        contact=Contact(aliases=notice.aliases, name=Card.read(notice.card).profile.name),
        message_id=message.id,
        content=_file(notice, message) or _content(message),
        occurred_at=notice.occurred_at,
        reply_to=message.context.id,
    )


def _file(notice: Notice, message: Message) -> Content | None:
    """Return a message's file with its caption, None where it has none that could be had."""
    kind = _FILES.get(message.type)
    media = Media.read(notice.item.get(message.type))
    if kind is None or not (media.id or media.url):
        return None
    file = File(
        kind=kind,
        url=media.url,
        id=media.id,
        name=media.filename,
        mime=media.mime_type,
        sha256=media.sha256,
    )
    return Content(text=media.caption, files=(file,))


def _content(message: Message) -> Content:
    """Return the text of a message, or what it is instead."""
    chosen = message.interactive
    texts = {
        "text": message.text.body,
        "": message.text.body,
        "button": message.button.text,
        "interactive": chosen.button_reply.title or chosen.list_reply.title,
    }
    text = texts.get(message.type)
    if text:
        return Content(text=text)
    kinds = {"unsupported": message.unsupported.type, "interactive": chosen.type}
    return Content(parts=(unsupported(kinds.get(message.type) or message.type or "message"),))
