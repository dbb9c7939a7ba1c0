"""One `messaging` item with all that its parsers need to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Content
from chalicelib.domain.events import AccountChanged, MessageReceived, Noticed, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import identifier, kind, mapping, moment
from chalicelib.graph_api.messaging.items import MESSAGING, STANDBY, is_echo, parties

_ENVELOPE = ("sender", "recipient", "timestamp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """
    What was told, about whom, and when.

    `customer` is empty where nobody but the account is named; `echo` says that the account wrote.
    `told` is everything that it says. Times are in ms; `told_at` is 0 where the platform told none,
    `occurred_at` the time of receipt then.
    """

    account: AccountRef
    customer: str
    alias_kind: AliasKind
    object: str
    kind: str
    item: Mapping[str, Any]
    echo: bool
    told_at: int
    occurred_at: int
    received_at: int
    told: Sequence[Any]

    @classmethod
    def read(
        cls, raw: Mapping[str, Any], *, channel: str, alias_kind: AliasKind, received_at: int
    ) -> Notice:
        """Return the notice of an item of `items.split`; never raises."""
        entry_id = identifier(mapping(raw.get("entry")).get("id"))
        item = mapping(raw.get("item"))
        name = kind(raw.get("kind"), otherwise="other")
        account, customer = entry_id, ""
        told: list[object] = [raw.get("item")]
        times = [item.get("timestamp")]
        if name in (MESSAGING, STANDBY):
            account, customer = parties(entry_id, item)
        else:
            # What is no conversation tells its time within, or on the entry, if at all.
            time = mapping(raw.get("entry")).get("time")
            told.append(time)
            times = [mapping(item.get("value")).get("created_time"), time]
        told_at = _first_moment(times, received_at=received_at)
        return cls(
            account=AccountRef(channel, account),
            customer=customer if customer != account else "",
            alias_kind=alias_kind,
            object=identifier(raw.get("object")),
            kind=name,
            item=item,
            echo=is_echo(item),
            told_at=told_at,
            occurred_at=told_at or received_at,
            received_at=received_at,
            told=told,
        )

    @property
    def raw_key(self) -> str:
        """Return what stands in for the key where the platform gives no id."""
        return keys.raw(self.account.channel, self.account.id, self.kind, item=self.told)

    @property
    def contact(self) -> Contact:
        """Return the customer; ask only where there is one."""
        return Contact(aliases=(Alias(self.alias_kind, self.customer),))

    @property
    def standby(self) -> bool:
        """Return whether another application holds the conversation, and we only listen."""
        return self.kind == STANDBY

    def key(self, plain: str) -> str:
        """Return the key of something with an id of its own; in standby it has another one."""
        return keys.standby(plain) if self.standby else plain

    def elsewhere(self, plain: str) -> str:
        """Return the key that it has on the other side of a change of hands."""
        return plain if self.standby else keys.standby(plain)

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

    def chosen(
        self, content: Content, *, key: str, message_id: str = ""
    ) -> MessageReceived | UnknownEvent:
        """Return what a customer said by a button or a form; it is unknown where none is named."""
        if self.ours or not self.customer:
            return self.unknown("choice_of_nobody")
        return MessageReceived(
            key=key,
            account=self.account,
            contact=self.contact,
            message_id=message_id,
            content=content,
            occurred_at=self.occurred_at,
            standby=self.standby,
        )

    def news(
        self, word: str, values: Mapping[str, str] | None = None, *, opens_window: bool = False
    ) -> Noticed | UnknownEvent:
        """Return the item as something to be read in the customer's ticket, if it names one."""
        if not self.customer:
            return self.unknown(f"{word}:nobody")
        return Noticed(
            key=self.raw_key,
            account=self.account,
            contact=self.contact,
            word=word,
            occurred_at=self.occurred_at,
            values=values or {},
            opens_window=opens_window,
        )

    def about_the_account(self, word: str, *, alarm: bool = False) -> AccountChanged:
        """Return the item as news about the account itself, counted under a word for it."""
        return AccountChanged(
            key=self.raw_key,
            account=self.account,
            kind=word,
            occurred_at=self.occurred_at,
            alarm=alarm,
        )


def _first_moment(values: Iterable[object], *, received_at: int) -> int:
    """Return the first time that is one, in ms; 0 where none is."""
    times = (moment(value, received_at=received_at, otherwise=0) for value in values)
    return next((time for time in times if time), 0)
