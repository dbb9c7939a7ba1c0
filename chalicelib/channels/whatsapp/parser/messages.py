"""What customers do in a conversation on WhatsApp: write, react, edit, take back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from chalicelib.channels.whatsapp import people
from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.parser import rewritten, system
from chalicelib.channels.whatsapp.parser.contents import content
from chalicelib.channels.whatsapp.parser.payloads import SharedContact
from chalicelib.channels.whatsapp.payloads import Message
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.events import ChannelEvent, MessageReceived, Noticed, Reacted
from chalicelib.graph_api import keys
from chalicelib.graph_api.fields import listing

_RETIRED: Final = "request_welcome"
_CALL_PERMISSION: Final = "call_permission_reply"
_OWN: Final = "contact_request"  #: the origin of a contact that we asked its owner for


def parse(notice: Notice) -> ChannelEvent:
    """Return what a customer did; where nobody is named an operator must look."""
    message = Message.read(notice.item)
    if message.type == _RETIRED:
        return notice.recorded(_RETIRED)
    if notice.item.get("group_id"):
        # A reply would go to one person of the group, and to nobody else.
        return notice.unknown("group_message")
    if not notice.aliases:
        return _of_nobody(notice, message)
    return _FAMILIES.get(message.type, _written)(notice, message)


def _of_nobody(notice: Notice, message: Message) -> ChannelEvent:
    if message.type in _FAMILIES:
        words = (message.type, message.system.type)
        return notice.recorded(":".join(word for word in words if word))
    if message.id:
        # A customer's words that can be shown nowhere: never the neighbour's, and never silently.
        return notice.recorded("message_of_nobody", alarm=True)
    return notice.unknown("message_of_nobody")


def _written(notice: Notice, message: Message) -> ChannelEvent:
    if message.interactive.type == _CALL_PERMISSION:
        return Noticed(
            key=_key(notice, message),
            account=notice.account,
            contact=notice.contact,
            word="call_permission",
            values={"what": message.interactive.call_permission_reply.response},
            occurred_at=notice.occurred_at,
        )
    answered = message.context.id
    return MessageReceived(
        key=_key(notice, message),
        account=notice.account,
        contact=_with_own_number(notice, message),
        message_id=message.id,
        content=content(notice.item),
        occurred_at=notice.occurred_at,
        reply_to=answered,
        about=notice.key(keys.message(answered)) if answered else "",
        traces=(notice.elsewhere(keys.message(answered)),) if answered else (),
        undone_by=keys.deleted(message.id) if message.id else "",
        standby=notice.standby,
    )


def _reacted(notice: Notice, message: Message) -> ChannelEvent:
    on = message.reaction.message_id
    if not on:
        return notice.unknown("reaction")
    return Reacted(
        key=_key(notice, message),
        account=notice.account,
        contact=notice.contact,
        message_id=on,
        about=notice.key(keys.message(on)),
        traces=(notice.elsewhere(keys.message(on)),),
        emoji=message.reaction.emoji,
        occurred_at=notice.occurred_at,
    )


def _with_own_number(notice: Notice, message: Message) -> Contact:
    """
    Return the contact with the number that they told us as their own.

    Only what answers our request is theirs, and only where no number came with the message: anybody
    can share anybody's contact.
    """
    contact = notice.contact
    if message.type != "contacts" or contact.address(AliasKind.PHONE) is not None:
        return contact
    cards = [SharedContact.read(card) for card in listing(notice.item.get("contacts"))]
    own = [card for card in cards if _OWN in (card.origin, message.origin)]
    numbers = [people.phone(p.wa_id) or people.phone(p.phone) for card in own for p in card.phones]
    if len(cards) != 1 or len(numbers) != 1 or not numbers[0]:
        return contact
    return replace(contact, aliases=(*contact.aliases, Alias(AliasKind.PHONE, numbers[0])))


def _key(notice: Notice, message: Message) -> str:
    return notice.key(keys.message(message.id)) if message.id else notice.raw_key


_FAMILIES: Final[Mapping[str, Callable[[Notice, Message], ChannelEvent]]] = MappingProxyType(
    {
        "reaction": _reacted,
        "edit": rewritten.edited,
        "revoke": rewritten.taken_back,
        "system": system.parse,
    }
)
