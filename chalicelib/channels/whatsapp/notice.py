"""One item of a WhatsApp webhook with all that its parsers need to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.channels.whatsapp import items, people
from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Alias
from chalicelib.domain.events import UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import identifier, kind, mapping, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    What was told, about whom, and when.

    `aliases` is empty where nobody is named; `card` is the sender's contact, `{}` without one.
    `raw_key` stands in for the key where the platform gives no id. Times are in ms.
    """

    account: AccountRef
    aliases: tuple[Alias, ...]
    card: Mapping[str, Any]
    object: str
    kind: str
    topic: str
    item: Mapping[str, Any]
    occurred_at: int
    raw_key: str

    @classmethod
    def read(cls, raw: Mapping[str, Any], *, channel: str, received_at: int) -> Notice:
        """Return the notice of an item of `items.split`; never raises."""
        item, card = mapping(raw.get("item")), mapping(raw.get("contact"))
        name = kind(raw.get("kind"), otherwise=items.OTHER)
        topic = kind(raw.get("field"), otherwise=items.OTHER)
        account = items.account_id(raw)
        timestamp = item.get("timestamp")
        # Events of the business account tell their time on the entry, if at all.
        told = [raw.get("item"), mapping(raw.get("entry")).get("time")]
        return cls(
            account=AccountRef(channel, account),
            aliases=people.aliases(item, card),
            card=card,
            object=identifier(raw.get("object")),
            kind=name,
            topic=topic,
            item=item,
            occurred_at=moment(timestamp, received_at=received_at, otherwise=received_at),
            raw_key=keys.raw(channel, account, topic, name, item=told),
        )

    def unknown(self, word: str) -> UnknownEvent:
        """Return the item as something that is not understood, counted under a word for it."""
        return UnknownEvent(
            key=self.raw_key, account=self.account, kind=word, occurred_at=self.occurred_at
        )
