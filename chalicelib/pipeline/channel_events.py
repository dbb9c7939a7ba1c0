"""What each event of a channel means for the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    AliasAdded,
    Change,
    ConversationChanged,
    ConversationOpened,
    MessageKept,
    Outcome,
    Sent,
    SentKey,
    SentLearnt,
    WorkAdded,
)
from chalicelib.domain.contact import Contact
from chalicelib.domain.content import Content, Files, Text, Unsupported
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import (
    ChannelEvent,
    MessageEchoed,
    MessageReceived,
    StatusChanged,
    UnknownEvent,
    WatermarkReached,
)
from chalicelib.domain.message import Direction, Message, Status, highest
from chalicelib.domain.store import Found, Store
from chalicelib.domain.work import Verb, Work
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.decision import OLDEST, Decision, note
from chalicelib.pipeline.wake import Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvents:
    """What deciding needs; `new_id` names a new conversation."""

    store: Store
    confirmer: Confirmer
    new_id: Callable[[], str]

    def decide(
        self, event: ChannelEvent, *, account: Account, found: Found, now: int, came_at: int
    ) -> Decision:
        """
        Return what becomes of an event of an account; `now` is in ms since the epoch.

        `came_at` is since when the books know it: an older event could be one that they forgot.
        `found` is what the store holds under the event's names and ids. Decides from what it reads
        and writes nothing: committing the decision conflicts where that has changed meanwhile.
        """
        match event:
            case MessageReceived():
                return self._received(event, account, found, now=now, came_at=came_at)
            case MessageEchoed():
                return self._echoed(event, account, found, now=now, came_at=came_at)
            case StatusChanged():
                return self._status(event, account, found, now)
            case WatermarkReached():
                return self._watermark(event, found)
            case UnknownEvent():
                return Decision(outcome=Outcome.RECORDED, reason=event.kind)
            case _:
                assert_never(event)

    def _received(
        self, event: MessageReceived, account: Account, found: Found, *, now: int, came_at: int
    ) -> Decision:
        message = _message(event, Direction.IN, author=event.contact.name, now=now)
        text = _text(event.content, account)
        return self._said(event, message, text, found=found, came_at=came_at)

    def _echoed(
        self, event: MessageEchoed, account: Account, found: Found, *, now: int, came_at: int
    ) -> Decision:
        key = SentKey(event.account, event.message_id)
        known = found.sent.get(key)
        learnt = Sent(key=key, sent_at=event.occurred_at, receipts=frozenset({Status.SENT}))
        if known is not None and known.conversation_id:
            return Decision(
                outcome=Outcome.RECORDED,
                changes=[SentLearnt(learnt)],
                conversation_id=known.conversation_id,
                sequence=known.sequence,
                reason="echo",
            )
        conversation = self._conversation(found, event.contact)
        ours = self.confirmer.by_reference(event.account, event.delivery, learnt, account, now=now)
        # An echo that names its application would carry our reference, if it were ours.
        if ours is None and conversation is not None and not event.application:
            ours = self.confirmer.by_text(conversation, _text(event.content, account), learnt, now)
        if ours is not None:
            return ours
        message = _message(event, Direction.OUTSIDE, author="", now=now)
        text = words.say(account.language, "sent_outside", text=_text(event.content, account))
        decision = self._said(event, message, text, found=found, came_at=came_at)
        learnt = replace(
            learnt, conversation_id=decision.conversation_id, sequence=decision.sequence
        )
        return replace(decision, changes=[*decision.changes, SentLearnt(learnt, only_if_new=True)])

    def _status(self, event: StatusChanged, account: Account, found: Found, now: int) -> Decision:
        key = SentKey(event.account, event.message_id)
        known = found.sent.get(key, Sent(key=key))
        learnt = Sent(key=key, receipts=frozenset({event.status}), reason=event.reason)
        ours = None
        if not known.conversation_id:
            ours = self.confirmer.by_reference(
                event.account, event.delivery, learnt, account, now=now
            )
        decision = ours or Decision(
            outcome=Outcome.RECORDED,
            changes=[SentLearnt(learnt)],
            conversation_id=known.conversation_id,
            sequence=known.sequence,
            reason="status",
        )
        is_news = event.status not in known.receipts
        failed = highest(known.receipts | {event.status}) is Status.FAILED
        if event.status is Status.FAILED and is_news and failed and decision.conversation_id:
            return self._with_failure_note(decision, event, account, now)
        return decision

    def _with_failure_note(
        self, decision: Decision, event: StatusChanged, account: Account, now: int
    ) -> Decision:
        changed = [c for c in decision.changes if isinstance(c, ConversationChanged)]
        before = changed[0].before if changed else self.store.conversation(decision.conversation_id)
        if before is None:
            return decision
        reason = words.say(account.language, f"reason.{event.reason}", detail=event.detail)
        text = words.say(account.language, "not_delivered", reason=reason)
        after, told = note(changed[0].after if changed else before, text, now=now)
        others = [c for c in decision.changes if c not in changed]
        return replace(
            decision,
            changes=[*others, ConversationChanged(before, after), *told],
            wakes=[*decision.wakes, Wake(Verb.FORWARD, before.id)],
        )

    def _watermark(self, event: WatermarkReached, found: Found) -> Decision:
        changes: list[Change] = []
        until = event.until
        if event.message_id:
            key = SentKey(event.account, event.message_id)
            changes.append(SentLearnt(Sent(key=key, receipts=frozenset({event.status}))))
            until = until or found.sent.get(key, Sent(key=key)).sent_at
        conversation = self._conversation(found, event.contact)
        if conversation is not None:
            after = _with_watermark(conversation, event.status, until)
            if after != conversation:
                changes.append(ConversationChanged(conversation, after))
        return Decision(
            outcome=Outcome.RECORDED,
            changes=changes,
            conversation_id=conversation.id if conversation else "",
            reason="watermark",
        )

    def _said(
        self,
        event: MessageReceived | MessageEchoed,
        message: Message,
        text: str,
        *,
        found: Found,
        came_at: int,
    ) -> Decision:
        """Decide to keep what was said and to show it in the ticket."""
        known = self._conversation(found, event.contact)
        before = known or Conversation(
            id=self.new_id(), account=event.account, contact=event.contact
        )
        is_inbound = message.direction is Direction.IN
        after = replace(
            before,
            contact=_merged(before.contact, event.contact),
            sequence=before.sequence + 1,
            last_inbound_at=max(before.last_inbound_at, event.occurred_at)
            if is_inbound
            else before.last_inbound_at,
        )
        changes: list[Change] = [
            ConversationChanged(before, after) if known else ConversationOpened(after),
            *(
                AliasAdded(event.account, alias, after.id)
                for alias in event.contact.aliases
                if alias not in found.aliases
            ),
            MessageKept(after.id, after.sequence, message),
        ]
        decision = Decision(
            outcome=Outcome.RECORDED,
            changes=changes,
            conversation_id=after.id,
            sequence=after.sequence,
            reason="too_old",
        )
        if came_at - event.occurred_at > OLDEST:
            return decision
        work = Work(
            conversation_id=after.id,
            verb=Verb.FORWARD,
            sequence=after.sequence,
            text=text,
            occurred_at=message.occurred_at,
            author=message.author,
            files=message.content.files if isinstance(message.content, Files) else (),
        )
        return replace(
            decision,
            outcome=Outcome.FORWARD,
            changes=[*changes, WorkAdded(work)],
            wakes=[Wake(Verb.FORWARD, after.id)],
            reason="",
        )

    def _conversation(self, found: Found, contact: Contact) -> Conversation | None:
        """Return the conversation of the most trusted name that is known."""
        ids = (found.aliases[alias] for alias in contact.aliases if alias in found.aliases)
        first = next(ids, None)
        return self.store.conversation(first) if first else None


def _message(
    event: MessageReceived | MessageEchoed, direction: Direction, *, author: str, now: int
) -> Message:
    return Message(
        direction=direction,
        content=event.content,
        occurred_at=event.occurred_at,
        recorded_at=now,
        message_id=event.message_id,
        author=author,
        reply_to=event.reply_to if isinstance(event, MessageReceived) else "",
    )


def _text(content: Content, account: Account) -> str:
    match content:
        case Text() | Files():
            return content.text
        case Unsupported():
            return words.say(account.language, "unsupported", kind=content.kind)


def _merged(known: Contact, shown: Contact) -> Contact:
    """Return the contact with the names that the item showed; what is known is never dropped."""
    new: Sequence[object] = [alias for alias in shown.aliases if alias not in known.aliases]
    if not new and shown.name in {"", known.name}:
        return known
    aliases = tuple(dict.fromkeys((*shown.aliases, *known.aliases)))
    return Contact(aliases=aliases, name=shown.name or known.name)


def _with_watermark(conversation: Conversation, status: Status, until: int) -> Conversation:
    if status is Status.READ:
        return replace(conversation, read_until=max(conversation.read_until, until))
    return replace(conversation, delivered_until=max(conversation.delivered_until, until))
