"""Builds webhooks of each channel out of what customers say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

OBJECTS = {
    "messenger": "page",
    "instagram": "instagram",
    "whatsapp": "whatsapp_business_account",
}
TIME = 1_780_000_000_000


class Said(NamedTuple):
    """What a customer says to an account; `customer` is digits."""

    account: str
    customer: str
    message_id: str
    text: str


def entry(channel: str, said: Sequence[Said]) -> dict[str, Any]:
    """Return one entry with everything that is said to one account."""
    account = said[0].account
    if channel != "whatsapp":
        return {"id": account, "time": TIME, "messaging": [_messaging(s) for s in said]}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": account},
        "contacts": [card(s.customer) for s in said],
        "messages": [_message(s) for s in said],
    }
    return {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}


def webhook(channel: str, *entries: object) -> dict[str, Any]:
    """Return the body of a webhook."""
    return {"object": OBJECTS[channel], "entry": list(entries)}


def items(channel: str, body: dict[str, Any]) -> list[Any]:
    """Return the list inside the first entry of a webhook, to be changed in place."""
    first = body["entry"][0]
    found = first["changes"][0]["value"]["messages"] if channel == "whatsapp" else None
    return first["messaging"] if found is None else found  # type: ignore[no-any-return]


def card(customer: str) -> dict[str, Any]:
    """Return the contact of a customer on WhatsApp, with a name that is nobody else's."""
    return {"wa_id": customer, "user_id": f"IT.{customer}", "profile": {"name": f"N{customer}"}}


def echo(channel: str, said: Said) -> dict[str, Any]:
    """Return a message to the customer as Messenger and Instagram tell it back."""
    sides = {"sender": {"id": said.account}, "recipient": {"id": said.customer}}
    message = {"mid": said.message_id, "text": said.text, "is_echo": True}
    told = {**sides, "timestamp": TIME, "message": message}
    return webhook(channel, {"id": said.account, "time": TIME, "messaging": [told]})


def _messaging(said: Said) -> dict[str, Any]:
    return {
        "sender": {"id": said.customer},
        "recipient": {"id": said.account},
        "timestamp": TIME,
        "message": {"mid": said.message_id, "text": said.text},
    }


def _message(said: Said) -> dict[str, Any]:
    return {
        "from": said.customer,
        "id": said.message_id,
        "timestamp": str(TIME // 1000),
        "type": "text",
        "text": {"body": said.text},
    }
