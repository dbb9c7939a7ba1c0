"""
What WhatsApp lets a business send, and to whom.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.local.meta import errors, ids
from infra.local.meta.accounts import WHATSAPP
from infra.local.meta.send import Send
from infra.local.meta.store import Customer, is_phone

_DAY_MS: Final = 24 * 3_600_000
_MAX_TEXT: Final = 4096
_MAX_TRACKING: Final = 512
_MEDIA: Final = ("image", "video", "audio", "document", "sticker")
_OTHERS: Final = ("template", "interactive", "location", "contacts", "reaction")
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


def check(body: Mapping[str, Any], addressee: Address, customer: Customer | None) -> Send:
    """
    Return what is sent, with the fate it meets: on WhatsApp windows and wrong numbers fail later.

    Raises:
        GraphError: the call is malformed.
    """
    kind = body.get("type", "text")
    tracking = body.get("biz_opaque_callback_data", "")
    if not isinstance(tracking, str) or len(tracking) > _MAX_TRACKING:
        raise errors.invalid("Param biz_opaque_callback_data must be at most 512 characters long.")
    text, media = _content(str(kind), body)
    if customer is None:
        fate = _UNDELIVERABLE  # whoever never wrote has no telephone in this world
    else:
        expired = ids.now_ms() - customer.last_inbound_at > _DAY_MS
        fate = _OUTSIDE_WINDOW if expired and kind != "template" else 0
    return Send(
        channel=WHATSAPP,
        contact=customer.contact if customer else addressee.name,
        type=str(kind),
        text=text,
        media=media,
        tracking=tracking,
        fate=fate,
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


def _content(kind: str, body: Mapping[str, Any]) -> tuple[str, str]:
    if kind not in {"text", *_MEDIA, *_OTHERS}:
        raise errors.invalid("Param type must be one of the message types.")
    what = body.get(kind)
    if kind == "contacts" and isinstance(what, list) and what:
        return "", ""
    if not isinstance(what, dict) or not what:
        raise errors.invalid(f"The parameter {kind} is required.")
    if kind == "text":
        return _text(what.get("body")), ""
    if kind in _MEDIA:
        return str(what.get("caption", "")), _source(kind, what)
    return (_template(what) if kind == "template" else ""), ""


def _source(kind: str, media: Mapping[str, Any]) -> str:
    source = media.get("link") or media.get("id")
    if not source:
        raise errors.invalid(f"The parameter {kind}['id'] or {kind}['link'] is required.")
    return str(source)


def _text(body: object) -> str:
    if not isinstance(body, str) or not body:
        raise errors.invalid("The parameter text['body'] is required.")
    if len(body) > _MAX_TEXT:
        raise errors.invalid(f"Param text['body'] must be at most {_MAX_TEXT} characters long.")
    return body


def _template(template: Mapping[str, Any]) -> str:
    language = template.get("language")
    if not template.get("name") or not isinstance(language, dict) or not language.get("code"):
        raise errors.invalid(
            "The parameters template['name'] and ['language']['code'] are required."
        )
    return str(template["name"])


def _bad_value(details: str) -> errors.GraphError:
    return errors.of_code(WHATSAPP, 131009, details=details)
