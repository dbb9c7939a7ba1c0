"""signed_request: what Meta posts when a user of the app wants to be forgotten, or leaves it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from chalicelib.errors import InvalidSignature, MalformedPayload

_FIELD: Final = b"signed_request"
_ALGORITHM: Final = "HMAC-SHA256"
#: Bytes; a user's id and a few times.
LARGEST: Final = 16 * 1024


def read(body: bytes, *, secrets: Iterable[str]) -> Mapping[str, Any]:
    """
    Return what a form tells in its signed request.

    Raises InvalidSignature where it is not signed with one of the app secrets, whatever else is
    wrong with it; MalformedPayload where what was signed is no object.
    https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
    """
    given, _, payload = _signed(body).partition(b".")
    signature = _decoded(given)
    # All secrets are compared, so that time tells nothing. What was signed is the encoded text.
    matches = [hmac.compare_digest(signature, _sign(payload, s)) for s in secrets if s]
    if not any(matches):
        raise InvalidSignature("not signed with a secret of ours")
    try:
        told = json.loads(_decoded(payload))
    except (ValueError, RecursionError) as exc:
        raise MalformedPayload("not JSON") from exc
    if not isinstance(told, dict):
        raise MalformedPayload("not an object")
    if str(told.get("algorithm", "")).upper() != _ALGORITHM:
        raise InvalidSignature("signed in another way")
    return told


def _signed(body: bytes) -> bytes:
    """Return the signed request of a form; raise InvalidSignature where there is not one."""
    if len(body) > LARGEST:
        raise InvalidSignature("larger than any signed request")
    try:
        (signed,) = parse_qs(body, max_num_fields=20)[_FIELD]
    except (ValueError, KeyError) as exc:
        raise InvalidSignature("no signed request") from exc
    return signed


def _decoded(text: bytes) -> bytes:
    """Return what base64 for URLs says, the padding left out; raise InvalidSignature for no such."""
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as exc:
        raise InvalidSignature("not base64") from exc


def _sign(payload: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), payload, hashlib.sha256).digest()
