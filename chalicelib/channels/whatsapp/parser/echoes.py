"""Messages to customers that were not sent by us: on the business's phone, or by another application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.parser import rewritten
from chalicelib.channels.whatsapp.parser.contents import content
from chalicelib.channels.whatsapp.payloads import Message
from chalicelib.domain.events import ChannelEvent, MessageEchoed
from chalicelib.graph_api import keys

# What we send ourselves is never told back here, so none of these can be taken for ours by its words.
_PHONE: Final = "whatsapp_business_app"
_ANOTHER: Final = "another_application"
_CHANGES: Final[Mapping[str, Callable[[Notice, Message], ChannelEvent]]] = MappingProxyType(
    {"edit": partial(rewritten.edited, ours=True), "revoke": rewritten.taken_back}
)


def parse(notice: Notice) -> ChannelEvent:
    """
    Return what was sent to a customer elsewhere; what names nobody is only kept.

    That it went out is known by its field, and by nothing else in it.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/smb_message_echoes
    """
    message = Message.read(notice.item)
    if notice.item.get("group_id"):
        return notice.recorded("group_echo")
    if not notice.aliases:
        return notice.recorded("echo_of_nobody")
    if message.type in _CHANGES:
        return _CHANGES[message.type](notice, message)
    return MessageEchoed(
        key=notice.key(keys.echo(message.id)) if message.id else notice.raw_key,
        account=notice.account,
        contact=notice.contact,
        message_id=message.id,
        content=content(notice.item),
        occurred_at=notice.occurred_at,
        application=_ANOTHER if notice.standby else _PHONE,
        undone_by=keys.deleted(message.id) if message.id else "",
        standby=notice.standby,
    )
