"""Requests that nobody of ours signed, to every public route there is."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from hypothesis import strategies as st

from app import app
from infra.local import credentials
from tests.channels import signature
from tests.events import http_request
from tests.unit.graph_api.test_signed_request import TOLD, signed
from tests.webhooks import Said, entry, webhook

#: Every route that the application has, as it says itself.
ROUTES: Final = sorted((path, method) for path, methods in app.routes.items() for method in methods)

_PARAMETERS: Final = ("channel", "desk", "code")
_KNOWN: Final = (
    "messenger",
    "instagram",
    "whatsapp",
    "local",
    "0" * 32,
    "f" * 32,
    "..",
    "%00",
    "__init__",
)
_WORDS: Final = st.sampled_from(_KNOWN)
_TEXTS: Final = st.text(max_size=80)  #: lone surrogates included
_NAMES: Final = st.one_of(st.sampled_from(_KNOWN[:4]), _WORDS, _TEXTS.filter(bool))
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)
_SECRETS: Final = st.sampled_from(["", "forged", credentials.VERIFY_TOKEN, "sha256"])
_SIGNED_HEADERS: Final = (
    "X-Hub-Signature-256",
    "X-Hub-Signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "Content-Type",
    "Content-Encoding",
    "Authorization",
    "Host",
)


@st.composite
def _webhooks(draw: Any) -> bytes:
    """A webhook as the platforms send it, in which some fields are anything."""
    channel = draw(st.sampled_from(["messenger", "instagram", "whatsapp"]))
    said = Said(credentials.PAGE_ID, "24000000000000099", "m.fuzz", draw(_TEXTS))
    body = webhook(channel, entry(channel, [said]))
    if draw(st.booleans()):
        body[draw(st.sampled_from(["object", "entry"]))] = draw(_JSON)
    return json.dumps(body).encode()


@st.composite
def _forms(draw: Any) -> bytes:
    """A signed request of Meta's that another secret signed, or that was changed afterwards."""
    told = {**TOLD, "user_id": draw(_JSON)}
    request = signed(told, secret=draw(_SECRETS))
    place = draw(st.integers(0, len(request) - 1))
    if draw(st.booleans()):
        request = request[:place] + draw(st.sampled_from("A.=-_%\x00")) + request[place + 1 :]
    return urlencode({draw(st.sampled_from(["signed_request", "other"])): request}).encode()


_BODIES: Final = st.one_of(
    st.binary(max_size=400),
    _JSON.map(lambda value: json.dumps(value).encode()),
    _webhooks(),
    _forms(),
    st.sampled_from([b"", b"{}", b"[" * 5000, b'{"a":' * 3000, b"\xff\xfe", b"\x00" * 64]),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that nobody signed, before it is an event."""

    path: str
    method: str
    names: tuple[str, ...]
    query: Mapping[str, str] | None
    headers: Mapping[str, str]
    body: bytes | str

    def event(self) -> dict[str, Any]:
        """Return it as API Gateway hands it over."""
        given = dict(zip(_PARAMETERS, self.names, strict=True))
        return http_request(
            self.method,
            self.path,
            parameters={name: given[name] for name in _PARAMETERS if f"{{{name}}}" in self.path},
            query=self.query,
            headers=self.headers,
            body=self.body,
        )

    def varied(self, chance: Random) -> Asked:
        """Return almost the same request: in one place it is another."""
        match chance.randrange(4):
            case 0:
                path, method = chance.choice(ROUTES)
                return replace(self, path=path, method=method)
            case 1:
                names = [chance.choice((name, chance.choice(_KNOWN[:6]))) for name in self.names]
                return replace(self, names=tuple(names))
            case 2:
                name = chance.choice(_SIGNED_HEADERS)
                value = chance.choice([*self.headers.values(), chance.choice(_KNOWN), ""])
                return replace(self, headers={**self.headers, name: value})
            case _:
                return replace(self, body=_changed(self.body, chance))


def _changed(body: bytes | str, chance: Random) -> bytes:
    """Return a body in which one byte is another, is gone, or is one more."""
    raw = bytearray(body.encode(errors="replace") if isinstance(body, str) else body)
    place = chance.randrange(len(raw) + 1)
    raw[place : place + chance.randrange(2)] = chance.randbytes(chance.randrange(3))
    return bytes(raw)


def _almost_signed(body: bytes, secret: str) -> dict[str, str]:
    """Headers that sign another body, or with another secret, or in another way."""
    own = credentials.APP_SECRET
    other = signature(body + b"\x00never sent", own)
    return {
        "X-Hub-Signature-256": signature(body, secret) if secret else other,
        "X-Hub-Signature": "sha1=" + hmac.new(own.encode(), body, hashlib.sha1).hexdigest(),
    }


@st.composite
def requests(draw: Any) -> Asked:
    """Return a request to one of the routes that nobody signed."""
    path, method = draw(st.sampled_from(ROUTES))
    body = draw(_BODIES)
    names = st.sampled_from(_SIGNED_HEADERS) | st.from_regex(r"[A-Za-z-]{1,20}", fullmatch=True)
    headers = draw(st.dictionaries(names, _TEXTS, max_size=5))
    if draw(st.booleans()):
        headers |= _almost_signed(body, draw(_SECRETS))
    keys = st.sampled_from(["hub.mode", "hub.challenge", "hub.verify_token"]) | _TEXTS
    values = st.sampled_from(["subscribe", "1"]) | _TEXTS
    return Asked(
        path=path,
        method=method,
        names=tuple(draw(_NAMES) for _ in _PARAMETERS),
        query=draw(st.none() | st.dictionaries(keys, values, max_size=4)),
        headers=headers,
        body=draw(st.just(body) | _TEXTS),
    )
