"""The webhooks of the storm as they come over the wire: items together, and signed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from standardwebhooks import Webhook

from infra.local.meta import wire
from tests.builders import Raw
from tests.desks.bench import NEW
from tests.storm import wire_items

_OBJECTS: Final = {
    "messenger": "page",
    "instagram": "instagram",
    "whatsapp": "whatsapp_business_account",
}


class Meta:
    """Writes Meta's webhooks for one channel: items together as `random` has it, in their order."""

    def __init__(self, channel: str, random: Random) -> None:
        self._channel = channel
        self._random = random

    def webhook(self, items: Sequence[Raw]) -> tuple[bytes, Mapping[str, str]]:
        """Return the body that tells of items, and its headers."""
        tell = wire_items.of_whatsapp if self._channel == "whatsapp" else wire_items.of_a_page
        told = [each for raw in items for each in tell(self._channel, raw)]
        body = {"object": _OBJECTS[self._channel], "entry": self._entries(told)}
        content = wire.encode(body)
        return content, {"x-hub-signature-256": wire.signature(self._channel, content)}

    def _entries(self, told: Sequence[Raw]) -> list[Raw]:
        """Put neighbours into one entry, and neighbouring messages into one change of it."""
        entries: list[Raw] = []
        for entry in told:
            alone = not entries or entries[-1].keys() != entry.keys() or self._random.random() < 0.5
            if alone:
                entries.append(dict(entry))
            elif "changes" in entry:
                changes = [*entries[-1]["changes"], *entry["changes"]]
                entries[-1] = entries[-1] | {"changes": self._merged(changes)}
            else:
                name = "standby" if "standby" in entry else "messaging"
                entries[-1] = entries[-1] | {name: entries[-1][name] + entry[name]}
        return entries

    def _merged(self, changes: Sequence[Raw]) -> list[Raw]:
        *before, last, new = changes
        values = [change["value"] for change in (last, new)]
        fits = all({"messages", "contacts"} <= value.keys() for value in values)
        if not fits or self._random.random() < 0.3:
            return list(changes)
        cards = [card for value in values for card in value["contacts"]]
        cards = [card for place, card in enumerate(cards) if card not in cards[:place]]
        if len(cards) > len({wire_items.whose(card) for card in cards}):
            return list(changes)  # one change shows a person in one way
        messages = values[0]["messages"] + values[1]["messages"]
        both = {"messages": messages, "contacts": cards}
        return [*before, {**last, "value": last["value"] | both}]


def desk_webhook(raw: Raw, *, url: str) -> tuple[bytes, Mapping[str, str]]:
    """Return the body of the webhook about one item of the desk at `url`, and its headers."""
    # The signature is of this very moment, by the clock that the adapter reads.
    content, now = json.dumps(wire_items.of_a_desk(raw, url=url)), datetime.now(UTC)
    return content.encode(), {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(NEW).sign("msg_1", now, content),
    }


def natural_key(raw: Mapping[str, Any], source: str) -> str:
    """Return the natural key of a channel's item as it is split; empty where no order matters."""
    item = raw["item"] if isinstance(raw["item"], dict) else {}
    if source == "channel:whatsapp":
        is_said = raw["kind"] == "message" and item.get("type") in ("text", "image")
        apart = "standby:" if raw["field"] == "standby" else ""
        return f"{source} {apart}m:{item['id']}" if is_said else ""
    message = item.get("message")
    if not isinstance(message, dict) or "mid" not in message:
        return ""
    if message.get("is_deleted"):
        return f"{source} d:{message['mid']}"
    apart = "standby:" if raw["kind"] == "standby" else ""
    return f"{source} {apart}{'e' if message.get('is_echo') else 'm'}:{message['mid']}"
