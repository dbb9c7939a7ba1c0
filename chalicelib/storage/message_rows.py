"""What was said as rows of the table, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from chalicelib.domain.content import Content, File, FileKind, Part
from chalicelib.domain.message import Direction, Message
from chalicelib.storage.lives import LIVES

_MS = 1000

Row = Mapping[str, Any]


def from_message(message: Message, *, life: int = LIVES.messages) -> dict[str, Any]:
    """Return the row of what was said; `life` is in seconds, from when it was recorded."""
    return {
        "ttl": message.recorded_at // _MS + life,
        "direction": message.direction,
        "content": _from_content(message.content),
        "occurred_at": message.occurred_at,
        "recorded_at": message.recorded_at,
        "message_id": message.message_id,
        "comment_id": message.comment_id,
        "author": message.author,
        "reply_to": message.reply_to,
        "item": message.item,
        "standby": message.standby,
        "revision": message.revision,
    }


def to_message(row: Row) -> Message:
    """Return what was said, of a row."""
    return Message(
        direction=Direction(row["direction"]),
        content=_to_content(row["content"]),
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        message_id=row["message_id"],
        comment_id=row["comment_id"],
        author=row["author"],
        reply_to=row["reply_to"],
        item=row.get("item", ""),
        standby=row.get("standby", False),
        revision=int(row.get("revision", 0)),
    )


def from_changed(before: Message, content: Content, *, forgets: bool) -> dict[str, Any]:
    """Return what gives the row of something that was said another content, for want of the old one."""
    row = {"content": _from_content(content), "revision": before.revision + 1}
    return row | {"author": "", "reply_to": ""} if forgets else row


def _from_content(content: Content) -> dict[str, Any]:
    return {
        "text": content.text,
        "files": [asdict(file) for file in content.files],
        "parts": [{"word": part.word, "values": dict(part.values)} for part in content.parts],
    }


def _to_content(row: Row) -> Content:
    parts = tuple(Part(word=part["word"], values=part["values"]) for part in row["parts"])
    return Content(text=row["text"], files=to_files(row["files"]), parts=parts)


def to_files(rows: Sequence[Row]) -> tuple[File, ...]:
    """Return the files of a row."""
    return tuple(File(**{**row, "kind": FileKind(row["kind"])}) for row in rows)
