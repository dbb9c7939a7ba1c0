"""Who is meant on WhatsApp: the ids that name a person, and the contact card that goes with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.graph_api.fields import identifier, mapping

# `US.1349…`, `US.ENT.1181…`; the documented alphabet is wider than the digits of the examples.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
_BSUID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE: Final = re.compile(r"\+?([0-9]{1,32})")


class Side(NamedTuple):
    """The fields in which an item names a person: by scoped id, by number, by parent id."""

    scoped: str
    number: str
    parent: str


SENDER: Final = Side("from_user_id", "from", "from_parent_user_id")
RECIPIENT: Final = Side("to_user_id", "to", "to_parent_user_id")
PERSON: Final = Side("user_id", "wa_id", "parent_user_id")
HANDED_OVER: Final = Side("user_id", "phone_number", "parent_user_id")
_BEFORE: Final = Side("previous_user_id", "previous_wa_id", "previous_parent_user_id")


def aliases(
    item: Mapping[str, Any], card: Mapping[str, Any], side: Side = SENDER
) -> tuple[Alias, ...]:
    """
    Return what the person on one side of an item is known by, most trusted first; empty for nobody.

    `card` is that person's contact, `{}` where none came. Since usernames the number may be absent,
    empty, or be the business-scoped id once more. A parent id is no name: it is the same person's
    on the other numbers of a business, and nothing may be sent to it.
    """
    told, number = item.get(side.number), card.get("wa_id")
    bsuid = (
        identifier(item.get(side.scoped))
        or identifier(card.get("user_id"))
        or _scoped(told)
        or _scoped(number)
    )
    return _named(bsuid, phone(told) or phone(number))


def recipient(item: Mapping[str, Any], card: Mapping[str, Any]) -> tuple[Alias, ...]:
    """
    Return what the customer is known by to whom an echo went.

    The sides of edits and deletions were seen swapped: what the contact card names as the sender
    is the customer all the same, since we are never among the contacts.
    """
    if card and not _meets(item, card, RECIPIENT) and _meets(item, card, SENDER):
        return aliases(item, card, SENDER)
    return aliases(item, card, RECIPIENT)


def before(message: Mapping[str, Any], card: Mapping[str, Any]) -> tuple[Alias, ...]:
    """
    Return what a person was known by until a system message told of another number or id.

    The sentence that it carries names the old id, too, beside the person's name, which anybody
    chooses for themselves: nobody is recognised by it.
    """
    system = mapping(message.get("system"))
    new = {alias for alias in after(system) if alias.kind is AliasKind.BSUID}
    told = aliases(system, {}, _BEFORE) + aliases(message, card)
    # What came with the message may be the new id already: it is the last to go by.
    return tuple(dict.fromkeys([a for a in told if a not in new] + [a for a in told if a in new]))


def after(system: Mapping[str, Any]) -> tuple[Alias, ...]:
    """Return what a system message says that a person is known by from now on."""
    number = phone(system.get("wa_id")) or phone(system.get("new_wa_id"))
    bsuid = identifier(system.get("user_id")) or _scoped(system.get("wa_id"))
    return _named(bsuid, number)


class Cards:
    """The contacts of a batch, found by id and never by position."""

    def __init__(self, contacts: Sequence[object]) -> None:
        self._cards = [card for card in contacts if isinstance(card, dict)]
        self._by_alias: dict[Alias, Mapping[str, Any]] = {}
        self._by_parent: dict[str, list[Mapping[str, Any]]] = {}
        for card in self._cards:
            for alias in aliases(card, {}, PERSON):
                self._by_alias.setdefault(alias, card)
            self._by_parent.setdefault(identifier(card.get(PERSON.parent)), []).append(card)

    def of(
        self, item: Mapping[str, Any], *, alone: bool, sides: Sequence[Side] = (SENDER,)
    ) -> Mapping[str, Any] | None:
        """
        Return the contact of the person on a side of an item, None where nobody certainly is.

        The first of the `sides` counts on which somebody is a contact. An item that names nobody is
        taken for the contact of its parent id, else for the sole contact's if it is `alone`: if
        nothing beside it names anybody.
        """
        named = [names for names in (aliases(item, {}, side) for side in sides) if names]
        if named:
            cards = (self._named(names) for names in named)
            return next((card for card in cards if card is not None), None)
        parent = identifier(item.get(sides[0].parent))
        related = self._by_parent.get(parent, []) if parent else []
        if len(related) == 1:
            return related[0]
        return self._cards[0] if alone and len(self._cards) == 1 else None

    def _named(self, names: Sequence[Alias]) -> Mapping[str, Any] | None:
        card = next((self._by_alias[name] for name in names if name in self._by_alias), None)
        everything = (*names, *aliases({}, card or {}))
        # A shared number with two scoped ids is two people: numbers are given away.
        scoped = {alias.value for alias in everything if alias.kind is AliasKind.BSUID}
        return card if len(scoped) <= 1 else None


def phone(value: object) -> str:
    """Return the digits of a number without its plus; empty where it is none."""
    match = _PHONE.fullmatch(identifier(value))
    return match[1] if match else ""


def _meets(item: Mapping[str, Any], card: Mapping[str, Any], side: Side) -> bool:
    return not set(aliases(item, {}, side)).isdisjoint(aliases(card, {}, PERSON))


def _named(bsuid: str, number: str) -> tuple[Alias, ...]:
    scoped = (Alias(AliasKind.BSUID, bsuid),) if bsuid else ()
    return (*scoped, Alias(AliasKind.PHONE, number)) if number else scoped


def _scoped(value: object) -> str:
    text = identifier(value)
    return text if _BSUID.fullmatch(text) else ""
