"""What the items of Messenger's webhooks mean: one module per family of events."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.messenger.parser import messages
from chalicelib.domain.contact import AliasKind
from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.messaging import postbacks, receipts
from chalicelib.graph_api.messaging.dispatch import Family, dispatch
from chalicelib.graph_api.messaging.notice import Notice

_OBJECT: Final = "page"

_FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "message": messages.parse,
        "postback": postbacks.pressed,
        "order": postbacks.ordered,
        "delivery": receipts.delivered,
        "read": receipts.read,
    }
)


def parse(raw: Mapping[str, Any], *, channel: str, received_at: int) -> ChannelEvent:
    """Return what an item means; see `ports.Channel`."""
    notice = Notice.read(raw, channel=channel, alias_kind=AliasKind.PSID, received_at=received_at)
    return dispatch(notice, webhook_object=_OBJECT, families=_FAMILIES)
