"""What receive needs of the helpdesk's webhooks, without a schema: whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.desk_api import items
from chalicelib.domain.envelope import Item

REPLY: Final = "reply.send"  #: the type of a webhook with an agent's answer to the customer


def split(body: Mapping[str, Any], *, desk: str) -> list[Item]:
    """
    Return the one item that a webhook is.

    Its lane is the ticket's; the conversation's where no ticket is named; else the desk's.
    """
    data = items.fields(body.get("data"))
    whose = items.identifier(data.get("ticket_id")) or items.identifier(data.get("conversation_id"))
    return [items.item(body, desk=desk, whose=whose, is_reply=body.get("type") == REPLY)]
