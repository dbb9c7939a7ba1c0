"""What receive needs of Zendesk's event webhooks, without a schema: whether ours, and whose."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.desk_api import items, signing
from chalicelib.domain.envelope import Item
from chalicelib.errors import InvalidSignature

PREFIX: Final = "zen:event-type:ticket."  #: of the types that we subscribe to
COMMENT: Final = "comment_added"
FILE: Final = "attachment_linked_to_comment"

_SIGNATURE: Final = "x-zendesk-webhook-signature"
_SUBJECT: Final = "zen:ticket:"


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """
    Return if Zendesk signed the time and the raw body with one of `secrets`, about now.

    `headers` has lower-case names. Raises Replayed where the signature is good and the time is not,
    InvalidSignature in every other case, without a secret too.
    """
    # https://developer.zendesk.com/documentation/webhooks/verifying/
    stamp = headers.get(f"{_SIGNATURE}-timestamp", "")
    signed = stamp.encode("utf-8", "replace") + body

    def signature(secret: bytes) -> bytes:
        return base64.b64encode(hmac.digest(secret, signed, "sha256"))

    signing.signed(headers.get(_SIGNATURE, ""), signature, secrets=secrets)
    try:
        at = datetime.fromisoformat(stamp)
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as exc:
        raise InvalidSignature("signed without a time") from exc
    signing.of_now(seconds)


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """Return the one item that a webhook is, in the lane of its ticket."""
    detail = items.fields(body.get("detail"))
    whose = items.identifier(detail.get("id")) or _subject(body.get("subject"))
    is_reply = kind_of(body.get("type")) in (COMMENT, FILE)
    return [items.item(body, desk=desk, whose=whose, is_reply=is_reply)]


def kind_of(value: object) -> str:
    """Return what a webhook's type says of a ticket; empty where it is of something else."""
    text = value if isinstance(value, str) else ""
    return text.removeprefix(PREFIX) if text.startswith(PREFIX) else ""


def _subject(value: object) -> str:
    text = items.identifier(value)
    return text.removeprefix(_SUBJECT) if text.startswith(_SUBJECT) else ""
