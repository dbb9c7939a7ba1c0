"""Writes events as JSON, so that they can stand in files and be compared with what they say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.domain.content import Content
from chalicelib.domain.events import (
    ChannelEvent,
    ContactChanged,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
)


def described(event: ChannelEvent) -> dict[str, Any]:
    """Return an event as JSON: its type, and the fields that are not empty."""
    fields = {key: value for key, value in asdict(event).items() if value not in ("", 0, (), {})}
    fields["account"] = f"{event.account.channel}:{event.account.id}"
    if "contact" in fields:
        aliases = [f"{alias.kind}:{alias.value}" for alias in event.contact.aliases]  # type: ignore[union-attr]
        fields["contact"] = {"aliases": aliases, "name": fields["contact"]["name"]}
    if isinstance(event, ContactChanged):
        fields["names"] = [f"{alias.kind}:{alias.value}" for alias in event.names]
    if isinstance(event, MessageReceived | MessageEchoed | MessageEdited):
        fields["content"] = _content(event.content)
    if "traces" in fields:
        fields["traces"] = list(fields["traces"])
    if event.key.startswith("raw:"):
        fields["key"] = "raw:"  # a digest of everything that the item says
    return {"event": type(event).__name__, **fields}


def _content(content: Content) -> dict[str, Any]:
    said: dict[str, Any] = {"text": content.text}
    if content.files:
        said["files"] = [
            {key: value for key, value in asdict(file).items() if value not in ("", 0)}
            for file in content.files
        ]
    if content.parts:
        said["parts"] = [{"word": part.word, **part.values} for part in content.parts]
    return said
