"""What the items of Messenger's webhooks mean: one module per family of events."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.messenger.parser import account_news, feed, messages
from chalicelib.domain.contact import AliasKind
from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.messaging import forms, linking, orders
from chalicelib.graph_api.messaging.dispatch import Family, counted, dispatch
from chalicelib.graph_api.messaging.families import COMMON
from chalicelib.graph_api.messaging.notice import Notice

_OBJECT: Final = "page"

_FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "message": messages.parse,
        "order": orders.ordered,
        "account_linking": linking.linked,
        "messaging_customer_information": forms.informed,
        "messaging_feedback": forms.gave_feedback,
        # What no page can have any more.
        "game_play": counted("game_play"),
        "payment": counted("payment"),
        "pre_checkout": counted("pre_checkout"),
        "checkout_update": counted("checkout_update"),
        **COMMON,
    }
)

_CHANGES: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "feed": feed.changed,
        "mention": feed.mentioned,
        "ratings": feed.reviewed,
        "leadgen": counted("leadgen"),
        "conversations": counted("conversations"),
        "inbox_labels": counted("inbox_labels"),
        "messenger_template_status_update": account_news.template,
        "message_template_status_update": account_news.template,
    }
)


def parse(raw: Mapping[str, Any], *, channel: str, received_at: int) -> ChannelEvent:
    """Return what an item means; see `ports.Channel`."""
    notice = Notice.read(raw, channel=channel, alias_kind=AliasKind.PSID, received_at=received_at)
    return dispatch(notice, webhook_object=_OBJECT, families=_FAMILIES, changes=_CHANGES)
