"""What customers choose instead of writing it: buttons, and things from a shop."""

from __future__ import annotations

from chalicelib.domain.content import Content, unsupported
from chalicelib.domain.events import MessageReceived, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Postback


def pressed(notice: Notice, part: object) -> MessageReceived | UnknownEvent:
    """Return the title of a button as what the customer said; without a title it is unknown."""
    postback = Postback.read(part)
    if not postback.title:
        return notice.unknown("postback")
    # Whoever asks the platform later is told of a message of that id.
    key = keys.message(postback.mid) if postback.mid else notice.raw_key
    return _chosen(notice, Content(text=postback.title), key=key, message_id=postback.mid)


def ordered(notice: Notice, part: object) -> MessageReceived | UnknownEvent:
    """Return that a customer sent an order; orders have no id."""
    del part  # what was ordered is not read yet
    return _chosen(
        notice, Content(parts=(unsupported("order"),)), key=notice.raw_key, message_id=""
    )


def _chosen(
    notice: Notice, content: Content, *, key: str, message_id: str
) -> MessageReceived | UnknownEvent:
    if notice.ours or not notice.customer:
        return notice.unknown("choice_of_nobody")
    return MessageReceived(
        key=key,
        account=notice.account,
        contact=notice.contact,
        message_id=message_id,
        content=content,
        occurred_at=notice.occurred_at,
    )
