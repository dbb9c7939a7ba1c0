"""Hands a `messaging` item to the family of events that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.messaging.items import MESSAGING
from chalicelib.graph_api.messaging.notice import Notice

Family = Callable[[Notice, object], ChannelEvent]
"""Makes an event of a notice and of the part of it that stands under the family's key."""


def dispatch(
    notice: Notice, *, webhook_object: str, families: Mapping[str, Family]
) -> ChannelEvent:
    """
    Return what a notice means; what no family knows is unknown, under the platform's word for it.

    `webhook_object` is the `object` of the channel's webhooks: what belongs to another product
    that calls the same address is not the channel's to understand.
    """
    if notice.object != webhook_object:
        return notice.unknown("other_object")
    if notice.kind != MESSAGING:
        # In standby another application talks to the customer. Its copies must not be taken for
        # the messages that come once we are given the conversation: their keys differ.
        return notice.unknown(notice.kind)
    for key, family in families.items():
        if isinstance(notice.item.get(key), dict):
            return family(notice, notice.item[key])
    return notice.unknown(notice.family)
