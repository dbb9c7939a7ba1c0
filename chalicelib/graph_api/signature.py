"""X-Hub-Signature-256: whether Meta sent a body."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from chalicelib.errors import InvalidSignature

HEADER: Final = "x-hub-signature-256"
_PREFIX: Final = "sha256="


def verify(body: bytes, header: str | None, *, secrets: Iterable[str]) -> None:
    """
    Return if the raw body was signed with one of the app secrets, else raise InvalidSignature.

    Meta signs the bytes it sends, so nothing may have decoded or rewritten them:
    https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
    """
    if not isinstance(header, str) or not header.startswith(_PREFIX):
        raise InvalidSignature("no signature")
    # An odd character must be compared, not raise; all secrets are, so that time tells nothing.
    given = header.removeprefix(_PREFIX).encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(given, _sign(body, s)) for s in secrets if s]
    if not any(matches):
        raise InvalidSignature("not signed with a secret of ours")


def _sign(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
