"""One `messaging` item with all that its parsers need to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.events import UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import identifier, kind, mapping, moment
from chalicelib.graph_api.messaging.items import MESSAGING, STANDBY, is_echo, parties

_ENVELOPE = ("sender", "recipient", "timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    What was told, about whom, and when.

    `customer` is empty where nobody but the account is named; `echo` says that the account wrote.
    `raw_key` stands in for the key where the platform gives no id. Times are in ms.
    """

    account: AccountRef
    customer: str
    alias_kind: AliasKind
    object: str
    kind: str
    item: Mapping[str, Any]
    echo: bool
    occurred_at: int
    received_at: int
    raw_key: str

    @classmethod
    def read(
        cls, raw: Mapping[str, Any], *, channel: str, alias_kind: AliasKind, received_at: int
    ) -> Notice:
        """Return the notice of an item of `items.split`; never raises."""
        entry_id = identifier(mapping(raw.get("entry")).get("id"))
        item = mapping(raw.get("item"))
        name = kind(raw.get("kind"), otherwise="other")
        account, customer = entry_id, ""
        told = [raw.get("item")]
        if name in (MESSAGING, STANDBY):
            account, customer = parties(entry_id, item)
        else:
            # What is no conversation tells its time on the entry, if at all.
            told.append(mapping(raw.get("entry")).get("time"))
        return cls(
            account=AccountRef(channel, account),
            customer=customer if customer != account else "",
            alias_kind=alias_kind,
            object=identifier(raw.get("object")),
            kind=name,
            item=item,
            echo=is_echo(item),
            occurred_at=moment(
                item.get("timestamp"), received_at=received_at, otherwise=received_at
            ),
            received_at=received_at,
            raw_key=keys.raw(channel, account, name, item=told),
        )

    @property
    def contact(self) -> Contact:
        """Return the customer; ask only where there is one."""
        return Contact(aliases=(Alias(self.alias_kind, self.customer),))

    @property
    def ours(self) -> bool:
        """Return whether the account itself is named as the sender."""
        sender = identifier(mapping(self.item.get("sender")).get("id"))
        return sender in ("", self.account.id)

    @property
    def family(self) -> str:
        """Return the platform's word for what happened: the key that it stands under."""
        words = (kind(key, otherwise="other") for key in self.item if key not in _ENVELOPE)
        return next(words, "other")

    def unknown(self, word: str) -> UnknownEvent:
        """Return the item as something that is not understood, counted under a word for it."""
        return UnknownEvent(
            key=self.raw_key, account=self.account, kind=word, occurred_at=self.occurred_at
        )
