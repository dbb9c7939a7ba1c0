"""Webhooks in our own words, as docs/helpdesks/standard_webhooks.md has them: whether ours, and whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api import items, signing
from chalicelib.domain.envelope import Item

REPLY: Final = "reply.send"  #: the type of a webhook with an agent's answer to the customer
SECRET_FORM: Final = r"whsec_[A-Za-z0-9+/=]{24,200}"  # noqa: S105 - what one looks like


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """Return if one of `secrets` signed the raw body now; see `signing.standard_webhook`."""
    signing.standard_webhook(body, headers, secrets=secrets)


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """
    Return the one item that a webhook is.

    Its lane is the ticket's; the conversation's where no ticket is named; else the desk's.
    """
    data = items.fields(body.get("data"))
    whose = items.identifier(data.get("ticket_id")) or items.identifier(data.get("conversation_id"))
    return [items.item(body, desk=desk, whose=whose, is_reply=body.get("type") == REPLY)]
