"""What messages on WhatsApp say, whoever wrote them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.whatsapp.parser import parts
from chalicelib.channels.whatsapp.parser.payloads import Order, Place, Referral, SharedContact
from chalicelib.channels.whatsapp.payloads import Choice, Media, Message
from chalicelib.domain.content import Content, File, FileKind, Part, unsupported
from chalicelib.graph_api.fields import listing, mapping

_FORM: Final = "nfm_reply"
_PAYMENT: Final = "payment_method"

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


def content(item: Mapping[str, Any]) -> Content:
    """
    Return what a message says; what the platform keeps to itself is a part that says so.

    What is not understood is one, too, under the platform's word for it.
    """
    message = Message.read(item)
    said = _said(message, item)
    if said is None:
        said = Content(parts=(unsupported(_kind(message)),))
    marks = parts.marks(message.context, Referral.read(item.get("referral")))
    return replace(said, parts=(*said.parts, *marks))


def _said(message: Message, item: Mapping[str, Any]) -> Content | None:
    if message.type in _FILES:
        return _file(message.type, item)
    reader = _READERS.get(message.type)
    return reader(message, item) if reader else None


def _file(kind: str, item: Mapping[str, Any]) -> Content:
    """Return a message's file with its caption; a caption alone where it could not be had."""
    media = Media.read(item.get(kind))
    if not (media.id or media.url):
        return Content(text=media.caption, parts=(unsupported(kind),))
    file = File(
        kind=_FILES[kind],
        url=media.url,
        id=media.id,
        name=media.filename,
        mime=media.mime_type,
        sha256=media.sha256,
    )
    return Content(text=media.caption, files=(file,))


def _interactive(message: Message, item: Mapping[str, Any]) -> Content | None:
    chosen = message.interactive
    answer = mapping(mapping(item.get("interactive")).get(chosen.type))
    if chosen.type == _FORM:
        name = chosen.nfm_reply.name or _FORM
        return _part(parts.form(name, answer.get("response_json"))) or _text(chosen.nfm_reply.body)
    if chosen.type == _PAYMENT:
        return _part(parts.form(_PAYMENT, dict(answer)))
    return _choice(chosen.button_reply) or _choice(chosen.list_reply)


def _contacts(message: Message, item: Mapping[str, Any]) -> Content | None:
    del message
    return _part(parts.contacts([SharedContact.read(c) for c in listing(item.get("contacts"))]))


def _location(message: Message, item: Mapping[str, Any]) -> Content | None:
    del message
    return _part(parts.location(Place.read(item.get("location"))))


def _order(message: Message, item: Mapping[str, Any]) -> Content | None:
    del message
    cart = Order.read(item.get("order"))
    ordered = _part(parts.order(cart)) or Content()
    said = replace(ordered, text=cart.text)
    return said if said != Content() else None


_READERS: Final[Mapping[str, Callable[[Message, Mapping[str, Any]], Content | None]]] = (
    MappingProxyType(
        {
            "": lambda message, _: _text(message.text.body),
            "text": lambda message, _: _text(message.text.body),
            "button": lambda message, _: _text(message.button.text),
            "interactive": _interactive,
            "location": _location,
            "contacts": _contacts,
            "order": _order,
        }
    )
)


def _choice(choice: Choice) -> Content | None:
    return _text("\n".join(text for text in (choice.title, choice.description) if text))


def _text(text: str) -> Content | None:
    return Content(text=text) if text else None


def _part(part: Part | None) -> Content | None:
    return Content(parts=(part,)) if part else None


def _kind(message: Message) -> str:
    kinds = {"unsupported": message.unsupported.type, "interactive": message.interactive.type}
    return kinds.get(message.type) or message.type or "message"
