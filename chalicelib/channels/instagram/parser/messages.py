"""Messages on Instagram, and the echoes of those that the account sent."""

from __future__ import annotations

from chalicelib.channels.instagram.payloads import Message
from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.messaging import messages
from chalicelib.graph_api.messaging.notice import Notice


def parse(notice: Notice, part: object) -> ChannelEvent:
    """Return a customer's message, or an echo: bare, Instagram names neither sender nor ours."""
    message = Message.read(part)
    if message.is_self:
        return notice.unknown("message_to_self")
    if notice.echo:
        return messages.echoed(notice, message)
    return messages.received(notice, message)
