"""What the items of WhatsApp's webhooks mean: one module per family of events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.whatsapp import items
from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.parser import (
    account,
    calls,
    echoes,
    handovers,
    messages,
    preferences,
    statuses,
    system,
)
from chalicelib.domain.events import ChannelEvent

_OBJECT: Final = "whatsapp_business_account"

_FAMILIES: Final[Mapping[str, Callable[[Notice], ChannelEvent]]] = MappingProxyType(
    {
        items.MESSAGE: messages.parse,
        items.STATUS: statuses.parse,
        items.ECHO: echoes.parse,
        items.CALL: calls.parse,
        items.PREFERENCE: preferences.parse,
        items.RENAMING: system.renamed,
        items.HANDOVER: handovers.parse,
        items.ERROR: account.error,
        items.ERROR_BESIDE: account.error,
        items.GROUP: account.group,
        items.PAST: account.imported,
        items.CONTACTS: account.imported,
        items.OTHER: account.parse,
    }
)


def parse(raw: Mapping[str, Any], *, channel: str, received_at: int) -> ChannelEvent:
    """Return what an item means; see `ports.Channel`."""
    notice = Notice.read(raw, channel=channel, received_at=received_at)
    if notice.object != _OBJECT:
        return notice.unknown("other_object")
    if notice.kind not in _FAMILIES:
        return notice.unknown(notice.kind)
    return _FAMILIES[notice.kind](notice)
