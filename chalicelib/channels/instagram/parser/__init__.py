"""What the items of Instagram's webhooks mean: one module per family of events."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.instagram.parser import comments, messages
from chalicelib.domain.contact import AliasKind
from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.messaging.dispatch import Family, counted, dispatch
from chalicelib.graph_api.messaging.families import COMMON
from chalicelib.graph_api.messaging.notice import Notice

_OBJECT: Final = "instagram"

_FAMILIES: Final[Mapping[str, Family]] = MappingProxyType({"message": messages.parse, **COMMON})

_CHANGES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "comments": comments.commented,
        "live_comments": comments.commented,
        "mentions": comments.mentioned,
        "story_insights": counted("story_insights"),
    }
)


def parse(raw: Mapping[str, Any], *, channel: str, received_at: int) -> ChannelEvent:
    """Return what an item means; see `ports.Channel`."""
    notice = Notice.read(raw, channel=channel, alias_kind=AliasKind.IGSID, received_at=received_at)
    return dispatch(notice, webhook_object=_OBJECT, families=_FAMILIES, changes=_CHANGES)
