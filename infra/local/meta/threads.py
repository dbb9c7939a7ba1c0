"""Who answers a conversation, as the Graph API lets an application say it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from infra.local.meta import errors, page_rules
from infra.local.meta.accounts import INSTAGRAM, MESSENGER, NODES, WHATSAPP
from infra.local.meta.presence import OTHER, OURS, Presences
from infra.local.meta.store import Store

#: Who answers after each of the calls; asking for a conversation changes nothing by itself.
_AFTER: Final[Mapping[str, str]] = MappingProxyType(
    {
        "take_thread_control": OURS,
        "pass_thread_control": OTHER,
        "release_thread_control": OTHER,
        "request_thread_control": "",
    }
)
CALLS: Final = tuple(_AFTER)


def call(
    store: Store, presences: Presences, *, node: str, name: str, body: Mapping[str, Any]
) -> Mapping[str, Any]:
    """
    Answer `POST /{node}/take_thread_control` and its like; `name` is one of CALLS.

    Raises:
        GraphError: there is no such account or customer.
    """
    business = NODES.get(node)
    if business is None or business.channel == WHATSAPP:
        raise errors.no_such_node(node)
    contact = page_rules.recipient(body)
    channels = [business.channel, *([INSTAGRAM] if business.channel == MESSENGER else [])]
    found = next((one for one in channels if store.customer(one, contact)), None)
    if found is None:
        raise errors.no_such_user(business.channel)
    if owner := _AFTER[name]:
        presences.give(found, contact, owner=owner)
    return {"success": True}
