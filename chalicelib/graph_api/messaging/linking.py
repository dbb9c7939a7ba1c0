"""Customers who link their account with the business's own."""

from __future__ import annotations

from chalicelib.domain.events import Noticed, UnknownEvent
from chalicelib.graph_api.fields import mapping
from chalicelib.graph_api.messaging.notice import Notice


def linked(notice: Notice, part: object) -> Noticed | UnknownEvent:
    """Return that a customer linked or unlinked an account; the code that proves it is not told."""
    status = mapping(part).get("status")
    return (
        notice.news(status)
        if status in ("linked", "unlinked")
        else notice.unknown("account_linking")
    )
