"""What the tests of adapters write, and how an event of theirs stands in a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.envelope import Item
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening

RECEIVED_AT = 1763600000000
_PAYLOADS = Path(__file__).parents[2] / "payloads"

ANA = Customer(
    id="c-9", name="Ana Bell", address="a@scripta.invalid", phone="+15550001111", handle="BR.9"
)
HELLO = Entry(kind=EntryKind.COMMENT, text="Hello", author="Ana Bell", key="c-9.1")
OPENING = Opening(
    reference="c-9",
    subject="WhatsApp: Ana Bell",
    channel="whatsapp",
    account="106540352242922",
    customer=ANA,
    entry=HELLO,
)


def more(key: str, kind: EntryKind = EntryKind.COMMENT, text: str = "more") -> Entry:
    return Entry(kind=kind, text=text, key=key)


def cases(helpdesk: str) -> list[Path]:
    """Return the webhooks of a helpdesk that stand in files, each with what it means beside it."""
    paths = (_PAYLOADS / helpdesk).glob("*.json")
    return sorted(path for path in paths if not path.name.endswith(".expected.json"))


def described(item: Item, event: DeskEvent) -> dict[str, Any]:
    """Return an event as JSON, without what is empty; a digest at a key's end is left out."""
    fields = {k: v for k, v in asdict(event).items() if v not in ("", 0, (), False)}
    if "files" in fields:
        files = fields["files"]
        fields["files"] = [{k: v for k, v in file.items() if v not in ("", 0)} for file in files]
    head, _, last = event.key.rpartition(":")
    fields["key"] = f"{head}:" if len(last) == 64 else event.key
    return {"event": type(event).__name__, "lane": item.lane, "book": item.book, **fields}
