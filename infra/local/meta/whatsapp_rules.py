"""
What WhatsApp lets a business send, and to whom.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from infra.local.meta import errors, ids, interactive, templates
from infra.local.meta.accounts import WHATSAPP
from infra.local.meta.records import Customer, Media, is_phone
from infra.local.meta.send import Send

_DAY_MS: Final = 24 * 3_600_000
_MAX_TEXT: Final = 4096
_MAX_TRACKING: Final = 512
_MEDIA: Final = ("image", "video", "audio", "document", "sticker")
_OTHERS: Final = ("template", "interactive", "location", "contacts", "reaction")
_MB: Final = 1024 * 1024
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
#: What an upload may be: https://developers.facebook.com/documentation/business-messaging/whatsapp
_UPLOADED: Final = (
    *("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus"),
    *("application/vnd.ms-powerpoint", "application/msword", "application/vnd.ms-excel"),
    f"{_OFFICE}wordprocessingml.document",
    f"{_OFFICE}presentationml.presentation",
    f"{_OFFICE}spreadsheetml.sheet",
    *("application/pdf", "text/plain", "image/jpeg", "image/png", "image/webp"),
    *("video/mp4", "video/3gpp"),
)
#: What a kind of message may carry: its types (any, for documents) and its largest size in bytes.
_CARRIED: Final[Mapping[str, tuple[tuple[str, ...], int]]] = MappingProxyType(
    {
        "image": (("image/jpeg", "image/png"), 5 * _MB),
        "video": (("video/mp4", "video/3gpp"), 16 * _MB),
        "audio": (_UPLOADED[:5], 16 * _MB),
        "sticker": (("image/webp",), 500 * 1024),
        "document": ((), 100 * _MB),
    }
)
_UPLOAD_FAILED: Final = 131053
_UNDELIVERABLE: Final = 131026
_OUTSIDE_WINDOW: Final = 131047
_PUNCTUATION: Final = re.compile(r"[\s()+-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """
    Whom a call is addressed to: `input` as the call has it, one of phone and bsuid.

    With neither it is a user id put where a number belongs: Meta accepts that and drops it.
    """

    input: str
    phone: str = ""
    bsuid: str = ""

    @property
    def name(self) -> str:
        """Return what the customer can be found by."""
        return self.phone or self.bsuid


def address(body: Mapping[str, Any]) -> Address:
    """Return whom a call is addressed to (`to` wins over `recipient`); raise GraphError if none."""
    to, recipient = body.get("to"), body.get("recipient")
    if to:
        phone = _PUNCTUATION.sub("", str(to))
        if is_phone(phone):
            return Address(input=str(to), phone=phone)
        if ids.BSUID.fullmatch(str(to)):
            return Address(input=str(to))
        raise _bad_value("to is not a phone number")
    if not recipient:
        raise errors.invalid("The parameter to is required.")
    if not isinstance(recipient, str) or not ids.BSUID.fullmatch(recipient):
        raise _bad_value("recipient is not a business-scoped user id")
    return Address(input=recipient, bsuid=recipient)


def read_receipt(body: Mapping[str, Any]) -> str:
    """Return the message id that a call marks as read, empty for any other call."""
    _check_product(body)
    if body.get("status") != "read":
        return ""
    message_id = body.get("message_id")
    if not isinstance(message_id, str) or not message_id:
        raise errors.invalid("The parameter message_id is required.")
    return message_id


def reaction(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """
    Return the message that a call reacts to, and the emoji (empty: no more); None for any other.

    Raises:
        GraphError: it names no message.
    """
    what = body.get("reaction")
    if body.get("type") != "reaction" or not isinstance(what, dict):
        return None
    message_id, emoji = what.get("message_id"), what.get("emoji", "")
    if not isinstance(message_id, str) or not isinstance(emoji, str):
        raise _bad_value("reaction needs a message_id and an emoji")
    return message_id, emoji


def types(body: Mapping[str, Any]) -> bool:
    """Return whether a call that marks a message as read also shows that somebody types."""
    return isinstance(body.get("typing_indicator"), dict)


def media_id(body: Mapping[str, Any]) -> str:
    """Return the id of the upload that a call sends, empty where it sends none."""
    kind = body.get("type")
    content = body.get(str(kind)) if kind in _MEDIA else None
    found = content.get("id") if isinstance(content, dict) and not content.get("link") else None
    return str(found or "")


def check_upload(fields: Mapping[str, str], file: Media | None) -> Media:
    """Return the file of an upload; raise GraphError where WhatsApp would not take it."""
    _check_product(fields)
    if file is None:
        raise errors.invalid("The parameter file is required.")
    if file.mime not in _UPLOADED:
        raise errors.invalid(
            "Param file must be a file with one of the following types: "
            f"{', '.join(_UPLOADED)}. Received file of type '{file.mime}'."
        )
    if not file.content:
        raise errors.invalid("Param file is empty.")
    return replace(file, channel=WHATSAPP)


def check(
    body: Mapping[str, Any], addressee: Address, customer: Customer | None, *, file: Media | None
) -> Send:
    """
    Return what is sent, with the fate it meets: on WhatsApp most of what is wrong fails later.

    `file` is what was uploaded before or fetched from its link; None where it could not be had.

    Raises:
        GraphError: the call is malformed.
    """
    kind = body.get("type", "text")
    tracking = body.get("biz_opaque_callback_data", "")
    if not isinstance(tracking, str) or len(tracking) > _MAX_TRACKING:
        raise errors.invalid("Param biz_opaque_callback_data must be at most 512 characters long.")
    text, details = _content(str(kind), body)
    if media_id(body) and file is None:
        raise errors.invalid(f"Param {kind}['id'] is not a valid media attachment ID")
    carried = _carried(str(kind), body, file) if kind in _MEDIA else None
    if kind in _MEDIA and carried is None:
        fate = _UPLOAD_FAILED
    elif customer is None:
        # Whoever never wrote has no telephone in this world, unless a template is sent there.
        fate = 0 if kind == "template" and addressee.phone else _UNDELIVERABLE
    else:
        expired = ids.now_ms() - customer.last_inbound_at > _DAY_MS
        fate = _OUTSIDE_WINDOW if expired and kind != "template" else 0
    return Send(
        channel=WHATSAPP,
        contact=customer.contact if customer else addressee.name,
        type=str(kind),
        text=text,
        file=carried,
        tracking=tracking,
        fate=fate,
        details={**details, **_quoted(body)},
    )


def answer(
    addressee: Address, customer: Customer | None, message_id: str, *, kind: str
) -> dict[str, Any]:
    """Return the answer to a send of a kind: the id, and what the address was understood as."""
    contact = {"input": addressee.input}
    if addressee.phone:
        contact["wa_id"] = (customer and customer.phone) or addressee.phone
    elif addressee.bsuid:
        contact["user_id"] = addressee.bsuid
    message = {"id": message_id}
    if kind == "template":
        message["message_status"] = "accepted"
    return {"messaging_product": WHATSAPP, "contacts": [contact], "messages": [message]}


def _check_product(body: Mapping[str, Any]) -> None:
    if body.get("messaging_product") != WHATSAPP:
        raise errors.invalid("The parameter messaging_product is required.")


def _content(kind: str, body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the text that a call sends, and its details."""
    if kind not in {"text", *_MEDIA, *_OTHERS}:
        raise errors.invalid("Param type must be one of the message types.")
    what = body.get(kind)
    if kind == "contacts" and isinstance(what, list) and what:
        return "", {}
    if not isinstance(what, dict) or not what:
        raise errors.invalid(f"The parameter {kind} is required.")
    if kind == "text":
        return _text(what.get("body")), {}
    if kind == "template":
        shown = templates.filled(what)
        choices = {"choices": [{"kind": "button", **one} for one in shown.choices]}
        named = {"template": what["name"]}
        return shown.text, {**named, **(choices if shown.choices else {})}
    if kind == "interactive":
        return interactive.content(what)
    if kind in _MEDIA:
        if not (what.get("link") or what.get("id")):
            raise errors.invalid(f"The parameter {kind}['id'] or {kind}['link'] is required.")
        return str(what.get("caption", "")), {}
    return "", {}


def _quoted(body: Mapping[str, Any]) -> Mapping[str, Any]:
    context = body.get("context")
    found = context.get("message_id") if isinstance(context, dict) else None
    return {"reply_to": found} if isinstance(found, str) and found else {}


def _carried(kind: str, body: Mapping[str, Any], file: Media | None) -> Media | None:
    """Return a file as it arrives, under an id of its own; None where a phone cannot take it."""
    types, largest = _CARRIED[kind]
    if file is None or (types and file.mime not in types) or len(file.content) > largest:
        return None
    filename = str(body[kind].get("filename") or file.filename)
    return replace(file, id=ids.media_id(), filename=filename)


def _text(body: object) -> str:
    if not isinstance(body, str) or not body:
        raise errors.invalid("The parameter text['body'] is required.")
    if len(body) > _MAX_TEXT:
        raise errors.invalid(f"Param text['body'] must be at most {_MAX_TEXT} characters long.")
    return body


def _bad_value(details: str) -> errors.GraphError:
    return errors.of_code(WHATSAPP, 131009, details=details)
