"""One item of the storm as Meta's webhooks of three channels tell it, and a desk's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from zlib import crc32

from chalicelib.domain.contact import AliasKind
from infra.local.meta import (
    page_said,
    page_webhooks,
    standby,
    whatsapp_said,
    whatsapp_webhooks,
)
from infra.local.meta.records import Customer, Media, Message
from tests.builders import Raw
from tests.fakes.meta_api import names_on_whatsapp

_NOBODY: Final = {"aliases": [("psid", "m0")], "text": "?", "at": 0}
_NUMBER: Final = re.compile(r"\d+")
_DESK_TYPES: Final = {
    "closed": "ticket.status",
    "gone": "ticket.deleted",
    "merged": "ticket.merged",
}
#: How a helpdesk may say that something is not for the customer.
_PRIVATE: Final = ({"public": False}, {"private": True}, {"public": "0"}, {"private": "yes"})


def of_a_page(channel: str, raw: Raw) -> Iterator[Raw]:
    """Yield the entries of a page's webhook that tell of an item; none for what pages do not tell."""
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
        case "edit" | "unsend" | "control":
            body = _whim_on_a_page(channel, raw)
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
    yield from _apart(body, raw)["entry"]


def _whim_on_a_page(channel: str, raw: Raw) -> Raw:
    if raw["type"] == "control":
        person = replace(_customer(raw), channel=channel, contact=_person(raw))
        return page_webhooks.control(person, is_ours=not raw["owner"], at=raw["at"])
    if raw["type"] == "edit":
        text, count = raw["text"], raw["number"]
        what = page_said.edit(raw["id"], text=text, count=count, channel=channel)
    elif raw["of"] == "echo":
        body = page_webhooks.echo(_message(channel, raw), media_url="")
        body["entry"][0]["messaging"][0]["message"]["is_deleted"] = True
        return body
    else:
        what = page_said.unsent(raw["id"])
    return page_webhooks.from_customer(channel, _person(raw), what, at=raw["at"])


def of_whatsapp(channel: str, raw: Raw) -> Iterator[Raw]:
    """Yield the entries of WhatsApp's webhook that tell of an item; none for what it does not tell."""
    if raw["type"] == "unknown":
        raw = raw | _NOBODY
    elif raw["type"] == "control":
        raw = raw | {"id": ""}
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
        case "edit" | "unsend":
            body = whatsapp_webhooks.from_customer(
                person, _changed(message, raw), message_id=_change_id(raw), at=raw["at"]
            )
        case "control":
            body = whatsapp_webhooks.control(
                person, is_ours=not raw["owner"], summary="", at=raw["at"]
            )
        case "status":
            body = whatsapp_webhooks.status(message, person, status=raw["status"], at=raw["at"])
        case "unknown":
            body = whatsapp_webhooks.inbound(message, person, media=None, media_url="", quoted=None)
            yield body["entry"][0] | {"changes": [_odd_change(body, raw)]}
            return
        case _:
            return
    if raw["type"] != "status" and "psid" not in dict(raw["aliases"]):
        _hide_scoped_id(body)
    yield from _apart(body, raw)["entry"]


def of_a_desk(raw: Raw, *, url: str) -> Raw:
    """Return the webhook of the desk at `url` that tells of an item."""
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


def whose(card: Raw) -> str:
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
    if "sender" in value:
        del value["sender"]["user_id"]
    else:
        del value["messages"][0]["from_user_id"], value["contacts"][0]["user_id"]


def _apart(body: Raw, raw: Raw) -> Raw:
    """Return a webhook's body, as of a conversation that another application holds if it is one."""
    return standby.set_apart(body) if raw.get("standby") else body


def _changed(message: Message, raw: Raw) -> Mapping[str, Any]:
    """Return what a customer on WhatsApp makes of a message."""
    if raw["type"] == "unsend":
        return whatsapp_said.unsent(raw["id"])
    said = whatsapp_said.said(message, media=None, media_url="")
    return whatsapp_said.edit(raw["id"], said=said)


def _change_id(raw: Raw) -> str:
    return f"{raw['type']}{raw.get('number', 0)}-{raw['id']}"


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
