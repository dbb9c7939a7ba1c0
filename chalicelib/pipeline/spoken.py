"""What was said on a channel, as a message of its conversation, and the conversation after it."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.contact import merged
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import MessageEchoed, MessageReceived
from chalicelib.domain.message import Direction, Message
from chalicelib.pipeline.whose import SOMEBODY


def message_of(
    event: MessageReceived | MessageEchoed, direction: Direction, *, author: str, now: int
) -> Message:
    """Return what was said; `now` is in ms since the epoch."""
    return Message(
        direction=direction,
        content=event.content,
        occurred_at=event.occurred_at,
        recorded_at=now,
        message_id=event.message_id,
        author=author,
        reply_to=event.reply_to if isinstance(event, MessageReceived) else "",
        item=event.key,
        standby=event.standby,
    )


def spoken(
    before: Conversation, event: MessageReceived | MessageEchoed, message: Message
) -> Conversation:
    """Return a conversation in which one more thing was said."""
    sequence = before.sequence + 1
    # Only who holds the conversation gets its messages.
    holder = (before.owner or SOMEBODY) if event.standby else ""
    after = replace(
        before,
        contact=merged(
            before.contact, event.contact, is_newer=event.occurred_at >= before.last_inbound_at
        ),
        sequence=sequence,
        owner=holder if event.occurred_at >= before.owner_at else before.owner,
        owner_at=max(event.occurred_at, before.owner_at),
        standby_from=(before.standby_from or sequence) if event.standby else 0,
    )
    if message.direction is Direction.OUTSIDE:
        return replace(after, unanswered_since=0)
    if message.direction is not Direction.IN or event.occurred_at < before.last_inbound_at:
        return after
    # Whoever holds the conversation answers it; we only listen.
    since = 0 if event.standby else before.unanswered_since or event.occurred_at
    return replace(
        after,
        last_inbound_at=event.occurred_at,
        last_inbound_id=event.message_id or before.last_inbound_id,
        unanswered_since=since,
    )
