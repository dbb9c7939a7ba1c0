"""Names of files: made harmless, fitting what is in the file, and what they tell of it."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePosixPath

from chalicelib.domain.content import FileKind

UNKNOWN = "application/octet-stream"  #: the type of a file of which nothing is known
LONGEST_NAME = 120  #: characters
_LONGEST_BYTES = 200  # of UTF-8; file systems take 255, and desks put marks of their own before
_LONGEST_EXTENSION = 16

# What the platforms send, where the standard library knows it not or by an unusual name.
_EXTENSIONS = {
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "text/plain": ".txt",
    "video/3gpp": ".3gp",
    "video/mp4": ".mp4",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_TYPES = {extension: mime for mime, extension in _EXTENSIONS.items()}

# What the standard library holds itself, and nothing of this machine's lists.
_KNOWN = mimetypes.MimeTypes()

_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,99}/[a-z0-9][a-z0-9!#$&^_.+-]{0,99}")
_SEPARATORS = re.compile(r"[/\\]")
_RESERVED = re.compile(r'[<>:"|?*%;]')


def safe_name(name: str, *, mime: str, fallback: str) -> str:
    """
    Return a name without path, control or direction characters and leading dots.

    It has at most 120 characters; `fallback` stands in where nothing is left. A name without an
    extension gets the one of `mime`.
    """
    last = _SEPARATORS.split(name)[-1]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    shown = " ".join(_RESERVED.sub("_", shown).split()).strip(". ")
    stem, extension = _parts(shown)
    return _cut(stem or fallback, extension or _extension_of(mime))


def simple_mime(value: str) -> str:
    """Return a media type without its parameters, in lower case; empty where it is none."""
    mime = value.partition(";")[0].strip().lower()
    return mime if _MIME.fullmatch(mime) else ""


def mime_of(name: str) -> str:
    """Return the media type that a name's extension tells; empty where it tells none."""
    extension = PurePosixPath(name).suffix.lower()
    return _TYPES.get(extension) or _KNOWN.types_map[True].get(extension, "")


def kind_of(mime: str) -> FileKind:
    """Return what a file of a media type is to a customer who is sent it."""
    match mime.partition("/")[0]:
        case "image":
            return FileKind.IMAGE
        case "audio":
            return FileKind.AUDIO
        case "video":
            return FileKind.VIDEO
        case _:
            return FileKind.DOCUMENT


def _extension_of(mime: str) -> str:
    return _EXTENSIONS.get(mime) or _KNOWN.guess_extension(mime) or ""


def _parts(name: str) -> tuple[str, str]:
    """Return a name's stem and its extension, which has a dot and is empty where it is not one."""
    path = PurePosixPath(name)
    extension = path.suffix
    is_one = len(extension) <= _LONGEST_EXTENSION and extension[1:].isalnum()
    return (path.stem, extension) if is_one else (name, "")


def _cut(stem: str, extension: str) -> str:
    """Return both together, the stem cut so far that they fit."""
    stem = stem[: LONGEST_NAME - len(extension)]
    room = _LONGEST_BYTES - len(extension.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + extension
