"""What a message can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FileKind(StrEnum):
    """What a file is to the one who sent it; how it is shown and sent follows from that."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """
    A file that somebody sent: where it is to be had, and where it is kept.

    `url` or `id` is what the platform or the helpdesk tells; `sha256` (hex) and `mime` are what it
    announces, the real ones once the file is kept under `key`. `size` is in bytes. `problem` is a
    key of the words catalogue: why it cannot be had; empty while it can.
    """

    kind: FileKind
    url: str = ""
    id: str = ""
    name: str = ""
    mime: str = ""
    sha256: str = ""
    key: str = ""
    size: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """
    Where a file is to be fetched, and who may answer.

    `hosts` are the only ones that are asked, redirects included: a name, or `.name` for every name
    under it, by https; an origin like `http://127.0.0.1:8002` is asked as it stands.
    """

    url: str
    hosts: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in hand, to be written elsewhere; `link` is where it can be had for a while."""

    kind: FileKind
    name: str
    mime: str
    content: bytes
    link: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody wrote."""

    text: str


@dataclass(frozen=True, slots=True)
class Files:
    """Files, and the text that came with them."""

    text: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something a person sent that is not understood yet: `kind` is the platform's word for it."""

    kind: str


Content = Text | Files | Unsupported
