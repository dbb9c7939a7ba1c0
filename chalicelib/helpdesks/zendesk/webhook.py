"""What receive needs of Zendesk's event webhooks, without a schema: whether ours, and whose."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api import items, signing
from chalicelib.domain.envelope import Item

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
    covered = stamp.encode("utf-8", "replace") + body

    def signature(secret: bytes) -> bytes:
        return b64encode(hmac.digest(secret, covered, "sha256"))

    signing.signed(headers.get(_SIGNATURE, ""), signature, secrets=secrets)
    signing.of_now(signing.time_of(stamp))


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """Return the one item that a webhook is, in the lane of its ticket."""
    is_reply = kind_of(body) in (COMMENT, FILE)
    return [items.item(body, desk=desk, whose=ticket_of(body), is_reply=is_reply)]


def kind_of(body: Mapping[str, Any]) -> str:
    """Return what a webhook says of a ticket; empty where it is of something else."""
    return items.rest(body.get("type"), PREFIX)


def ticket_of(body: Mapping[str, Any]) -> str:
    """Return the id of the ticket that a webhook is about; empty where it names none."""
    detail = items.fields(body.get("detail"))
    return items.identifier(detail.get("id")) or items.rest(body.get("subject"), _SUBJECT)
