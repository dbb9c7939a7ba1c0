"""How a webhook leaves Meta: its bytes, its signature, and one attempt to hand it over."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final, Protocol

import urllib3

from infra.local.meta.accounts import BUSINESSES

#: How long Meta waits for an answer, in seconds.
_PATIENCE: Final = urllib3.Timeout(connect=5, read=20)
#: As many connections as threads that post at the same time.
CONNECTIONS: Final = 64

#: The answer of an application that cannot be reached or gives none.
NO_ANSWER: Final = 0


class Post(Protocol):
    """One attempt to hand over a webhook."""

    def __call__(self, channel: str, body: bytes, /) -> int:
        """Return the status that the application answered, NO_ANSWER where it gave none."""


def encode(body: Mapping[str, Any]) -> bytes:
    """Return a body as Meta writes it: ASCII, with escaped slashes, so nobody dares rebuild it."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signature(channel: str, body: bytes) -> str:
    """Return the value of `X-Hub-Signature-256` for the bytes of a body."""
    secret = BUSINESSES[channel].secret.encode()
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


class Application:
    """The application under `base` (`http://host:port`); usable from several threads."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._pool = urllib3.PoolManager(maxsize=CONNECTIONS, retries=False, timeout=_PATIENCE)

    def __call__(self, channel: str, body: bytes, /) -> int:
        """Sign and post a body once; see Post."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(channel, body),
        }
        url = f"{self._base}/webhooks/{channel}"
        try:
            answer = self._pool.request("POST", url, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError:
            return NO_ANSWER
        return answer.status
