"""What receive needs of Freshdesk's webhooks, without a schema: whether ours, and whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api import items, signing
from chalicelib.domain.envelope import Item

SECRET: Final = "x-scripta-secret"  # noqa: S105 - the name of a header
SIMPLE: Final = "freshdesk_webhook"  #: what Freshdesk puts round what its own form chose
REPLY: Final = "reply"
STATUS: Final = "status"


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """
    Return if one of `secrets` comes along, in a header of its own or as a password.

    `headers` has lower-case names. Raises InvalidSignature in every other case, without a secret too.
    """
    del body  # is not signed
    signing.shared(headers.get(SECRET) or signing.password(headers), secrets=secrets)


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """Return the one item that a webhook is, in the lane of its ticket."""
    simple = items.fields(body.get(SIMPLE))
    whose = items.identifier(simple.get("ticket_id") or body.get("ticket_id"))
    is_reply = SIMPLE in body or body.get("event") == REPLY
    return [items.item(body, desk=desk, whose=whose, is_reply=is_reply)]
