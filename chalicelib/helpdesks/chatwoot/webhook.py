"""What receive needs of Chatwoot's webhooks, without a schema: whether ours, and whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api.items import fields, identifier, item
from chalicelib.desk_api.signing import of_now, password, shared, signed_in_hex
from chalicelib.domain.envelope import Item
from chalicelib.errors import InvalidSignature

CREATED: Final = "message_created"
UPDATED: Final = "message_updated"
STATUS: Final = "conversation_status_changed"

_OUTGOING: Final = ("outgoing", 1)  # the API says it in numbers


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """
    Return if Chatwoot signed the raw body with one of `secrets`, now.

    One that is too old to sign can only show the secret itself, as the password of the webhook's
    address, which comes as a Basic header. Raises Replayed where the signature is good and the time
    is not, InvalidSignature in every other case.
    """
    # https://github.com/chatwoot/chatwoot/pull/13573, and 13892 for API inboxes
    shown = headers.get("x-chatwoot-signature", "")
    if not shown:
        shared(password(headers), secrets=secrets)
        return
    stamp = headers.get("x-chatwoot-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit()):
        raise InvalidSignature("no time")
    signed_in_hex(shown, stamp.encode() + b"." + body, by="sha256", secrets=secrets)
    of_now(float(stamp))


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """Return the one item that a webhook is, in the lane of its conversation."""
    of_a_message = "conversation" in body
    conversation = fields(body.get("conversation")) if of_a_message else body
    whose = identifier(conversation.get("id"))
    return [item(body, desk=desk, whose=whose, is_reply=is_reply(body))]


def is_reply(body: Mapping[str, Any]) -> bool:
    """Tell whether a webhook is about words to the customer: what is not surely public is not."""
    return (
        body.get("event") in (CREATED, UPDATED)
        and body.get("message_type") in _OUTGOING
        and body.get("private") is False
    )
