"""Whether a webhook is a desk's own, and of now: the signatures in use, checked over the raw bytes."""

from __future__ import annotations

import base64
import hmac
import secrets as randomness
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError, WebhookVerificationError

from chalicelib.errors import InvalidSignature, Replayed

TOLERANCE: Final = 300.0  #: seconds between the sender's clock and ours, either way

# Besides its own errors the library lets through what base64, splitting and decoding raise.
_GARBLED = (WebhookVerificationError, EmptyWebhookSecretError, ValueError, TypeError, RuntimeError)
_SECRET_BYTES: Final = 32
_SHORTEST_SECRET: Final = 16  #: characters: a shorter one can be guessed

Signature = Callable[[bytes], bytes]
"""Returns, for a secret, what the whole signature must be."""


def new_secret() -> str:
    """Return a secret that nobody has had, in the form that Standard Webhooks asks for."""
    drawn = base64.b64encode(randomness.token_bytes(_SECRET_BYTES))
    return f"whsec_{drawn.decode()}"


def standard_webhook(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """
    Return if one of `secrets` (`whsec_…`) signed the raw body at most five minutes ago.

    `headers` has lower-case names. Raises Replayed where the signature is good and the time is not,
    InvalidSignature in every other case, without a secret too.
    """
    # https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    stamp = headers.get("webhook-timestamp", "")
    if not any(_signed(body, headers, stamp, secret=secret) for secret in secrets):
        raise InvalidSignature("not signed by the desk")
    of_now(time_of(stamp))


def signatures(body: str, *, number: str, at: datetime, secrets: Sequence[str]) -> str:
    """
    Return what each of `secrets` makes of a webhook of ours, by spaces; "" where none can be used.

    One that is garbled does not shut out the others.
    """
    made = []
    for secret in secrets:
        with suppress(*_GARBLED):
            made.append(Webhook(secret).sign(number, at, body))
    return " ".join(made)


def _signed(body: bytes, headers: Mapping[str, str], stamp: str, *, secret: str) -> bool:
    try:
        # The library's own check of the time cannot be told from a bad signature, so that the
        # signatures are compared here, and the time apart.
        at = datetime.fromtimestamp(int(stamp), tz=UTC)
        good = Webhook(secret).sign(headers["webhook-id"], at, body.decode())
        shown = headers["webhook-signature"].encode().split(b" ")
    except (*_GARBLED, KeyError, OverflowError, OSError):
        return False
    return bool(secret.removeprefix("whsec_")) and any(
        hmac.compare_digest(good.encode(), each) for each in shown
    )


def signed(shown: str, signature: Signature, *, secrets: Sequence[str]) -> None:
    """
    Return if `shown`, a header's value, is what `signature` gives for one of `secrets`.

    Compares in constant time. Raises InvalidSignature in every other case, without a secret too.
    """
    given = shown.encode("utf-8", "replace")
    good = [
        hmac.compare_digest(given, signature(s.encode("utf-8", "replace"))) for s in secrets if s
    ]
    if not any(good):
        raise InvalidSignature("not signed by the desk")


def signed_in_hex(shown: str, covered: bytes, *, by: str, secrets: Sequence[str]) -> None:
    """
    Return if `shown` names the digest `by` and is what it makes of what is covered: `sha256=…`.

    It is in hexadecimal digits, and keyed with one of `secrets`. Else raises as `signed`.
    """

    def signature(secret: bytes) -> bytes:
        return f"{by}={hmac.new(secret, covered, by).hexdigest()}".encode()

    signed(shown, signature, secrets=secrets)


def shared(shown: str, *, secrets: Sequence[str]) -> None:
    """
    Return if `shown` is one of `secrets`, of which those that could be guessed do not count.

    Compares in constant time. Raises InvalidSignature in every other case, without a secret too.
    """
    strong = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET]
    signed(shown, bytes, secrets=strong)


def password(headers: Mapping[str, str]) -> str:
    """Return the password of HTTP's basic authentication; empty where there is none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(value.encode("utf-8", "replace"), validate=True).decode()
    except ValueError:
        return ""
    return pair.partition(":")[2]


def time_of(stamp: str) -> float:
    """
    Return a time that was signed, in seconds since the epoch; raise InvalidSignature where it is none.

    It may come as such a number, or as RFC 3339.
    """
    try:
        if stamp.isascii() and stamp.isdigit():
            return datetime.fromtimestamp(int(stamp), tz=UTC).timestamp()
        at = datetime.fromisoformat(stamp)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError) as exc:
        raise InvalidSignature("signed without a time") from exc


def of_now(seconds: float) -> None:
    """Return if a time, in seconds since the epoch, is within TOLERANCE of ours; raise Replayed."""
    if not abs(time.time() - seconds) <= TOLERANCE:
        raise Replayed("not of now")
