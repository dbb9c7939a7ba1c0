"""Files on Meta's channels: which hosts may answer for them, and how one goes into a form."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from chalicelib.domain.content import Attachment
from chalicelib.graph_api.fields import words
from chalicelib.http_client import Upload

# Where Meta keeps what people send; WhatsApp's and Instagram's are under lookaside.fbsbx.com.
_HOSTS: Final = (".fbcdn.net", ".fbsbx.com", ".cdninstagram.com")
_META: Final = ("graph.facebook.com", "graph.instagram.com")
_MIME: Final = re.compile(r"[\w.+-]+/[\w.+-]+(; *[\w.+-]+=[\w.+-]+)*", re.ASCII)
_ANY_MIME: Final = "application/octet-stream"
_NAMELESS: Final = "file"


def hosts(graph_url: str) -> tuple[str, ...]:
    """
    Return who may answer for a customer's file; see `content.Location`.

    Where the Graph API is not Meta's own, its origin is among them, since it keeps the files too.
    """
    parts = urlsplit(graph_url)
    if parts.hostname in _META:
        return _HOSTS
    return (*_HOSTS, f"{parts.scheme}://{parts.netloc}")


def kind_of(file: Attachment) -> str:
    """Return the type of a file without its parameters, in lower case."""
    return file.mime.partition(";")[0].strip().lower()


def name_of(file: Attachment) -> str:
    """Return the name that a file is sent under; there is always one."""
    return words(file.name) or _NAMELESS


def upload(field: str, file: Attachment) -> Upload:
    """Return a file as it goes into a field of a form: named, and of a type fit for a header."""
    mime = file.mime if _MIME.fullmatch(file.mime) else _ANY_MIME
    return Upload(field, name_of(file), mime, file.content)
