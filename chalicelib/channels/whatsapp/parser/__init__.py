"""What the items of WhatsApp's webhooks mean: one module per family of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.whatsapp import items
from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.parser import messages, statuses
from chalicelib.domain.events import ChannelEvent

_OBJECT: Final = "whatsapp_business_account"

_FAMILIES: Final[Mapping[str, Callable[[Notice], ChannelEvent]]] = MappingProxyType(
    {
        items.MESSAGE: messages.parse,
        items.STATUS: statuses.parse,
    }
)


def parse(raw: Mapping[str, Any], *, channel: str, received_at: int) -> ChannelEvent:
    """Return what an item means; see `ports.Channel`."""
    notice = Notice.read(raw, channel=channel, received_at=received_at)
    if notice.object != _OBJECT:
        return notice.unknown("other_object")
    if notice.kind in _FAMILIES:
        return _FAMILIES[notice.kind](notice)
    return notice.unknown(notice.topic if notice.kind == items.OTHER else notice.kind)
