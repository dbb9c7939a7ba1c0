"""
The webhook bodies of Messenger and Instagram, which differ in little.

https://developers.facebook.com/documentation/business-messaging/messenger-platform
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.local import credentials
from infra.local.meta.accounts import BUSINESSES, MESSENGER
from infra.local.meta.store import Message

_STICKER: Final = "sticker"
_STICKER_ID: Final = 369239263222822  #: the thumb, as good as any
_OBJECTS: Final = {"messenger": "page", "instagram": "instagram"}


def inbound(message: Message, *, media_url: str) -> dict[str, Any]:
    """Return what tells that a customer wrote; `media_url` is empty where no file came along."""
    said: dict[str, Any] = {"mid": message.id}
    if message.text:
        said["text"] = message.text
    if media_url:
        said["attachments"] = [_attachment(message, media_url)]
    return _from_customer(message, {"message": said}, at=message.at)


def echo(message: Message, *, media_url: str) -> dict[str, Any]:
    """
    Return what tells the business of its own message; `media_url` is empty where it has no file.

    Instagram's carries neither the application's id nor what was asked to be given back.
    """
    said: dict[str, Any] = {"mid": message.id, "is_echo": True}
    if message.type == "text":
        said["text"] = message.text
    else:
        said["attachments"] = [_attachment(message, media_url)]
    if message.channel == MESSENGER:
        said["app_id"] = int(credentials.APP_ID)
        if message.tracking:
            said["metadata"] = message.tracking
    business = BUSINESSES[message.channel].id
    return _envelope(
        message.channel,
        {"sender": {"id": business}, "recipient": {"id": message.contact}, "message": said},
        at=message.at,
    )


def delivered(message: Message, *, at: int) -> dict[str, Any]:
    """Return Messenger's receipt for a message that reached the customer."""
    receipt = {"delivery": {"mids": [message.id], "watermark": message.at}}
    return _from_customer(message, receipt, at=at)


def read(messages: Sequence[Message], *, at: int) -> dict[str, Any]:
    """
    Return the receipt for messages (oldest first, never empty) that the customer has read.

    Messenger names a moment, Instagram the last message.
    """
    last = messages[-1]
    seen = {"watermark": at} if last.channel == MESSENGER else {"mid": last.id}
    return _from_customer(last, {"read": seen}, at=at)


def _attachment(message: Message, url: str) -> dict[str, Any]:
    payload: dict[str, Any] = {"url": url} if url else {}
    if message.type != _STICKER:
        return {"type": message.type, "payload": payload}
    if message.channel != MESSENGER:
        return {"type": "image", "payload": payload}  # Instagram knows no stickers by name
    return {"type": _STICKER, "payload": {**payload, "sticker_id": _STICKER_ID}}


def _from_customer(message: Message, what: Mapping[str, Any], *, at: int) -> dict[str, Any]:
    people = {
        "sender": {"id": message.contact},
        "recipient": {"id": BUSINESSES[message.channel].id},
    }
    return _envelope(message.channel, {**people, **what}, at=at)


def _envelope(channel: str, what: Mapping[str, Any], *, at: int) -> dict[str, Any]:
    people = {key: what[key] for key in ("sender", "recipient")}
    rest = {key: value for key, value in what.items() if key not in people}
    entry = {
        "id": BUSINESSES[channel].id,
        "time": at,
        "messaging": [{**people, "timestamp": at, **rest}],
    }
    return {"object": _OBJECTS[channel], "entry": [entry]}
