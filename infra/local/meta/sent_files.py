"""The files that the business sends as links, as the phones show them."""

from __future__ import annotations

import mimetypes
from typing import Final
from urllib.parse import unquote, urlsplit

import urllib3

from infra.local.meta.store import Media

_NEAR: Final = frozenset({"127.0.0.1", "localhost"})
_MOST: Final = 25 * 1024 * 1024  #: bytes
_PATIENCE: Final = urllib3.Timeout(connect=2, read=10)

_pool = urllib3.PoolManager(retries=False, timeout=_PATIENCE)


def is_near(link: str) -> bool:
    """Return whether a link leads to this machine: the simulation asks nothing of others."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in _NEAR


def name(link: str) -> str:
    """Return the file name that a link ends with, empty for none."""
    return unquote(link.partition("?")[0].rpartition("/")[2])


def fetch(link: str, *, id_: str) -> Media | None:
    """Return the file of a link as it is now, under an id; None where it cannot be had, or is huge."""
    try:
        answer = _pool.request("GET", link, redirect=False, preload_content=False)
        with answer:
            content = answer.read(_MOST + 1)
    except urllib3.exceptions.HTTPError:
        return None
    if answer.status != 200 or len(content) > _MOST:  # noqa: PLR2004 - as everybody knows
        return None
    guessed, _ = mimetypes.guess_type(name(link))
    told = answer.headers.get("content-type", "").partition(";")[0]
    mime = guessed or told or "application/octet-stream"
    return Media(id=id_, channel="", filename=name(link), mime=mime, content=content)
