"""The one HTTP client for calls outside: time-outs, a size limit, and failures in our words."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple, Protocol

import urllib3
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
)
from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from chalicelib.domain.addresses import is_public
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)

CONNECT_TIMEOUT = 3.0  #: seconds
READ_TIMEOUT = 10.0  #: seconds between two signs of life, and for the whole answer to be read
LARGEST_ANSWER = 10 * 1024 * 1024  #: bytes
LONGEST_WAIT = 3600.0  #: seconds; a Retry-After beyond it is more likely a mistake than a wish

# A process that was frozen, or a balancer that forgot us, leaves connections that look alive and
# are not: a write over one of them is lost or, worse, ambiguous. After this many idle seconds they
# are given up. It is below the keep-alive of the usual servers and balancers.
_LONGEST_IDLE = 20.0
_KEPT_CONNECTIONS = 16  # per host
_CHUNK = 64 * 1024

# Raised before a connection stands, so nothing can have reached the other side.
_NOTHING_SENT = (NewConnectionError, ConnectTimeoutError, LocationValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, whatever its status; `headers` has lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Tell whether the status is a success."""
        return 200 <= self.status < 300  # noqa: PLR2004

    def json(self) -> Any:
        """Return the body as JSON; raise ValueError where it is none."""
        return json.loads(self.body)


class Upload(NamedTuple):
    """A file to put into a field of a form; several may share the field."""

    field: str
    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What goes out as multipart/form-data: texts, those whose names come several times, then files."""

    fields: Mapping[str, str] = field(default_factory=dict)
    repeated: Sequence[tuple[str, str]] = ()
    files: Sequence[Upload] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What goes out as it is: the content of one file."""

    mime: str
    content: bytes


Body = Mapping[str, Any] | Form | Raw
"""What a request carries: JSON, a form, or one file."""


class Transport(Protocol):
    """What adapters need of an HTTP client; `Http` is the one that goes outside."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = READ_TIMEOUT,
    ) -> Response:
        """Return the answer of any status; raise TransientError or AmbiguousError without one."""
        ...


class Http:
    """
    Keeps connections alive and never asks twice: trying again is the caller's decision.

    One instance serves all threads of a process. With `public` it asks by https only, and nobody
    in a private network, whatever a name leads to.
    """

    def __init__(self, *, public: bool = False) -> None:
        self._pools = urllib3.PoolManager(maxsize=_KEPT_CONNECTIONS)
        self._public = public
        if public:
            self._pools.pool_classes_by_scheme = {"https": _PublicPool}
        self._used_at = time.monotonic()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = READ_TIMEOUT,
    ) -> Response:
        """
        Ask, and return the answer of any HTTP status; follow no redirect.

        `body` goes out as ASCII JSON, a Form as multipart/form-data, a Raw as it is. `timeout` is in seconds: for the answer to begin, for each
        sign of life after that, and for all of it to be read.

        Raises TransientError where nothing can have reached the other side, AmbiguousError where
        the request may have been taken: no answer, a cut one, a garbled one or one over 10 MB.
        """
        self._drop_idle_connections()
        if self._public and not url.startswith("https:"):
            raise TransientError("not asked but by https")
        try:
            content, about = _written(body)
            answer = self._pools.request(
                method,
                url,
                body=content,
                headers={**about, **headers},
                timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT, read=timeout),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            return _read(answer, deadline=time.monotonic() + timeout)
        except _NOTHING_SENT as exc:
            raise TransientError(f"not reached: {type(exc).__name__}") from exc
        except HTTPError as exc:
            raise AmbiguousError(f"no whole answer: {type(exc).__name__}") from exc
        except ValueError as exc:
            # A header, an address or a text that cannot be written: refused before it is sent.
            raise TransientError("the request cannot be written") from exc

    def _drop_idle_connections(self) -> None:
        now = time.monotonic()
        if now - self._used_at > _LONGEST_IDLE:
            self._pools.clear()
        self._used_at = now


@cache
def shared() -> Http:
    """Return the process's one client."""
    return Http()


@cache
def shared_public() -> Http:
    """Return the process's one client for addresses that customers of ours choose."""
    return Http(public=True)


class NotPublic(NewConnectionError):
    """A name leads into a private network."""


class _PublicConnection(HTTPSConnection):
    """Looks who is at the other end before a word is said."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if not is_public(connected.getpeername()[0]):
            connected.close()
            raise NotPublic(self, "not a public address")
        return connected


class _PublicPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


def failure(response: Response, *, wrote: bool) -> ScriptaError:
    """
    Return the error that a helpdesk's unsuccessful answer stands for.

    `wrote` says whether the request asked for a write: a 5xx may then come after it was done. The
    body is not quoted, since it may repeat what a customer wrote.
    """
    said = f"HTTP {response.status}"
    wait = retry_after(response)
    # A 503 that names a time was refused before any work on it; every other 5xx may come after.
    begun = response.status >= 500 and not (response.status == 503 and wait is not None)  # noqa: PLR2004
    error: ScriptaError
    match response.status:
        case 401 | 403:
            error = Unauthorised(said)
        case 404 | 410:
            error = Gone(said)
        case 408 | 409 | 425 | 429:
            error = TransientError(said, retry_after=wait)
        case status if status in range(400, 500):
            error = Refused("desk_refused", said)
        case _ if begun and wrote:
            error = AmbiguousError(said)
        case _:
            # Below 400 it is a redirect or the like: whoever answers is not the helpdesk, so an
            # operator has to correct the address, and the messages wait for that.
            error = TransientError(said, retry_after=wait)
    return error


def _written(
    body: Body | None,
) -> tuple[bytes | BytesIO | None, dict[str, str]]:
    """Return a body as it goes out, and the headers that say what it is."""
    if body is None:
        return None, {}
    if isinstance(body, Raw):
        about = {"content-type": body.mime, "content-length": str(len(body.content))}
        return BytesIO(body.content), about
    if not isinstance(body, Form):
        return json.dumps(body).encode("ascii"), {"content-type": "application/json"}
    texts = (*body.fields.items(), *body.repeated)
    parts = [RequestField.from_tuples(name, text) for name, text in texts]
    parts += [
        RequestField.from_tuples(file.field, (file.name, file.content, file.mime))
        for file in body.files
    ]
    content, kind = encode_multipart_formdata(parts)
    # As a stream it goes out block by block, and the time-out is for each; the time for one piece
    # is that for all of it, which a large file on a slow line would not keep.
    return BytesIO(content), {"content-type": kind, "content-length": str(len(content))}


def _read(answer: urllib3.BaseHTTPResponse, *, deadline: float) -> Response:
    """Return the whole answer; raise AmbiguousError where it is too large or takes too long."""
    try:
        body = _read_body(answer, deadline=deadline)
        answer.release_conn()
    finally:
        # What is left unread would be taken for the answer to the next request. A connection that
        # was released is no longer the answer's to close.
        answer.close()
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(status=answer.status, headers=headers, body=body)


def _read_body(answer: urllib3.BaseHTTPResponse, *, deadline: float) -> bytes:
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise AmbiguousError("the answer is too large")
        if time.monotonic() > deadline:
            raise AmbiguousError("the answer does not end")
    return bytes(body)


def retry_after(response: Response) -> float | None:
    """Return how many seconds an answer asks to wait, None where it says nothing that is a time."""
    # Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    value = response.headers.get("retry-after", "")
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(value)
        seconds = (when - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)
