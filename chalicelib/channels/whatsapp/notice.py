"""One item of a WhatsApp webhook with all that its parsers need to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.channels.whatsapp import items
from chalicelib.channels.whatsapp.payloads import Card
from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Alias, Contact
from chalicelib.domain.events import AccountChanged, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import identifier, kind, mapping, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    What was told, about whom, and when.

    `aliases` is empty where nobody is named; `card` is the person's contact, `{}` without one.
    `told` is everything that it says. In `standby` another application holds the conversation. Times
    are in ms.
    """

    account: AccountRef
    aliases: tuple[Alias, ...]
    card: Mapping[str, Any]
    object: str
    kind: str
    topic: str
    item: Mapping[str, Any]
    occurred_at: int
    told: Sequence[Any]

    @classmethod
    def read(cls, raw: Mapping[str, Any], *, channel: str, received_at: int) -> Notice:
        """Return the notice of an item of `items.split`; never raises."""
        item, card = mapping(raw.get("item")), mapping(raw.get("contact"))
        name = kind(raw.get("kind"), otherwise=items.OTHER)
        topic = kind(raw.get("field"), otherwise=items.OTHER)
        account = items.account_id(raw)
        # Events of the business account tell their time on the entry, if at all.
        time = mapping(raw.get("entry")).get("time")
        of_entry = moment(time, received_at=received_at, otherwise=received_at)
        timestamp = item.get("timestamp")
        return cls(
            account=AccountRef(channel, account),
            aliases=items.names(raw),
            card=card,
            object=identifier(raw.get("object")),
            kind=name,
            topic=topic,
            item=items.echoed(item) if name == items.ECHO else item,
            occurred_at=moment(timestamp, received_at=received_at, otherwise=of_entry),
            told=[raw.get("item"), time],
        )

    @property
    def raw_key(self) -> str:
        """Return what stands in for the key where the platform gives no id."""
        where = (self.account.channel, self.account.id, self.topic, self.kind)
        return keys.raw(*where, item=self.told)

    @property
    def contact(self) -> Contact:
        """Return the person: the name is their own, or else what others find them by."""
        profile = Card.read(self.card).profile
        return Contact(
            aliases=self.aliases, name=profile.name or profile.username.removeprefix("@")
        )

    @property
    def standby(self) -> bool:
        """Return whether another application answers this person."""
        return self.topic == items.STANDBY

    def key(self, key: str) -> str:
        """Return a key as it is in this field: the owner's copy of the same is no duplicate."""
        return keys.standby(key) if self.standby else key

    def elsewhere(self, plain: str) -> str:
        """Return the key that it has on the other side of a change of hands."""
        return plain if self.standby else keys.standby(plain)

    def recorded(self, word: str, *, alarm: bool = False) -> AccountChanged:
        """Return the item as something to be kept and counted under a word for it."""
        return AccountChanged(
            key=self.raw_key,
            account=self.account,
            kind=word,
            occurred_at=self.occurred_at,
            alarm=alarm,
        )

    def unknown(self, word: str) -> UnknownEvent:
        """Return the item as something that is not understood, counted under a word for it."""
        return UnknownEvent(
            key=self.raw_key, account=self.account, kind=word, occurred_at=self.occurred_at
        )
