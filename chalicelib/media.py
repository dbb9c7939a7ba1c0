"""Fetches files from outside, under rules that keep harm out, and hands out what was kept."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import IO, Final, Protocol
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError

from chalicelib.domain.addresses import is_allowed, origin
from chalicelib.domain.content import Attachment, File, Location
from chalicelib.domain.file_names import UNKNOWN, mime_of, safe_name, simple_mime
from chalicelib.errors import Gone, Refused, ScriptaError, TransientError

LARGEST: Final = 25 * 1024 * 1024  #: bytes
LONGEST: Final = 20.0  #: seconds for a file to arrive whole
LINK_LIFE: Final = 3600  #: seconds; a platform that is given a link fetches it within minutes
MOST_REDIRECTS: Final = 3

_CONNECT_TIMEOUT: Final = 3.0  # seconds
_READ_TIMEOUT: Final = 5.0  # seconds between two signs of life
_CHUNK: Final = 64 * 1024
_IN_MEMORY: Final = 4 * 1024 * 1024  # bytes; what is larger waits on the disk
_FOLDER: Final = "media/"

# A connection that was kept may be dead after the process was frozen, and files come one by one.
# What is packed is unpacked by urllib3 and counted then, so there is nothing to gain by it either.
_HEADERS: Final = {"connection": "close", "accept-encoding": "identity"}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_START: Final = 512  # bytes in which a page shows that it is one
_PAGE_STARTS: Final = (b"<!doctype html", b"<html")
_UNSAID: Final = frozenset({"", UNKNOWN, "binary/octet-stream"})


class Objects(Protocol):
    """Where the bytes are; every call raises TransientError where it cannot be done now."""

    def keep(self, key: str, content: IO[bytes], *, mime: str) -> None:
        """Keep what is read from `content`, which can seek, from where it stands."""
        ...

    def fetch(self, key: str) -> bytes:
        """Return what is kept under a key; raise Gone where nothing is."""
        ...

    def delete(self, key: str) -> None:
        """Delete what is kept under a key, if anything is."""
        ...

    def link(self, key: str, *, name: str, mime: str, seconds: int) -> str:
        """Return an address where anybody can have it for so long, as a download of that name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrived:
    """What is known of a file once all of it is there; `start` are its first bytes."""

    mime: str
    sha256: str
    size: int
    start: bytes


