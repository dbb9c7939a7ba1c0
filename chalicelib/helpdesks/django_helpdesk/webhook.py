"""What receive needs of the helpdesk's webhooks, without a schema: whether ours, and whose."""

from __future__ import annotations

import base64
import secrets as randomness
from collections.abc import Mapping, Sequence
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError, WebhookVerificationError

from chalicelib.domain.envelope import Book, Item
from chalicelib.errors import InvalidSignature

REPLY = "reply.send"  #: the type of a webhook with an agent's answer to the customer

_SECRET_BYTES = 32
_LONGEST_ID = 200  # what a custom field of the helpdesk holds

# Besides its own errors the library lets through what base64, splitting and decoding raise.
_GARBLED = (WebhookVerificationError, EmptyWebhookSecretError, ValueError, TypeError, RuntimeError)


def new_secret() -> str:
    """Return a secret that nobody has had, in the form that Standard Webhooks asks for."""
    drawn = base64.b64encode(randomness.token_bytes(_SECRET_BYTES))
    return f"whsec_{drawn.decode()}"


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """
    Return if one of `secrets` (`whsec_…`) signed the raw body at most five minutes ago.

    `headers` has lower-case names. Raises InvalidSignature in every other case, without a secret
    too.
    """
    # https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    if not any(_signed(body, headers, secret=secret) for secret in secrets):
        raise InvalidSignature("not signed by the desk")


def _signed(body: bytes, headers: Mapping[str, str], *, secret: str) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except _GARBLED:
        return False
    return True


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """
    Return the one item that a webhook is.

    Its lane is the ticket's; the conversation's where no ticket is named; else the desk's.
    """
    data = body.get("data")
    fields = data if isinstance(data, Mapping) else {}
    whose = identifier(fields.get("ticket_id")) or identifier(fields.get("conversation_id"))
    return [
        Item(
            lane=f"desk:{desk}:{whose}" if whose else f"desk:{desk}",
            raw=body,
            book=Book.OUT if body.get("type") == REPLY else Book.DESK,
        )
    ]


def identifier(value: object) -> str:
    """
    Return an id that came as text or as a number, as text that can go into a key.

    Empty where it is neither, or longer than any id.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip().encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_ID else ""
