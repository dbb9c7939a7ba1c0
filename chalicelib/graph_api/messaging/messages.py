"""Messages of customers, and messages to them told back."""

from __future__ import annotations

from chalicelib.domain.content import Content, unsupported
from chalicelib.domain.events import MessageEchoed, MessageReceived, UnknownEvent
from chalicelib.graph_api import keys
from chalicelib.graph_api.messaging.files import files
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Message


def received(notice: Notice, message: Message) -> MessageReceived | UnknownEvent:
    """Return what a customer wrote; what names no customer, or is an unsend, is unknown."""
    if message.is_deleted:
        return notice.unknown("message_deleted")
    if notice.ours or not notice.customer:
        # A message of the account itself without the mark of an echo must never look like a
        # customer's: it would come back as a ticket of our own words.
        return notice.unknown("message_of_nobody")
    return MessageReceived(
        key=keys.message(message.mid) if message.mid else notice.raw_key,
        account=notice.account,
        contact=notice.contact,
        message_id=message.mid,
        content=content(message),
        occurred_at=notice.occurred_at,
        reply_to=message.reply_to.mid,
    )


def echoed(
    notice: Notice, message: Message, *, delivery: str = "", application: str = ""
) -> MessageEchoed | UnknownEvent:
    """
    Return a message to a customer; an unsend, or what names no customer or no id, is unknown.

    Without the id it cannot be told from what we sent ourselves.
    """
    if message.is_deleted:
        return notice.unknown("echo_deleted")
    if not notice.customer or not message.mid:
        return notice.unknown("echo_of_nothing")
    return MessageEchoed(
        key=keys.echo(message.mid),
        account=notice.account,
        contact=notice.contact,
        message_id=message.mid,
        content=content(message),
        occurred_at=notice.occurred_at,
        delivery=delivery,
        application=application,
    )


def content(message: Message) -> Content:
    """Return the files of a message with its text, its text alone, or what it carries instead."""
    found = files(message.attachments)
    if any(file.url for file in found) or (found and message.text):
        return Content(text=message.text, files=found)
    if message.text:
        return Content(text=message.text)
    if message.attachments:
        return Content(parts=(unsupported(message.attachments[0].type or "attachment"),))
    word = "unsupported" if message.is_unsupported else "message"
    return Content(parts=(unsupported(word),))
