"""What receive needs of Zammad's webhooks, without a schema: whether ours, and whose."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api.items import fields, identifier, item
from chalicelib.desk_api.signing import signed_in_hex
from chalicelib.domain.envelope import Item

MERGED: Final = "merged"  #: the state of a ticket that went over into another one

# A mail may go to anybody, a phone call is a record: only these are words to the customer.
_SAID: Final = ("note", "web")


def new_secret() -> str:
    """Return a secret that nobody has had."""
    return randomness.token_hex(32)


def verify(body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
    """Return if Zammad signed the raw body with one of `secrets`; raise InvalidSignature."""
    # https://admin-docs.zammad.org/en/latest/manage/webhook/payload.html
    signed_in_hex(headers.get("x-hub-signature", ""), body, by="sha1", secrets=secrets)


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """
    Return what was said, and behind it how the ticket stands: a webhook tells of both.

    Both ride in the ticket's lane.
    """
    ticket, article = fields(body.get("ticket")), fields(body.get("article"))
    whose = identifier(ticket.get("id")) or identifier(article.get("ticket_id"))
    said = [body] if article or not ticket else []
    stands = [{"ticket": ticket}] if ticket.get("updated_at") or not said else []
    return [item(raw, desk=desk, whose=whose, is_reply=is_reply(raw)) for raw in (*said, *stands)]


def is_reply(raw: Mapping[str, Any]) -> bool:
    """Tell whether something was said to the customer: what is not surely public is not."""
    ticket, article = fields(raw.get("ticket")), fields(raw.get("article"))
    said_by_agent = article.get("sender") == "Agent" and article.get("type") in _SAID
    return said_by_agent and article.get("internal") is False and not _is_left(ticket, article)


def _is_left(ticket: Mapping[str, Any], article: Mapping[str, Any]) -> bool:
    """
    Tell whether an article stands in a ticket that was merged: one about that, and nobody reads it.

    What was said before went over with the ticket, and stands in the other one.
    """
    stands_in = identifier(article.get("ticket_id"))
    return ticket.get("state") == MERGED and stands_in in ("", identifier(ticket.get("id")))
