"""The orders of `POST /sim/send`: who does what on which channel."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from infra.local.meta import deeds, ids
from infra.local.meta.accounts import BUSINESSES, WHATSAPP
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.records import Customer, is_phone
from infra.local.meta.store import Store

_KINDS: Final = ("image", "video", "audio", "file", "sticker")
_WITHOUT_TEXT: Final = ("audio", "sticker")  #: on WhatsApp, which has captions for the others
_MAX_NAME: Final = 128
_FIELDS: Final = frozenset(
    {"channel", "contact", "name", "text", "attachment", "at", "phone", "webhook"}
)
_NUMBERS: Final = frozenset({"share_number", "new_number"})
_ALONE: Final = frozenset({"comment", "call"})  #: what nothing goes along with
_DEEDS: Final = frozenset({*deeds.SAID, *deeds.DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to send: `kind` is image, video, audio, file or sticker."""

    kind: str
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What a customer shall do.

    `deed` is the name of one of the deeds and `what` what is to be known of it; empty where there
    is a text or a file or both. `along` are the details beside it. `at` is when it happens (ms);
    `number` the number that a WhatsApp customer shows from now on, empty for no change. Without
    `webhook` the application is never told of it.
    """

    channel: str
    contact: str
    name: str
    text: str
    file: File | None
    at: int
    deed: str = ""
    what: Any = None
    along: Mapping[str, Any] = field(default_factory=dict)
    number: str = ""
    webhook: bool = True


def parse(body: Mapping[str, Any]) -> Order:
    """
    Return what a `POST /sim/send` body orders.

    Raises:
        InvalidOrder: a field is missing, unknown, wrong, or nothing that this channel has.
    """
    channel, contact = parse_address(body)
    if unknown := body.keys() - _FIELDS - _DEEDS - deeds.ALONG.keys():
        raise InvalidOrder(f"unknown field: {', '.join(sorted(unknown))}")
    name, text = body.get("name") or "", body.get("text") or ""
    if not isinstance(name, str) or not isinstance(text, str):
        raise InvalidOrder("name and text are strings")
    attachment = body.get("attachment")
    order = Order(
        channel=channel,
        contact=contact,
        name=name,
        text=text,
        file=None if attachment is None else _file(attachment),
        at=_at(body),
        along={
            key: deeds.check(channel, key, body[key])
            for key in deeds.ALONG
            if body.get(key) is not None
        },
        number=_number(channel, body),
        webhook=_webhook(body),
    )
    return _with_deed(order, body)


def parse_address(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return the channel and contact of a request; raise InvalidOrder where they are not right."""
    contact = body.get("contact")
    channel = parse_channel(body)
    if not isinstance(contact, str) or not contact.strip():
        raise InvalidOrder("contact is a string that names the customer")
    if len(contact) > _MAX_NAME or not contact.isprintable():
        raise InvalidOrder(f"contact has at most {_MAX_NAME} printable characters")
    return channel, contact_of(channel, contact)


def parse_channel(body: Mapping[str, Any]) -> str:
    """Return the channel of a request; raise InvalidOrder where it names none."""
    channel = body.get("channel")
    if not isinstance(channel, str) or channel not in BUSINESSES:
        raise InvalidOrder("channel is messenger, instagram or whatsapp")
    return channel


def known(store: Store, body: Mapping[str, Any]) -> Customer:
    """
    Return the customer that a request names.

    Raises:
        InvalidOrder: it names none.
        LookupError: nobody of that name wrote on the channel.
    """
    channel, contact = parse_address(body)
    found = store.customer(channel, contact)
    if found is None:
        raise LookupError("nobody of that name wrote on this channel")
    return found


def contact_of(channel: str, contact: str) -> str:
    """Return a contact as the simulation names it: WhatsApp's numbers go without the plus."""
    return contact.removeprefix("+") if channel == WHATSAPP else contact


def _with_deed(order: Order, body: Mapping[str, Any]) -> Order:
    asked = [name for name in _DEEDS if body.get(name) is not None]
    is_written = bool(order.text or order.file)
    if not asked:
        is_referral = order.channel != WHATSAPP and order.along.keys() == {"referral"}
        if not is_written and not is_referral:
            raise InvalidOrder("there is neither a text nor an attachment nor anything to do")
        is_whatsapp = order.channel == WHATSAPP
        if is_whatsapp and order.text and order.file and order.file.kind in _WITHOUT_TEXT:
            raise InvalidOrder("a voice message or a sticker on WhatsApp carries no text")
        return order
    if len(asked) > 1 or is_written:
        raise InvalidOrder("one thing at a time: a text and a file, or one deed")
    [name] = asked
    what = deeds.check(order.channel, name, body[name])
    if name in _NUMBERS and not is_phone(what):
        raise InvalidOrder(f"{name} is a phone number in digits")
    if (name in deeds.DONE or name in _ALONE) and order.along:
        raise InvalidOrder(f"nothing goes along with {name}")
    return replace(order, deed=name, what=what)


def _at(body: Mapping[str, Any]) -> int:
    at, now = body.get("at"), ids.now_ms()
    if at is None:
        return now
    if not isinstance(at, int) or isinstance(at, bool) or not 0 < at <= now:
        raise InvalidOrder("at is a time in the past, in ms since the epoch")
    return at


def _webhook(body: Mapping[str, Any]) -> bool:
    webhook = body.get("webhook", True)
    if not isinstance(webhook, bool):
        raise InvalidOrder("webhook is true or false")
    return webhook


def _number(channel: str, body: Mapping[str, Any]) -> str:
    number = body.get("phone")
    if number is None:
        return ""
    if channel != WHATSAPP:
        raise InvalidOrder(f"{channel} has no phone")
    if not isinstance(number, str) or not is_phone(number.removeprefix("+")):
        raise InvalidOrder("phone is a phone number")
    return number.removeprefix("+")


def _file(attachment: object) -> File:
    if not isinstance(attachment, dict):
        raise InvalidOrder("attachment is an object with kind, filename and content")
    kind, filename = attachment.get("kind"), attachment.get("filename")
    kind = "file" if kind == "document" else kind
    if kind not in _KINDS:
        raise InvalidOrder(f"attachment.kind is one of {', '.join(_KINDS)}")
    if not isinstance(filename, str) or not filename.isprintable() or not filename:
        raise InvalidOrder("attachment.filename is a string")
    encoded = attachment.get("content")
    if not isinstance(encoded, str):
        raise InvalidOrder("attachment.content is a string")
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError as exc:
        raise InvalidOrder("attachment.content is Base64") from exc
    return File(kind=kind, filename=filename, content=content)
