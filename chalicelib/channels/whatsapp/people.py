"""Who wrote on WhatsApp: the ids that name a person, and the contact card that goes with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.graph_api.fields import identifier

# `US.1349…`, `US.ENT.1181…`; the documented alphabet is wider than the digits of the examples.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
_BSUID: Final = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE: Final = re.compile(r"\+?([0-9]{1,32})")


def aliases(message: Mapping[str, Any], card: Mapping[str, Any]) -> tuple[Alias, ...]:
    """
    Return what a message's sender is known by, most trusted first; empty where nothing names them.

    `card` is the sender's contact, `{}` where none came. Since usernames the number may be absent,
    empty, or be the business-scoped id once more.
    """
    sender, number = message.get("from"), card.get("wa_id")
    bsuid = (
        identifier(message.get("from_user_id"))
        or identifier(card.get("user_id"))
        or _scoped(sender)
        or _scoped(number)
    )
    telephone = phone(sender) or phone(number)
    named = ((AliasKind.BSUID, bsuid), (AliasKind.PHONE, telephone))
    return tuple(Alias(kind, value) for kind, value in named if value)


class Cards:
    """The contacts of a batch, found by id and never by position."""

    def __init__(self, contacts: Sequence[object]) -> None:
        self._cards = [card for card in contacts if isinstance(card, dict)]
        self._by_alias: dict[Alias, Mapping[str, Any]] = {}
        for card in self._cards:
            for alias in aliases({}, card):
                self._by_alias.setdefault(alias, card)

    def of(self, message: Mapping[str, Any], *, alone: bool) -> Mapping[str, Any] | None:
        """
        Return the contact that is the sender of a message, None where none certainly is.

        A message that names nobody is taken for the sole contact's if it is `alone` in its batch.
        """
        names = aliases(message, {})
        if not names:
            return self._cards[0] if alone and len(self._cards) == 1 else None
        card = next((self._by_alias[name] for name in names if name in self._by_alias), None)
        everything = (*names, *aliases({}, card or {}))
        # A shared number with two scoped ids is two people: numbers are given away.
        scoped = {alias.value for alias in everything if alias.kind is AliasKind.BSUID}
        return card if len(scoped) <= 1 else None


def phone(value: object) -> str:
    """Return the digits of a number without its plus; empty where it is none."""
    match = _PHONE.fullmatch(identifier(value))
    return match[1] if match else ""


def _scoped(value: object) -> str:
    text = identifier(value)
    return text if _BSUID.fullmatch(text) else ""