class Media:
    """
    The MediaStore port: files as objects `media/<random>`, a new one for every file fetched.

    The name of an object tells nothing, cannot be guessed, and is nobody else's, so that one
    customer's files can be erased. `largest` is in bytes, `longest` in seconds.
    """

    def __init__(
        self, objects: Objects, *, largest: int = LARGEST, longest: float = LONGEST
    ) -> None:
        self._objects = objects
        self._largest = largest
        self._longest = longest
        self._pools = urllib3.PoolManager()

    def fetch(self, file: File, location: Location) -> File:
        """
        Fetch a file, keep it, and return it with its key, size, real type, hash and a safe name.

        Raises Refused (file_elsewhere, file_forbidden, file_unavailable, file_too_large,
        file_empty, file_not_a_file or file_damaged), Gone or TransientError.
        """
        deadline = time.monotonic() + self._longest
        with SpooledTemporaryFile(_IN_MEMORY) as content:
            try:
                answer = self._open(location, deadline=deadline)
                try:
                    arrived = self._read(answer, content, deadline=deadline)
                finally:
                    answer.close()
            except (HTTPError, ValueError, OSError) as exc:
                # ValueError: a header or address that cannot be written; OSError: the disk is full.
                raise TransientError(f"file not fetched: {type(exc).__name__}") from exc
            mime = _checked(file, arrived)
            key = _FOLDER + secrets.token_hex(16)
            content.seek(0)
            self._objects.keep(key, content, mime=mime)
        name = safe_name(file.name, mime=mime, fallback=file.kind)
        size, sha256 = arrived.size, arrived.sha256
        return replace(file, key=key, name=name, mime=mime, size=size, sha256=sha256)

    def forget(self, file: File) -> None:
        """Delete a file that was kept, if it was; raise TransientError where it cannot be now."""
        if file.key:
            self._objects.delete(file.key)

    def attachment(self, file: File) -> Attachment:
        """
        Return a kept file in hand, with a link that is good for an hour.

        Raises Gone where it is not kept, TransientError where it cannot be had now.
        """
        if not file.key:
            raise Gone("the file was never kept")
        content = self._objects.fetch(file.key)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise TransientError("the file arrived damaged")
        link = self._objects.link(file.key, name=file.name, mime=file.mime, seconds=LINK_LIFE)
        return Attachment(
            kind=file.kind, name=file.name, mime=file.mime, content=content, link=link
        )

    def _open(self, location: Location, *, deadline: float) -> urllib3.BaseHTTPResponse:
        """Return the answer that begins with a file, after redirects to where we may ask only."""
        url, home = location.url, origin(location.url)
        for _ in range(1 + MOST_REDIRECTS):
            if not is_allowed(url, hosts=location.hosts):
                raise Refused("file_elsewhere")
            # Whoever a redirect names is not necessarily somebody to show a token to.
            headers = location.headers if origin(url) == home else {}
            answer = self._ask(url, headers, deadline=deadline)
            if answer.status not in _REDIRECTS:
                break
            answer.close()
            url = urljoin(url, answer.headers.get("location", ""))
        else:
            raise Refused("file_unavailable", "too many redirects")
        failed = _failure(answer.status)
        if failed is not None:
            answer.close()
            raise failed
        return answer

    def _ask(
        self, url: str, headers: Mapping[str, str], *, deadline: float
    ) -> urllib3.BaseHTTPResponse:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TransientError("the file takes too long")
        return self._pools.request(
            "GET",
            url,
            headers={**_HEADERS, **headers},
            timeout=urllib3.Timeout(
                connect=min(_CONNECT_TIMEOUT, left), read=min(_READ_TIMEOUT, left)
            ),
            retries=False,
            redirect=False,
            preload_content=False,
        )

    def _read(
        self, answer: urllib3.BaseHTTPResponse, content: IO[bytes], *, deadline: float
    ) -> _Arrived:
        """Write the whole body into `content`; believe no announced size but one too large."""
        announced = answer.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._largest:
            raise Refused("file_too_large")
        digest, size, start = hashlib.sha256(), 0, b""
        while chunk := answer.read1(_CHUNK):
            size += len(chunk)
            if size > self._largest:
                raise Refused("file_too_large")
            if time.monotonic() > deadline:
                raise TransientError("the file takes too long")
            digest.update(chunk)
            content.write(chunk)
            start += chunk[: max(0, _START - len(start))]
        return _Arrived(
            mime=simple_mime(answer.headers.get("content-type", "")),
            sha256=digest.hexdigest(),
            size=size,
            start=start,
        )


def _failure(status: int) -> ScriptaError | None:
    """Return what a status stands for; None where a file follows."""
    said = f"HTTP {status}"
    match status:
        case status if status in range(200, 300):
            return None
        case 404 | 410:
            return Gone(said)
        case 401 | 403:
            return Refused("file_forbidden", said)
        case 408 | 425 | 429:
            return TransientError(said)
        case status if status >= 500:  # noqa: PLR2004
            return TransientError(said)
        case _:
            return Refused("file_unavailable", said)


def _checked(file: File, arrived: _Arrived) -> str:
    """Return the type of what arrived; raise Refused where it is not what was announced."""
    if not arrived.size:
        raise Refused("file_empty")
    announced = simple_mime(file.mime) or mime_of(file.name)
    if announced not in _PAGES and _is_page(arrived):
        raise Refused("file_not_a_file")
    if file.sha256 and file.sha256.lower() != arrived.sha256:
        raise Refused("file_damaged")
    return announced or UNKNOWN if arrived.mime in _UNSAID else arrived.mime


def _is_page(arrived: _Arrived) -> bool:
    """Tell whether it is a web page, as servers put one in place of what they do not have."""
    if arrived.mime in _PAGES:
        return True
    is_text = arrived.mime.startswith("text/")
    return not is_text and arrived.start.lstrip().lower().startswith(_PAGE_STARTS)
