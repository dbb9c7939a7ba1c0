"""
The webhook bodies of WhatsApp.

Since 2026 every body names the business-scoped user id, and the phone number only where the
customer shows one: https://developers.facebook.com/documentation/business-messaging/whatsapp
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import errors, ids, whatsapp_said
from infra.local.meta.accounts import INBOX_APP_ID
from infra.local.meta.records import Customer, Media, Message

#: A service message within the window costs nothing; `conversation` left the body with v24.
_PRICING: Final = {
    "billable": False,
    "pricing_model": "PMP",
    "type": "free_customer_service",
    "category": "service",
}
_METADATA: Final = {
    "display_phone_number": credentials.DISPLAY_NUMBER,
    "phone_number_id": credentials.PHONE_NUMBER_ID,
}


def inbound(
    message: Message,
    customer: Customer,
    *,
    media: Media | None,
    media_url: str,
    quoted: Message | None,
) -> dict[str, Any]:
    """Return what tells that a customer said something, with a file or without."""
    said = {
        **whatsapp_said.along(message, quoted=quoted, customer=customer),
        **whatsapp_said.said(message, media=media, media_url=media_url),
    }
    return from_customer(customer, said, message_id=message.id, at=message.at)


def from_customer(
    customer: Customer, said: Mapping[str, Any], *, message_id: str, at: int
) -> dict[str, Any]:
    """Return the body around a message of a customer."""
    sender: dict[str, Any] = {"from_user_id": customer.bsuid}
    if customer.phone:
        sender["from"] = customer.phone
    message = {**sender, "id": message_id, "timestamp": str(at // 1000), **said}
    return _envelope({"contacts": [_card(customer)], "messages": [message]})


def system(
    before: Customer, what: Mapping[str, Any], *, message_id: str, at: int
) -> dict[str, Any]:
    """Return what tells that a customer changed, by the names before; it names no contacts."""
    sender = {"from": before.phone} if before.phone else {}
    message = {**sender, "id": message_id, "timestamp": str(at // 1000), "type": "system"}
    return _envelope({"messages": [{**message, "system": what}]})


def preference(customer: Customer, *, stops: bool, at: int) -> dict[str, Any]:
    """Return what tells that a customer wants marketing no longer, or again."""
    value = "stop" if stops else "resume"
    wish = {
        **_names(customer),
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": at // 1000,
    }
    found = {"contacts": [_card(customer)], "user_preferences": [wish]}
    return _envelope(found, name="user_preferences")


def call(message: Message, customer: Customer, *, ends: bool) -> dict[str, Any]:
    """Return what tells that a customer calls, and, where it `ends`, how long they spoke."""
    seconds = message.details["call"]["seconds"]
    sender = {"from": customer.phone} if customer.phone else {}
    about: dict[str, Any] = {
        "id": message.id,
        **sender,
        "from_user_id": customer.bsuid,
        "to": credentials.DISPLAY_NUMBER,
        "event": "terminate" if ends else "connect",
        "direction": "USER_INITIATED",
        "timestamp": str(message.at // 1000 + (seconds if ends else 0)),
    }
    if not ends:
        about["session"] = {"sdp_type": "offer", "sdp": "v=0\r\n"}
    elif seconds:
        begun = message.at // 1000
        about |= {"status": "COMPLETED", "duration": seconds}
        about |= {"start_time": str(begun), "end_time": str(begun + seconds)}
    else:
        about["status"] = "FAILED"
    return _envelope({"contacts": [_card(customer)], "calls": [about]}, name="calls")


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


def echo(
    customer: Customer, said: Mapping[str, Any], *, message_id: str, at: int
) -> dict[str, Any]:
    """Return what tells of something that was said on the business's own phone."""
    phone = {"to": customer.phone} if customer.phone else {}
    message = {
        "from": credentials.DISPLAY_NUMBER,
        **phone,
        "to_user_id": customer.bsuid,
        "id": message_id,
        "timestamp": str(at // 1000),
        **said,
    }
    return _envelope({"message_echoes": [message]}, name="smb_message_echoes")


def control(customer: Customer, *, is_ours: bool, summary: str, at: int) -> dict[str, Any]:
    """Return what tells who answers a conversation from now on, with the other's `summary`."""
    kind = "control_passed" if is_ours else "control_taken"
    roles = ("ai_agent", "escalation") if is_ours else ("escalation", "ai_agent")
    about: dict[str, Any] = {
        "previous_owner_app_id": str(INBOX_APP_ID) if is_ours else credentials.APP_ID,
        "previous_owner_role": roles[0],
        "new_owner_role": roles[1],
        "metadata": "",
    }
    if summary:
        about["conversation_context"] = {"type": "summary", "summary": {"text": summary}}
    phone = {"phone_number": customer.phone} if customer.phone else {}
    value = {
        "messaging_product": "whatsapp",
        "sender": {**phone, "user_id": customer.bsuid},
        "recipient": _METADATA,
        "type": kind,
        "timestamp": str(at // 1000),
        kind: about,
    }
    return _body(value, name="messaging_handovers")


def _card(customer: Customer) -> dict[str, Any]:
    profile = {"name": customer.name or customer.contact}
    if not customer.is_numbered and not ids.BSUID.fullmatch(customer.contact):
        profile["username"] = customer.contact
    return {"profile": profile, **_names(customer)}


def _names(customer: Customer) -> dict[str, str]:
    phone = {"wa_id": customer.phone} if customer.phone else {}
    return {**phone, "user_id": customer.bsuid}


def _envelope(what: Mapping[str, Any], *, name: str = "messages") -> dict[str, Any]:
    return _body({"messaging_product": "whatsapp", "metadata": _METADATA, **what}, name=name)


def _body(value: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    changes = [{"value": value, "field": name}]
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": credentials.WHATSAPP_BUSINESS_ID, "changes": changes}],
    }
