"""
What a customer says on Messenger and Instagram, as the items of a webhook have it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from infra.local.meta import deeds
from infra.local.meta.accounts import MESSENGER
from infra.local.meta.records import Message

_STICKER: Final = "sticker"
_STICKER_ID: Final = 369239263222822  #: the thumb, as good as any
_LATER_MS: Final = 365 * 24 * 3_600_000
#: Meta's names for the reactions that have one, without the mark that asks for a coloured picture.
_REACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "❤": "love",
        "😆": "smile",
        "😠": "angry",
        "😢": "sad",
        "😮": "wow",
        "👍": "like",
        "👎": "dislike",
    }
)


def said(message: Message, *, media_url: str, is_own: bool) -> dict[str, Any]:
    """
    Return what an item has for a message besides the people and the time.

    `media_url` is empty where no file came along; `is_own` says that it quotes the customer.
    """
    what: Any = message.details.get(message.type)
    if message.type == "button":
        return {
            "postback": {
                "mid": message.id,
                "title": what["title"],
                "payload": what["payload"],
                **referral(message.details.get("referral")),
            }
        }
    if message.type == "order":
        return {"order": _cart(what)}
    found: dict[str, Any] = {"mid": message.id, **_along(message, is_own=is_own)}
    if message.type == "unsupported":
        return {"message": {**found, "is_unsupported": True}}
    if message.text:
        found["text"] = message.text
    if message.type == "quick_reply":
        found["quick_reply"] = {"payload": what["payload"]}
    elif message.type != "text":
        found["attachments"] = [attached(message, media_url)]
    return {"message": found}


def attached(message: Message, url: str) -> dict[str, Any]:
    """Return the attachment of a message; `url` is empty where it has no file."""
    if message.type in _WITHOUT_FILE:
        return _WITHOUT_FILE[message.type](message)
    payload: dict[str, Any] = {"url": url} if url else {}
    if message.type not in {_STICKER, "like"}:
        return {"type": message.type, "payload": payload}
    if message.channel != MESSENGER:
        return {"type": "image", "payload": payload}  # Instagram knows no stickers by name
    return {"type": _STICKER, "payload": {**payload, "sticker_id": _STICKER_ID}}


def _location(message: Message) -> dict[str, Any]:
    what = message.details["location"]
    place = {"lat": what["latitude"], "long": what["longitude"]}
    title = {"title": what["name"]} if "name" in what else {}
    return {"type": "location", **title, "payload": {"coordinates": place}}


def _share(message: Message) -> dict[str, Any]:
    what = message.details["share"]
    shared = {key: what[key] for key in ("url", "title") if key in what}
    return {"type": deeds.SHARES[message.channel][what["kind"]], "payload": shared}


def _story_mention(message: Message) -> dict[str, Any]:
    payload = {"url": message.details["story_mention"]["url"]}
    return {"type": "story_mention", "payload": payload}


def _bare(message: Message) -> dict[str, Any]:
    return {"type": message.type}


_WITHOUT_FILE: Final[Mapping[str, Callable[[Message], dict[str, Any]]]] = MappingProxyType(
    {
        "location": _location,
        "share": _share,
        "story_mention": _story_mention,
        "ephemeral": _bare,
        "like_heart": _bare,
    }
)


def reaction(message_id: str, *, emoji: str, before: str, channel: str) -> dict[str, Any]:
    """Return what an item has for a reaction; `emoji` is empty where `before` is taken back."""
    about: dict[str, Any] = {"mid": message_id, "action": "react" if emoji else "unreact"}
    shown = emoji or before
    if shown and (emoji or channel == MESSENGER):
        about |= {"reaction": _REACTIONS.get(shown.rstrip("\ufe0f"), "other"), "emoji": shown}
    return {"reaction": about}


def edit(message_id: str, *, text: str, count: int, channel: str) -> dict[str, Any]:
    """Return what an item has for the `count`-th edit of a message."""
    number = count if channel == MESSENGER else str(count)
    return {"message_edit": {"mid": message_id, "text": text, "num_edit": number}}


def unsent(message_id: str) -> dict[str, Any]:
    """Return what an item has for a message that was taken back."""
    return {"message": {"mid": message_id, "is_deleted": True}}


def referral(what: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what has to be said of the link or the advertisement that led here, if any did."""
    if what is None:
        return {}
    found = {
        "ref": what.get("ref", ""),
        "source": what.get("source", "ADS" if "ad_id" in what else "SHORTLINK"),
        "type": what.get("type", "OPEN_THREAD"),
    }
    if "ad_id" in what:
        found["ad_id"] = what["ad_id"]
        found["ads_context_data"] = {"ad_title": what.get("ad_title", "")}
    return {"referral": found}


def optin(contact: str, *, stops: bool, at: int) -> dict[str, Any]:
    """Return what an item has for a customer who stops or resumes the messages of a list."""
    status = "STOP_NOTIFICATIONS" if stops else "RESUME_NOTIFICATIONS"
    return {
        "optin": {
            "type": "notification_messages",
            "payload": "news",
            "notification_messages_token": f"list-{contact}",
            "notification_messages_frequency": "WEEKLY",
            "notification_messages_status": status,
            "token_expiry_timestamp": at + _LATER_MS,
            "user_token_status": "NOT_REFRESHED",
            "title": "News of the shop",
        }
    }


def feedback(what: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an item has for an answered form."""
    answer: dict[str, Any] = {"type": "csat", "payload": str(what["score"])}
    if "text" in what:
        answer["follow_up"] = {"type": "free_form", "payload": what["text"]}
    screen = {"screen_id": 0, "questions": {what["question"]: answer}}
    return {"messaging_feedback": {"feedback_screens": [screen]}}


def _along(message: Message, *, is_own: bool) -> dict[str, Any]:
    details, along = message.details, {}
    if quoted := details.get("reply_to"):
        along["reply_to"] = {"mid": quoted, **({"is_self_reply": True} if is_own else {})}
    if story := details.get("story_reply"):
        along["reply_to"] = {"story": {"url": story["url"], "id": story["id"]}}
    return along | referral(details.get("referral"))


def _cart(what: Mapping[str, Any]) -> dict[str, Any]:
    products = [
        {
            "product_id": one["id"],
            "retailer_id": one["id"],
            "name": one.get("name", one["id"]),
            "unit_price": one["price"],
            "currency": one["currency"],
            "quantity": one["quantity"],
        }
        for one in what["products"]
    ]
    return {"products": products, **({"note": what["note"]} if "note" in what else {})}
