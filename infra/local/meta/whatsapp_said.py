"""
What a customer says on WhatsApp, as the messages of a webhook have it.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import errors
from infra.local.meta.records import Customer, Media, Message

_CATALOGUE: Final = "354160437058781"
_NOT_SUPPORTED: Final = 131051


def said(message: Message, *, media: Media | None, media_url: str) -> dict[str, Any]:
    """Return the type of a message and what it says, with a file or without."""
    what: Any = message.details.get(message.type)
    if message.type in _SAID:
        return _SAID[message.type](what)
    if media is None:
        return {"type": "text", "text": {"body": message.text}}
    return {"type": message.type, message.type: file(message, media, url=media_url)}


def along(message: Message, *, quoted: Message | None, customer: Customer) -> dict[str, Any]:
    """Return what goes with a message: whatever it answers, where it comes from, its group."""
    details, found = message.details, {}
    what = details.get(message.type)
    answered = details.get("reply_to") or (isinstance(what, dict) and what.get("message_id"))
    if answered:
        is_ours = quoted is None or quoted.outgoing
        author = credentials.DISPLAY_NUMBER if is_ours else customer.phone
        found["context"] = {**({"from": author} if author else {}), "id": answered}
    if details.get("forwarded"):
        found["context"] = {**found.get("context", {}), "forwarded": True}
    if "group" in details:
        found["group_id"] = details["group"]
    if (referral := details.get("referral")) is not None:
        found["referral"] = _referral(referral)
    return found


def file(message: Message, media: Media, *, url: str) -> dict[str, Any]:
    """Return the file of a message."""
    found: dict[str, Any] = {
        "id": media.id,
        "mime_type": media.mime,
        "sha256": media.digest,
        "url": url,
    }
    if message.text:
        found["caption"] = message.text
    if message.type == "document":
        found["filename"] = media.filename
    if message.type == "audio":
        found["voice"] = True
    if message.type == "sticker":
        found["animated"] = False
    return found


def reaction(message_id: str, *, emoji: str) -> dict[str, Any]:
    """Return a reaction; `emoji` is empty where it is taken back."""
    return {"type": "reaction", "reaction": {"message_id": message_id, "emoji": emoji}}


def edit(message_id: str, *, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes a message say something else."""
    return {"type": "edit", "edit": {"original_message_id": message_id, "message": dict(said)}}


def unsent(message_id: str) -> dict[str, Any]:
    """Return what takes a message back."""
    return {"type": "revoke", "revoke": {"original_message_id": message_id}}


def _location(what: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "location", "location": dict(what)}


def _contacts(what: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "type": "contacts",
        "contacts": [
            {
                "name": {"formatted_name": one["name"], "first_name": one["name"]},
                **({"phones": [_phone(one["phone"])]} if "phone" in one else {}),
            }
            for one in what
        ],
    }


def _own_number(number: str) -> dict[str, Any]:
    contact = {"phones": [_phone(number)], "origin": "contact_request"}
    return {"type": "contacts", "contacts": [contact]}


def _phone(number: str) -> dict[str, str]:
    digits = number.removeprefix("+")
    return {"phone": f"+{digits}", "type": "CELL", "wa_id": digits}


def _order(what: Mapping[str, Any]) -> dict[str, Any]:
    items = [
        {
            "product_retailer_id": one["id"],
            "quantity": one["quantity"],
            "item_price": one["price"],
            "currency": one["currency"],
        }
        for one in what["products"]
    ]
    order = {"catalog_id": _CATALOGUE, "text": what.get("note", ""), "product_items": items}
    return {"type": "order", "order": order}


def _quick_reply(what: Mapping[str, Any]) -> dict[str, Any]:
    chosen = {"id": what["payload"], "title": what["title"]}
    kind = "button_reply"
    if "description" in what:
        kind, chosen["description"] = "list_reply", what["description"]
    return {"type": "interactive", "interactive": {"type": kind, kind: chosen}}


def _button(what: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "button", "button": {"payload": what["payload"], "text": what["title"]}}


def _flow(what: Mapping[str, Any]) -> dict[str, Any]:
    reply = {
        "name": what.get("name", "flow"),
        "body": what.get("body", "Sent"),
        "response_json": json.dumps(what["response"]),
    }
    return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}


def _unsupported(_what: object) -> dict[str, Any]:
    error = errors.status_error(_NOT_SUPPORTED)
    return {"type": "unsupported", "errors": [error], "unsupported": {"type": "poll"}}


def _referral(what: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "source_url": what.get("url", "https://fb.me/advertisement"),
        "source_id": what.get("ad_id", "120200000000000001"),
        "source_type": what.get("type", "ad"),
        "headline": what.get("headline", what.get("ad_title", "")),
        "body": what.get("body", ""),
        "ctwa_clid": what.get("ref", ""),
    }


_SAID: Final[Mapping[str, Callable[[Any], dict[str, Any]]]] = MappingProxyType(
    {
        "location": _location,
        "contacts": _contacts,
        "share_number": _own_number,
        "order": _order,
        "quick_reply": _quick_reply,
        "button": _button,
        "flow": _flow,
        "unsupported": _unsupported,
    }
)
