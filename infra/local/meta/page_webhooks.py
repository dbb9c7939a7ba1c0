"""
The webhook bodies of Messenger and Instagram, which differ in little.

https://developers.facebook.com/documentation/business-messaging/messenger-platform
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import page_said
from infra.local.meta.accounts import BUSINESSES, INBOX_APP_ID, MESSENGER
from infra.local.meta.records import Customer, Message

_OBJECTS: Final = {"messenger": "page", "instagram": "instagram"}


def inbound(message: Message, *, media_url: str, is_own: bool) -> dict[str, Any]:
    """
    Return what tells that a customer said something.

    `media_url` is empty where no file came along; `is_own` says that it quotes the customer.
    """
    what = page_said.said(message, media_url=media_url, is_own=is_own)
    return from_customer(message.channel, message.contact, what, at=message.at)


def from_customer(
    channel: str, contact: str, what: Mapping[str, Any], *, at: int
) -> dict[str, Any]:
    """Return the body around what a customer did."""
    people = {"sender": {"id": contact}, "recipient": {"id": BUSINESSES[channel].id}}
    return _envelope(channel, {**people, **what}, at=at)


def comment(message: Message, author: Mapping[str, str], *, verb: str, at: int) -> dict[str, Any]:
    """
    Return what tells of a public comment of `author` (`id`, `name`, `username`).

    `verb` is add, edited or remove; Instagram tells of what is new only.
    """
    about = message.details["comment"]
    if message.channel == MESSENGER:
        value = {
            "item": "comment",
            "verb": verb,
            "comment_id": message.id,
            "post_id": about["post"],
            "parent_id": about.get("parent", about["post"]),
            "from": {"id": author["id"], "name": author["name"]},
            "created_time": at // 1000,
        }
        if verb != "remove":
            value["message"] = message.text
        return _changed(message.channel, "feed", value, at=at)
    value = {
        "id": message.id,
        "from": {"id": author["id"], "username": author["username"]},
        "text": message.text,
        "media": {"id": about["post"], "media_product_type": "FEED"},
    }
    if "parent" in about:
        value["parent_id"] = about["parent"]
    return _changed(message.channel, "comments", value, at=at)


def echo(message: Message, *, media_url: str) -> dict[str, Any]:
    """
    Return what tells the business of its own message; `media_url` is empty where it has no file.

    Instagram's carries neither the application's id nor what was asked to be given back.
    """
    said: dict[str, Any] = {"mid": message.id, "is_echo": True}
    if message.text:
        said["text"] = message.text
    if message.type != "text":
        said["attachments"] = [page_said.attached(message, media_url)]
    if quoted := message.details.get("reply_to"):
        said["reply_to"] = {"mid": quoted}
    if message.channel == MESSENGER:
        is_ours = not message.details.get("outside")
        said["app_id"] = int(credentials.APP_ID) if is_ours else INBOX_APP_ID
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
    return from_customer(message.channel, message.contact, receipt, at=at)


def read(messages: Sequence[Message], *, at: int) -> dict[str, Any]:
    """
    Return the receipt for messages (oldest first, never empty) that the customer has read.

    Messenger names a moment, Instagram the last message.
    """
    last = messages[-1]
    seen = {"watermark": at} if last.channel == MESSENGER else {"mid": last.id}
    return from_customer(last.channel, last.contact, {"read": seen}, at=at)


def control(customer: Customer, *, is_ours: bool, at: int) -> dict[str, Any]:
    """Return what tells who answers a conversation from now on: our application or another."""
    ours, other = credentials.APP_ID, str(INBOX_APP_ID)
    previous, new = (other, ours) if is_ours else (ours, other)
    about = {"previous_owner_app_id": previous, "new_owner_app_id": new, "metadata": ""}
    name = "pass_thread_control" if is_ours else "take_thread_control"
    return from_customer(customer.channel, customer.contact, {name: about}, at=at)


def _envelope(channel: str, what: Mapping[str, Any], *, at: int) -> dict[str, Any]:
    people = {key: what[key] for key in ("sender", "recipient")}
    rest = {key: value for key, value in what.items() if key not in people}
    entry = {
        "id": BUSINESSES[channel].id,
        "time": at,
        "messaging": [{**people, "timestamp": at, **rest}],
    }
    return {"object": _OBJECTS[channel], "entry": [entry]}


def _changed(channel: str, name: str, value: Mapping[str, Any], *, at: int) -> dict[str, Any]:
    changes = [{"field": name, "value": value}]
    entry = {"id": BUSINESSES[channel].id, "time": at // 1000, "changes": changes}
    return {"object": _OBJECTS[channel], "entry": [entry]}
