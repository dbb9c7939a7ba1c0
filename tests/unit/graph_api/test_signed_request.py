"""signed_request: only what one of our secrets signed is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidSignature, MalformedPayload
from chalicelib.graph_api import signed_request

SECRET = "an app secret"
TOLD = {"algorithm": "HMAC-SHA256", "issued_at": 1_700_000_000, "user_id": "218471"}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(told: object = TOLD, *, secret: str = SECRET) -> str:
    payload = encoded(json.dumps(told).encode())
    signature = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    return f"{encoded(signature)}.{payload}"


def form(request: str) -> bytes:
    return urlencode({"signed_request": request}).encode()


def test_what_any_of_our_secrets_signed_is_read():
    for secrets in ([SECRET], ["newer", SECRET], [SECRET, "older"]):
        assert signed_request.read(form(signed()), secrets=secrets) == TOLD


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"signed_request=",
        b"signed_request=.",
        b"signed_request=a",
        b"other=1",
        b"%",
        b"\xff\xfe",
        form(signed(secret="forged")),
        form(signed() + "A"),
        form(signed()[1:]),
        form("." + signed().partition(".")[2]),
        form("\u00e8." + signed().partition(".")[2]),
        form(signed()) + b"&" + form(signed()),
        b"a=1&" * 30 + form(signed()),
        form(signed() + "=" * signed_request.LARGEST),
        form(signed({**TOLD, "algorithm": "none"})),
        form(signed({"user_id": "1"})),
    ],
)
def test_everything_else_is_refused(body):
    with pytest.raises(InvalidSignature):
        signed_request.read(body, secrets=[SECRET])


def test_without_a_secret_nothing_is_read():
    for secrets in ([], [""]):
        with pytest.raises(InvalidSignature):
            signed_request.read(form(signed(secret="")), secrets=secrets)


@pytest.mark.parametrize("told", [[], 1, None, "text"])
def test_what_is_signed_and_is_no_object_is_malformed(told):
    with pytest.raises(MalformedPayload):
        signed_request.read(form(signed(told)), secrets=[SECRET])


@given(st.binary(max_size=300))
def test_nothing_that_nobody_signed_is_read_or_raises_anything_else(body):
    with pytest.raises(InvalidSignature):
        signed_request.read(b"signed_request=" + body, secrets=[SECRET])
