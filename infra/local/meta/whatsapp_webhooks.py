"""
The webhook bodies of WhatsApp.

Since 2026 every body names the business-scoped user id, and the phone number only where the
customer shows one: https://developers.facebook.com/documentation/business-messaging/whatsapp
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import errors
from infra.local.meta.store import Customer, Media, Message

#: A service message within the window costs nothing; `conversation` left the body with v24.
_PRICING: Final = {
    "billable": False,
    "pricing_model": "PMP",
    "type": "free_customer_service",
    "category": "service",
}


def inbound(
    message: Message, customer: Customer, *, media: Media | None, media_url: str
) -> dict[str, Any]:
    """Return what tells that a customer wrote, with a file or without."""
    said: dict[str, Any] = {"from_user_id": customer.bsuid}
    if customer.phone:
        said["from"] = customer.phone
    said |= {"id": message.id, "timestamp": str(message.at // 1000), "type": message.type}
    if media is None:
        said["text"] = {"body": message.text}
    else:
        said[message.type] = _file(message, media, url=media_url)
    profile = {"name": customer.name or customer.contact}
    if not customer.phone and customer.contact != customer.bsuid:
        profile["username"] = customer.contact
    return _envelope({"contacts": [{"profile": profile, **_names(customer)}], "messages": [said]})


def status(message: Message, customer: Customer | None, *, status: str, at: int) -> dict[str, Any]:
    """
    Return what tells how far a message has come: sent, delivered, read or failed.

    Where nobody is behind the number (`customer` is None) the number that was written to is named.
    """
    told: dict[str, Any] = {"id": message.id, "status": status, "timestamp": str(at // 1000)}
    names = _names(customer) if customer else {"wa_id": message.contact}
    if "wa_id" in names:
        told["recipient_id"] = names["wa_id"]
    if "user_id" in names:
        told["recipient_user_id"] = names["user_id"]
    if message.tracking:
        told["biz_opaque_callback_data"] = message.tracking
    if status == "failed":
        return _envelope({"statuses": [{**told, "errors": [errors.status_error(message.fate)]}]})
    return _envelope({"contacts": [names], "statuses": [{**told, "pricing": _PRICING}]})


def _names(customer: Customer) -> dict[str, str]:
    phone = {"wa_id": customer.phone} if customer.phone else {}
    return {**phone, "user_id": customer.bsuid}


def _file(message: Message, media: Media, *, url: str) -> dict[str, Any]:
    file: dict[str, Any] = {
        "id": media.id,
        "mime_type": media.mime,
        "sha256": media.digest,
        "url": url,
    }
    if message.text:
        file["caption"] = message.text
    if message.type == "document":
        file["filename"] = media.filename
    if message.type == "audio":
        file["voice"] = True
    if message.type == "sticker":
        file["animated"] = False
    return file


def _envelope(what: Mapping[str, Any]) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": credentials.DISPLAY_NUMBER,
            "phone_number_id": credentials.PHONE_NUMBER_ID,
        },
        **what,
    }
    changes = [{"value": value, "field": "messages"}]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": credentials.WHATSAPP_BUSINESS_ID, "changes": changes}],
    }
