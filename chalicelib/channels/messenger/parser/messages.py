"""Messages on Messenger, and the echoes of those that the page sent."""

from __future__ import annotations

from chalicelib.channels.messenger.payloads import Message
from chalicelib.domain.events import ChannelEvent
from chalicelib.graph_api.messaging import messages
from chalicelib.graph_api.messaging.notice import Notice


def parse(notice: Notice, part: object) -> ChannelEvent:
    """Return a customer's message, or an echo with our reference and its application."""
    message = Message.read(part)
    if not notice.echo:
        return messages.received(notice, message)
    return messages.echoed(notice, message, delivery=message.metadata, application=message.app_id)
