"""Reads multipart/form-data, the form in which files come along with a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME: Final = re.compile(r'[;\s]name="([^"]*)"')
_FILENAME: Final = re.compile(r'[;\s]filename="([^"]*)"')
_TYPE: Final = re.compile(r"^content-type:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_ESCAPED: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file in a form, of the type that the form says."""

    filename: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The texts and the files of a form, by field."""

    fields: Mapping[str, str]
    files: Mapping[str, Part]


def is_form(content_type: str) -> bool:
    """Return whether a body of this type is a form with files."""
    return content_type.lower().startswith("multipart/form-data")


def parse(content_type: str, body: bytes) -> Form:
    """Return the form of a body; raise ValueError where it is none."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise ValueError("the form names no boundary")
    fields: dict[str, str] = {}
    files: dict[str, Part] = {}
    # Every part stands between a line break and the next delimiter; the last one ends with two
    # dashes, behind which nothing counts.
    for part in (b"\r\n" + body).split(f"\r\n--{boundary[1]}".encode("latin-1"))[1:-1]:
        head, found, content = part.partition(b"\r\n\r\n")
        about = head.decode("utf-8", "replace")
        name = _NAME.search(about)
        if not found or name is None:
            raise ValueError("a part of the form has no name")
        if filename := _FILENAME.search(about):
            kind = _TYPE.search(about)
            mime = kind[1] if kind else "application/octet-stream"
            files[name[1]] = Part(filename=_unescaped(filename[1]), mime=mime, content=content)
        else:
            fields[name[1]] = content.decode()
    return Form(fields=fields, files=files)


def _unescaped(name: str) -> str:
    for written, meant in _ESCAPED.items():
        name = name.replace(written, meant)
    return name
