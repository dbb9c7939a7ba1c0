"""The files that calls of the Graph API bring along: within the call, or by a link to fetch."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import urllib3

from infra.local.meta import ids
from infra.local.meta.forms import Part
from infra.local.meta.records import Media

_NEAR: Final = ("127.0.0.1", "localhost")  #: the simulation asks nothing of other machines
_MOST: Final = 100 * 1024 * 1024  #: bytes; of WhatsApp's documents
_PATIENCE: Final = urllib3.Timeout(connect=2, read=10)  #: seconds
_ANY: Final = "application/octet-stream"
_FILENAME: Final = re.compile(r'filename="([^"]*)"')

_pool = urllib3.PoolManager(retries=False, timeout=_PATIENCE)


def link_of(body: Mapping[str, Any]) -> str:
    """Return the link of the file that a call of `/messages` sends, empty where there is none."""
    message = body.get("message")
    attachment = message.get("attachment") if isinstance(message, dict) else None
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    content = body.get(str(body.get("type")))
    links = (_text(payload, "url"), _text(content, "link"))
    return next((link for link in links if link), "")


def of_part(part: Part) -> Media:
    """Return the file of a form."""
    return _media(part.filename, part.mime, part.content)


def fetch(link: str) -> Media | None:
    """Return the file that a link on this machine leads to; None where there is none, or huge."""
    try:
        if urlsplit(link).hostname not in _NEAR:
            return None
        answer = _pool.request("GET", link, redirect=False, preload_content=False)
        with answer:
            content = answer.read(_MOST + 1)
    except (urllib3.exceptions.HTTPError, ValueError):
        return None
    if answer.status != HTTPStatus.OK or len(content) > _MOST:
        return None
    told = _FILENAME.search(answer.headers.get("content-disposition", ""))
    name = told[1] if told else unquote(urlsplit(link).path.rpartition("/")[2])
    return _media(name, answer.headers.get("content-type", ""), content)


def _media(filename: str, mime: str, content: bytes) -> Media:
    kind = mime.partition(";")[0].strip().lower()
    if kind in ("", _ANY):
        kind = mimetypes.guess_type(filename)[0] or _ANY
    return Media(id=ids.media_id(), channel="", filename=filename, mime=kind, content=content)


def _text(value: object, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
