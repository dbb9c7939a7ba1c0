"""Hands an item to the family of events that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.domain.events import ChannelEvent, ChannelEventIgnored
from chalicelib.graph_api.fields import mapping
from chalicelib.graph_api.messaging.items import CHANGES, MESSAGING, STANDBY, TEST_ENTRY
from chalicelib.graph_api.messaging.notice import Notice

Family = Callable[[Notice, object], ChannelEvent]
"""Makes an event of a notice and of the part of it that stands under the family's key."""


def dispatch(
    notice: Notice,
    *,
    webhook_object: str,
    families: Mapping[str, Family],
    changes: Mapping[str, Family],
) -> ChannelEvent:
    """
    Return what a notice means; what no family knows is unknown, under the platform's word for it.

    `webhook_object` is the `object` of the channel's webhooks: what belongs to another product
    that calls the same address is not the channel's to understand. `families` are those of private
    conversations, `changes` what changes about the account, by the names of their fields.
    """
    if notice.object != webhook_object:
        return notice.unknown("other_object")
    if notice.kind in (MESSAGING, STANDBY):
        for key, family in families.items():
            if isinstance(notice.item.get(key), dict):
                return family(notice, notice.item[key])
        return notice.unknown(notice.family)
    place, _, field = notice.kind.partition(":")
    if place == CHANGES and notice.account.id == TEST_ENTRY:
        return ChannelEventIgnored(
            key=notice.raw_key,
            account=notice.account,
            kind="dashboard_test",
            occurred_at=notice.occurred_at,
        )
    value = mapping(notice.item.get("value"))
    if place == CHANGES and field in changes and value:
        return changes[field](notice, value)
    return notice.unknown(notice.kind)


def counted(word: str) -> Family:
    """Return the family of what is only counted, under a word for it."""

    def parse(notice: Notice, part: object) -> ChannelEvent:
        del part
        return notice.about_the_account(word)

    return parse
