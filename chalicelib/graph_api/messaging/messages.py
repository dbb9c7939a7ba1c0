"""Messages of customers, and messages to them told back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chalicelib.domain.content import Content, Part, unsupported
from chalicelib.domain.events import (
    MessageDeleted,
    MessageEchoed,
    MessageReceived,
    UnknownEvent,
)
from chalicelib.graph_api import keys
from chalicelib.graph_api.messaging import attachments, referrals
from chalicelib.graph_api.messaging.files import files, is_file
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Message, PriorMessage

#: What our side does with a story is not what these words say of a customer.
_OF_CUSTOMERS: Final = ("story_mention", "story_reply")


def received(notice: Notice, message: Message) -> MessageReceived | MessageDeleted | UnknownEvent:
    """Return what a customer wrote, or took back; what names no customer is unknown."""
    if message.is_deleted:
        return deleted(notice, message.mid, about=keys.message(message.mid))
    if notice.ours or not notice.customer:
        # A message of the account itself without the mark of an echo must never look like a
        # customer's: it would come back as a ticket of our own words.
        return notice.unknown("message_of_nobody")
    answered = message.reply_to.mid
    return MessageReceived(
        key=notice.key(keys.message(message.mid)) if message.mid else notice.raw_key,
        account=notice.account,
        contact=notice.contact,
        message_id=message.mid,
        content=content(message, prior=PriorMessage.read(notice.item.get("prior_message"))),
        occurred_at=notice.occurred_at,
        reply_to=answered,
        about=notice.key(keys.message(answered)) if answered else "",
        traces=(notice.elsewhere(keys.message(answered)),) if answered else (),
        undone_by=keys.deleted(message.mid) if message.mid else "",
        standby=notice.standby,
    )


def echoed(
    notice: Notice, message: Message, *, delivery: str = "", application: str = ""
) -> MessageEchoed | MessageDeleted | UnknownEvent:
    """
    Return a message to a customer, or that it was taken back.

    What names no customer or no id is unknown: it cannot be told from what we sent ourselves.
    """
    if message.is_deleted:
        return deleted(notice, message.mid, about=keys.echo(message.mid))
    if not notice.customer or not message.mid:
        return notice.unknown("echo_of_nothing")
    return MessageEchoed(
        key=notice.key(keys.echo(message.mid)),
        account=notice.account,
        contact=notice.contact,
        message_id=message.mid,
        content=_of_ours(content(message)),
        occurred_at=notice.occurred_at,
        delivery=delivery,
        application=application,
        undone_by=keys.deleted(message.mid),
        standby=notice.standby,
    )


def deleted(notice: Notice, message_id: str, *, about: str) -> MessageDeleted | UnknownEvent:
    """Return that a message was taken back; without an id or a customer nobody can tell which."""
    if not message_id or not notice.customer:
        return notice.unknown("unsend_of_nothing")
    # Told in standby or to us, it is one unsend, of whatever told of the message.
    told = keys.traces(message_id)
    return MessageDeleted(
        key=keys.deleted(message_id),
        account=notice.account,
        contact=notice.contact,
        message_id=message_id,
        about=notice.key(about),
        occurred_at=notice.occurred_at,
        traces=(*told, *map(keys.standby, told)),
    )


def content(message: Message, *, prior: PriorMessage | None = None) -> Content:
    """Return everything that a message carries: text, files, and what is neither."""
    text = message.text or _chosen(message)
    found = files(message.attachments)
    # Of files that cannot be had the kind is all that is known.
    is_shown = bool(text) or any(file.url for file in found)
    parts = [
        part
        for attachment in message.attachments
        if not ((is_file(attachment) and is_shown) or attachments.is_said(attachment, text))
        for part in attachments.parts(attachment)
    ]
    parts += _around(message, prior or PriorMessage())
    if not text and not (found and is_shown) and not parts:
        parts = [unsupported("unsupported" if message.is_unsupported else "message")]
    return Content(text=text, files=found if is_shown else (), parts=tuple(parts))


def _chosen(message: Message) -> str:
    """Return what stands for the text where a customer chose something that has none."""
    commands = (f"/{command.name}" for command in message.commands if command.name)
    return next(commands, message.quick_reply.payload)


def _around(message: Message, prior: PriorMessage) -> Sequence[Part]:
    """Return what a message is about: a story that it answers, from where the customer came."""
    story = message.reply_to.story
    found = []
    if story.url or story.id:
        found.append(Part(word="story_reply", values={"url": story.url}))
    found += referrals.parts(message.referral)
    if prior.source:
        found.append(Part(word="referral", values={"what": prior.source}))
    return found


def _of_ours(content: Content) -> Content:
    """Return the content of an echo: there it is the account that shared a story."""
    parts = tuple(
        Part(word="story", values=part.values) if part.word in _OF_CUSTOMERS else part
        for part in content.parts
    )
    return Content(text=content.text, files=content.files, parts=parts)
