"""
What public projects recorded of the platforms' webhooks, read where it lies beside the checkout.

The folder is named by SCRIPTA_PAYLOADS; without one there this is skipped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from chalicelib.domain.changes import Outcome
from chalicelib.domain.events import MessageEchoed, MessageEdited, MessageReceived
from tests.channels import channel
from tests.fakes.meta_world import MetaWorld

_ROOT: Final = Path(__file__).parents[2]
_FOLDER: Final = Path(os.environ.get("SCRIPTA_PAYLOADS", _ROOT.parent / "shared" / "payloads"))
_CHANNELS: Final = {"fb__": "messenger", "ig__": "instagram", "wa__": "whatsapp"}
_FILES: Final = sorted(path for prefix in _CHANNELS for path in _FOLDER.glob(f"{prefix}*.json"))
_RECEIVED_AT: Final = 1_790_000_000_000

pytestmark = pytest.mark.skipif(
    not _FILES, reason=f"NO PUBLIC PAYLOADS: {_FOLDER} has none (set SCRIPTA_PAYLOADS)"
)


def _events(path: Path) -> list[object]:
    speaker = channel(_CHANNELS[path.name[:4]])
    items = speaker.split(json.loads(path.read_text("utf-8")))
    for item in items:
        item.lane.encode()
    return [speaker.parse(item.raw, received_at=_RECEIVED_AT) for item in items]


def _customer_texts(body: dict[str, Any]) -> Iterator[str]:
    """Yield what customers wrote: no echo, no group, nothing of our own and of no test."""
    for entry in body.get("entry", []):
        for told in _told(entry):
            message = told.get("message", {})
            if "text" in message and not message.get("is_echo"):
                yield message["text"]
            if "message_edit" in told:
                yield told["message_edit"]["text"]
        yield from _public_texts(entry)
        for change in entry.get("changes", []):
            if body["object"] == "whatsapp_business_account" and change["field"] == "messages":
                yield from _written(change.get("value") or {})


def _told(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [*entry.get("messaging", []), *entry.get("standby", [])]


def _public_texts(entry: dict[str, Any]) -> Iterator[str]:
    """Yield what people commented, and where they mentioned an account."""
    flat = [entry] if "field" in entry else []
    for change in [*entry.get("changes", []), *flat]:
        value = change.get("value") or {}
        author = value.get("from", {}).get("id", value.get("sender_id"))
        is_comment = change["field"] == "feed" and value.get("item") == "comment"
        is_public = is_comment or change["field"] in ("comments", "live_comments", "mention")
        if is_public and str(entry["id"]) not in ("0", str(author)):
            yield from (value[key] for key in ("text", "message") if key in value)


def _written(value: dict[str, Any]) -> Iterator[str]:
    for message in value.get("messages", []):
        if message.get("type") == "text" and "group_id" not in message:
            yield message["text"]["body"]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_a_recorded_webhook_gives_events_and_every_text_of_a_customer(path: Path) -> None:
    events = _events(path)
    shown = [
        event.content.text for event in events if isinstance(event, MessageReceived | MessageEdited)
    ]
    for text in _customer_texts(json.loads(path.read_text("utf-8"))):
        assert text in shown


def _told_files(body: dict[str, Any]) -> Iterator[str]:
    """Yield the address or id of every file of WhatsApp's `messages`, and of the pages'."""
    for entry in body.get("entry", []):
        for told in entry.get("messaging", []):
            for attachment in told.get("message", {}).get("attachments", []):
                if attachment["type"] in ("image", "audio", "video", "file", "sticker"):
                    yield attachment["payload"]["url"]
        for change in entry.get("changes", []):
            if body["object"] == "whatsapp_business_account":
                value = change.get("value") or {}
                said = [*_of_customers(change, value), *_told_back(value)]
                for message in said:
                    if message.get("type") in ("image", "audio", "video", "document", "sticker"):
                        yield message[message["type"]]["id"]


def _of_customers(change: dict[str, Any], value: dict[str, Any]) -> list[dict[str, Any]]:
    # What comes under `history` is older than the business's account with us.
    return value.get("messages", []) if change["field"] == "messages" else []


def _told_back(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what WhatsApp tells of messages that were sent elsewhere, their edits left out."""
    echoes = [
        *value.get("message_echoes", []),
        *value.get("standby", {}).get("message_echoes", []),
    ]
    return [echo for echo in echoes if echo.get("type") not in ("edit", "revoke")]


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_every_recorded_file_is_known_by_its_address_or_id(path: Path) -> None:
    found = [
        file.id or file.url
        for event in _events(path)
        if isinstance(event, MessageReceived | MessageEchoed)
        for file in event.content.files
    ]
    assert set(found) == set(_told_files(json.loads(path.read_text("utf-8"))))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_no_recorded_echo_looks_like_a_customers_message(path: Path) -> None:
    body = json.loads(path.read_text("utf-8"))
    told = [told for entry in body.get("entry", []) for told in _told(entry)]
    echoes = {
        t["message"]["mid"]
        for t in told
        if t.get("message", {}).get("is_echo") and not t["message"].get("is_self")
    }
    changes = [change for entry in body.get("entry", []) for change in entry.get("changes", [])]
    if body["object"] == "whatsapp_business_account":
        echoes |= {e["id"] for c in changes for e in _told_back(c.get("value") or {})}
    events = _events(path)
    assert not [e for e in events if isinstance(e, MessageReceived) and e.message_id in echoes]
    assert {e.message_id for e in events if isinstance(e, MessageEchoed)} == echoes


def test_the_recorded_webhooks_hold_enough_to_prove_anything() -> None:
    texts = [t for path in _FILES for t in _customer_texts(json.loads(path.read_text("utf-8")))]
    assert len(texts) >= 10
    files = [f for path in _FILES for f in _told_files(json.loads(path.read_text("utf-8")))]
    assert len(files) >= 10


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_a_recorded_webhook_goes_the_whole_way_and_nothing_of_it_is_lost(path: Path) -> None:
    world = MetaWorld()
    name, body = _CHANNELS[path.name[:4]], json.loads(path.read_text("utf-8"))
    world.take(name, path.read_bytes())
    claims = world.claims()
    items = channel(name).split(body)
    assert sum(1 + len(claim.seen) for claim in claims) == len(items)
    assert [claim for claim in claims if claim.outcome is Outcome.PARKED] == []
    said = "\n".join(world.texts_of(conversation) for conversation in world.conversations())
    # An edit of a comment that was never heard of is kept in the books alone.
    comments = [claim for claim in claims if claim.key.key.startswith("raw:")]
    said += "\n".join(claim.raw for claim in comments if claim.reason == "MessageEdited")
    for text in _customer_texts(body):
        assert text in said
