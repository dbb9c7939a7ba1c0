"""The webhooks of the storm as they come over the wire: Meta's of three channels, and a desk's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, Final
from zlib import crc32

from standardwebhooks import Webhook

from chalicelib.domain.contact import AliasKind
from infra.local.meta import page_webhooks, whatsapp_webhooks, wire
from infra.local.meta.records import Customer, Media, Message
from tests.builders import Raw
from tests.fakes.meta_api import names_on_whatsapp

SECRET: Final = "whsec_dGhlIHN0b3JtIHNpZ25zIHdpdGggdGhpcyBvbmU="
_OBJECTS: Final = {
    "messenger": "page",
    "instagram": "instagram",
    "whatsapp": "whatsapp_business_account",
}
_NOBODY: Final = {"aliases": [("psid", "m0")], "text": "?", "at": 0}
_NUMBER: Final = re.compile(r"\d+")
_DESK_TYPES: Final = {
    "closed": "ticket.status",
    "gone": "ticket.deleted",
    "merged": "ticket.merged",
}
#: How a helpdesk may say that something is not for the customer.
_PRIVATE: Final = ({"public": False}, {"private": True}, {"public": "0"}, {"private": "yes"})


class Meta:
    """Writes Meta's webhooks for one channel: items together as `random` has it, in their order."""

    def __init__(self, channel: str, random: Random) -> None:
        self._channel = channel
        self._random = random

    def webhook(self, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """Return the body that tells of items, and its headers."""
        tell = _of_whatsapp if self._channel == "whatsapp" else _of_a_page
        told = [each for raw in items for each in tell(self._channel, raw)]
        body = {"object": _OBJECTS[self._channel], "entry": self._entries(told)}
        content = wire.encode(body)
        return content, {"x-hub-signature-256": wire.signature(self._channel, content)}

    def _entries(self, told: Sequence[Raw]) -> list[Raw]:
        """Put neighbours into one entry, and neighbouring messages into one change of it."""
        entries: list[Raw] = []
        for entry in told:
            alone = not entries or entries[-1].keys() != entry.keys() or self._random.random() < 0.5
            if alone:
                entries.append(dict(entry))
            elif "messaging" in entry:
                entries[-1] = entries[-1] | {
                    "messaging": entries[-1]["messaging"] + entry["messaging"]
                }
            else:
                changes = [*entries[-1]["changes"], *entry["changes"]]
                entries[-1] = entries[-1] | {"changes": self._merged(changes)}
        return entries

    def _merged(self, changes: Sequence[Raw]) -> list[Raw]:
        *before, last, new = changes
        values = [change["value"] for change in (last, new)]
        fits = all({"messages", "contacts"} <= value.keys() for value in values)
        if not fits or self._random.random() < 0.3:
            return list(changes)
        cards = [card for value in values for card in value["contacts"]]
        cards = [card for place, card in enumerate(cards) if card not in cards[:place]]
        if len(cards) > len({_whose(card) for card in cards}):
            return list(changes)  # one change shows a person in one way
        messages = values[0]["messages"] + values[1]["messages"]
        both = {"messages": messages, "contacts": cards}
        return [*before, {**last, "value": last["value"] | both}]


def desk_webhook(raw: Raw, *, url: str) -> tuple[bytes, Mapping[str, str]]:
    """Return the body of the webhook about one item of the desk at `url`, and its headers."""
    # The signature is of this very moment, by the clock that the adapter reads.
    content, now = json.dumps(_of_a_desk(raw, url=url)), datetime.now(UTC)
    return content.encode(), {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", now, content),
    }


def natural_key(raw: Mapping[str, Any], source: str) -> str:
    """Return the natural key of an item as the adapters split it; empty where no order matters."""
    if source.startswith("desk:"):
        data = raw.get("data", {})
        desk = source.removeprefix("desk:")
        key = f"{source} {desk}:reply:{data.get('comment_id')}"
        return key if raw.get("type") == "reply.send" and "public" not in data else ""
    item = raw["item"] if isinstance(raw["item"], dict) else {}
    if source == "channel:whatsapp":
        is_said = raw["kind"] == "message" and item.get("type") in ("text", "image")
        return f"{source} m:{item['id']}" if is_said else ""
    message = item.get("message")
    if raw["kind"] != "messaging" or not isinstance(message, dict) or "mid" not in message:
        return ""
    return f"{source} {'e' if message.get('is_echo') else 'm'}:{message['mid']}"


# --- one item


def _of_a_page(channel: str, raw: Raw) -> Iterator[Raw]:
    match raw["type"]:
        case "message":
            body = page_webhooks.inbound(_message(channel, raw), media_url="", is_own=False)
            body["entry"][0]["messaging"][0]["message"] |= _files(raw) | _padding(raw)
        case "echo":
            body = page_webhooks.echo(_message(channel, raw), media_url="")
            said = body["entry"][0]["messaging"][0]["message"]
            if not raw.get("delivery"):
                said.pop("app_id", None)
            said |= _files(raw) | _padding(raw)
        case "watermark":
            message = _message(channel, raw | {"id": "m_0", "at": raw["until"], "text": ""})
            body = page_webhooks.read([message], at=raw["until"])
        case "status" if raw["status"] == "delivered" and channel == "messenger":
            body = page_webhooks.delivered(_message(channel, raw | {"text": ""}), at=raw["at"])
        case "status" if raw["status"] == "read":
            body = page_webhooks.read([_message(channel, raw | {"text": ""})], at=raw["at"])
        case "unknown":
            body = page_webhooks.inbound(
                _message(channel, raw | _NOBODY), media_url="", is_own=False
            )
            yield _odd(body["entry"][0], raw)
            return
        case _:
            return
    yield from body["entry"]


def _of_whatsapp(channel: str, raw: Raw) -> Iterator[Raw]:
    if raw["type"] == "unknown":
        raw = raw | _NOBODY
    elif raw["type"] == "watermark":
        return  # receipts are of one message each
    message, person = _message(channel, raw), _customer(raw)
    match raw["type"]:
        case "message":
            media = _media(raw)
            body = whatsapp_webhooks.inbound(
                message, person, media=media, media_url="", quoted=None
            )
            said = body["entry"][0]["changes"][0]["value"]["messages"][0]
            said |= _padding(raw)
            if "psid" not in dict(raw["aliases"]):
                _hide_scoped_id(body)
        case "status":
            body = whatsapp_webhooks.status(message, person, status=raw["status"], at=raw["at"])
        case "unknown":
            body = whatsapp_webhooks.inbound(message, person, media=None, media_url="", quoted=None)
            yield body["entry"][0] | {"changes": [_odd_change(body, raw)]}
            return
        case _:
            return
    yield from body["entry"]


def _of_a_desk(raw: Raw, *, url: str) -> Raw:
    at = datetime.fromtimestamp(raw.get("at", 0) / 1000, UTC).isoformat()
    match raw["type"]:
        case "reply" | "note":
            data = {
                "ticket_id": raw["lane"],
                "comment_id": raw.get("comment") or raw["id"],
                "conversation_id": raw.get("conversation", ""),
                "text": raw["text"],
                "agent": "alice",
                "attachments": [
                    {"url": f"{url}/media/{name}?signature=x", "filename": name}
                    for name in raw.get("files", ())
                ],
            }
            if raw["type"] == "note":
                data |= {"public": True} | _PRIVATE[crc32(raw["text"].encode()) % len(_PRIVATE)]
            return {"type": "reply.send", "timestamp": at, "data": data}
        case "ticket":
            kind = _DESK_TYPES[raw["status"]]
            data = {"ticket_id": raw["ticket"], "status": raw["status"], "by": "alice"}
            return {"type": kind, "timestamp": at, "data": data}
        case _:
            return {"type": "typing", "timestamp": at, "data": {"id": raw["id"]}}


# --- its parts


def _message(channel: str, raw: Raw) -> Message:
    person = _person(raw)
    files = raw.get("files", ())
    return Message(
        seq=0,
        id=raw["id"],
        channel=channel,
        contact=person,
        outgoing=False,
        type="image" if files else "text",
        text=raw.get("text", ""),
        media="",
        tracking=raw.get("delivery", ""),
        at=raw["at"],
        status="sent",
        fate=131026,
    )


def _person(raw: Raw) -> str:
    return str(raw["aliases"][0][1]).removeprefix("phone/")


def _whose(card: Raw) -> str:
    """Return the end of the names of a contact, which all have: persons here have one digit."""
    return str(card.get("wa_id") or card["user_id"])[-1]


def _customer(raw: Raw) -> Customer:
    """Return the person as far as the webhook shows them."""
    names = names_on_whatsapp(_person(raw))
    shows_number = "phone" in dict(raw["aliases"])
    return Customer(
        channel="whatsapp",
        contact=names[AliasKind.PHONE] if shows_number else f"name-of-{_person(raw)}",
        name="Ana Bell",
        bsuid=names[AliasKind.BSUID],
        last_inbound_at=0,
    )


def _hide_scoped_id(body: Raw) -> None:
    """Make of a webhook one as they were before there were scoped ids."""
    value = body["entry"][0]["changes"][0]["value"]
    del value["messages"][0]["from_user_id"], value["contacts"][0]["user_id"]


def _files(raw: Raw) -> Raw:
    """Return the files of a message of a page."""
    files = [
        {"type": "image", "payload": {"url": f"https://scontent.fbcdn.net/{name}"}}
        for name in raw.get("files", ())
    ]
    return {"attachments": files, "text": raw["text"]} if files else {}


def _media(raw: Raw) -> Media | None:
    """Return WhatsApp's only file of a message."""
    files: Sequence[str] = raw.get("files", ())
    if not files:
        return None
    name = files[0]
    content = content_at(f"https://lookaside.fbsbx.com/{name}")
    return Media(id=name, channel="whatsapp", filename=name, mime="image/png", content=content)


def content_at(url: str) -> bytes:
    """Return the bytes that are at an address of the storm."""
    return f"what is at {url}".encode()


def _padding(raw: Raw) -> Raw:
    return {"pad": raw["pad"]} if "pad" in raw else {}


def _odd(entry: Raw, raw: Raw) -> Raw:
    """Return an entry of a page with what nobody foresaw, of a sort that goes by the item's id."""
    odd: Sequence[Any] = (
        {"reaction": {"mid": raw["id"], "action": "react"}},
        {"sender": None, "message": raw["id"]},
        [raw["id"]],
        raw["id"],
        None,
    )
    part = odd[_number(raw) % len(odd)]
    return {"id": entry["id"], "time": entry["time"], "messaging": [part], f"new {raw['id']}": part}


def _odd_change(body: Raw, raw: Raw) -> Raw:
    """Return a change about our number with what nobody foresaw, as above."""
    change: Raw = body["entry"][0]["changes"][0]
    value = {"metadata": change["value"]["metadata"]}
    odd: Sequence[Raw] = (
        {"value": value | {"news": raw["id"]}, "field": "new_kind"},
        {"value": value | {"messages": [{"id": raw["id"], "type": "reaction"}]}},
        {"value": value | {"statuses": [{"id": raw["id"], "status": "new"}]}},
        {"value": value | {"errors": [{"code": 1, "title": raw["id"]}, None]}},
        {"value": value | {"messages": raw["id"]}},
    )
    return change | odd[_number(raw) % len(odd)]


def _number(raw: Raw) -> int:
    return int(_NUMBER.findall(raw["id"])[0])
