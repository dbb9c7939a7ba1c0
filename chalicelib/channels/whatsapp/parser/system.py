"""What WhatsApp itself tells of a customer: another number, another id, another device."""

from __future__ import annotations

from typing import Final

from chalicelib.channels.whatsapp import people
from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.payloads import Message
from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.domain.events import ChannelEvent, ContactChanged, Noticed
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import identifier, mapping

_NUMBER: Final = "user_changed_number"
_ID: Final = "user_changed_user_id"
_IDENTITY: Final = "customer_identity_changed"


def parse(notice: Notice, message: Message) -> ChannelEvent:
    """Return by which names a person is known from now on, or that it may be another person."""
    kind = message.system.type
    key = notice.key(keys.message(message.id)) if message.id else notice.raw_key
    if kind == _IDENTITY:
        return Noticed(
            key=key,
            account=notice.account,
            contact=notice.contact,
            word="identity_changed",
            occurred_at=notice.occurred_at,
        )
    names = people.after(mapping(notice.item.get("system")))
    if kind not in (_NUMBER, _ID) or not names:
        return notice.unknown(f"system:{kind or 'other'}")
    word = "number_changed" if kind == _NUMBER else "id_changed"
    return _changed(notice, key, names, word)


def renamed(notice: Notice) -> ChannelEvent:
    """Return the new id of a person, as an update of its own tells it."""
    current = identifier(mapping(notice.item.get("user_id")).get("current"))
    if not current or not notice.aliases:
        return notice.recorded("user_id_update")
    names = (Alias(AliasKind.BSUID, current),)
    return _changed(notice, notice.raw_key, names, "id_changed")


def _changed(notice: Notice, key: str, names: tuple[Alias, ...], word: str) -> ContactChanged:
    return ContactChanged(
        key=key,
        account=notice.account,
        contact=notice.contact,
        names=names,
        word=word,
        occurred_at=notice.occurred_at,
    )
