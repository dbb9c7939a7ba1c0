"""What a message can carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class FileKind(StrEnum):
    """What a file is to the one who sent it; how it is shown and sent follows from that."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    PORTRAIT = "portrait"  #: what a customer looks like on the platform: nothing that they sent


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

    @property
    def origin(self) -> tuple[str, str]:
        """Return what it is known by, whether it is kept by now or not."""
        return self.url, self.id


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """
    What a message carries beside text and files: a place, an order, a link, the sign of a quote.

    `word` names its sentence, `part.<word>` in the words catalogue, and `values` go into it: what
    was sent, as far as it is the same in every language.
    """

    word: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What somebody said: a text, files, and what is neither; something is always there."""

    text: str = ""
    files: tuple[File, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def said(self) -> str:
        """Return what somebody knows this by: its text, or the names of its files."""
        return self.text or " ".join(f"[{file.name}]" for file in self.files)


UNSUPPORTED: Final = "unsupported"


def unsupported(kind: str) -> Part:
    """Return what a person sent and is not understood; `kind` is the platform's word for it."""
    return Part(word=UNSUPPORTED, values={"kind": kind})
