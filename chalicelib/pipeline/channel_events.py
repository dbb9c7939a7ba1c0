"""What each event of a channel means for the store; the messages among them are decided here."""

from __future__ import annotations

from collections.abc import Callable
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
from chalicelib.domain.contact import Contact, merged
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import (
    AccountChanged,
    ChannelEvent,
    ChannelEventIgnored,
    ConsentChanged,
    ContactChanged,
    ControlChanged,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    Noticed,
    Reacted,
    StatusChanged,
    UnknownEvent,
    WatermarkReached,
)
from chalicelib.domain.message import Direction, Message, Status
from chalicelib.domain.store import Found, Store
from chalicelib.domain.ticket import EntryKind
from chalicelib.domain.work import Verb, Work
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.decision import OLDEST, Decision, ignored, parked
from chalicelib.pipeline.news import NewsEvents
from chalicelib.pipeline.receipts import ReceiptEvents
from chalicelib.pipeline.telling import TAKEN_BACK, files_of, lines, quote, told, transcript
from chalicelib.pipeline.wake import Wake
from chalicelib.pipeline.whose import SOMEBODY, Whose, is_undone, missed

#: The option of an account under which public comments become tickets, and its value for that.
COMMENTS, AS_TICKETS = "comments", "tickets"

#: Whose words an entry of a ticket shows.
_KINDS = {Direction.IN: EntryKind.COMMENT, Direction.OUTSIDE: EntryKind.OUTSIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvents:
    """What deciding needs; `new_id` names a new conversation."""

    store: Store
    confirmer: Confirmer
    new_id: Callable[[], str]

    def decide(  # noqa: PLR0911 - a table, one case per event
        self, event: ChannelEvent, *, account: Account, found: Found, now: int, came_at: int
    ) -> Decision:
        """
        Return what becomes of an event of an account; `now` is in ms since the epoch.

        `came_at` is since when the books know it: an older event could be one that they forgot.
        `found` is what the store holds under the event's names and ids. Decides from what it reads
        and writes nothing: committing the decision conflicts where that has changed meanwhile.
        """
        if _is_comment(event) and account.options.get(COMMENTS) != AS_TICKETS:
            return ignored("comment")
        match event:
            case MessageReceived():
                return self._received(event, account, found, now=now, came_at=came_at)
            case MessageEchoed():
                return self._echoed(event, account, found, now=now, came_at=came_at)
            case StatusChanged() | WatermarkReached():
                receipts = ReceiptEvents(store=self.store, confirmer=self.confirmer)
                return receipts.decide(event, account=account, found=found, now=now)
            case (
                MessageEdited()
                | MessageDeleted()
                | Reacted()
                | Noticed()
                | ConsentChanged()
                | ControlChanged()
                | ContactChanged()
            ):
                news = NewsEvents(store=self.store)
                return news.decide(event, account=account, found=found, now=now, came_at=came_at)
            case AccountChanged():
                return _of_account(event)
            case UnknownEvent():
                return Decision(outcome=Outcome.RECORDED, reason=event.kind)
            case ChannelEventIgnored():
                return ignored(event.kind)
            case _:
                assert_never(event)

    def _received(
        self, event: MessageReceived, account: Account, found: Found, *, now: int, came_at: int
    ) -> Decision:
        undone = is_undone(event, found)
        if undone:
            # Its unsend was here first: nothing of it may be kept or shown.
            event = replace(event, content=TAKEN_BACK)
        message = _message(event, Direction.IN, author=event.contact.name, now=now)
        text = told(event.content, language=account.language)
        decision = self._said(event, message, text, account, found=found, came_at=came_at)
        return replace(decision, secret=undone)

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
        conversation = Whose(store=self.store).conversation(found, event.contact)
        ours = self.confirmer.by_reference(event.account, event.delivery, learnt, account, now=now)
        text = told(event.content, language=account.language)
        # An echo that names its application would carry our reference, if it were ours.
        if ours is None and conversation is not None and not event.application:
            ours = self.confirmer.by_text(conversation, text, learnt, now)
        if ours is not None:
            return ours
        undone = is_undone(event, found)
        if undone:
            event = replace(event, content=TAKEN_BACK)
        message = _message(event, Direction.OUTSIDE, author="", now=now)
        text = told(event.content, language=account.language)
        shown = words.say(account.language, "sent_outside", text=text)
        decision = self._said(event, message, shown, account, found=found, came_at=came_at)
        learnt = replace(
            learnt, conversation_id=decision.conversation_id, sequence=decision.sequence
        )
        changes = [*decision.changes, SentLearnt(learnt, only_if_new=True)]
        return replace(decision, changes=changes, secret=undone)

    def _said(
        self,
        event: MessageReceived | MessageEchoed,
        message: Message,
        text: str,
        account: Account,
        *,
        found: Found,
        came_at: int,
    ) -> Decision:
        """Decide to keep what was said and, unless another application answers, to show it."""
        known = Whose(store=self.store).conversation(found, event.contact)
        before = known or Conversation(
            id=self.new_id(), account=event.account, contact=event.contact
        )
        after = _spoken(before, event, message)
        kept = MessageKept(after.id, after.sequence, message)
        changes: list[Change] = [
            ConversationChanged(before, after) if known else ConversationOpened(after),
            *(
                AliasAdded(event.account, alias, after.id)
                for alias in event.contact.aliases
                if alias not in found.aliases
            ),
            kept,
        ]
        decision = Decision(
            outcome=Outcome.RECORDED,
            changes=changes,
            conversation_id=after.id,
            sequence=after.sequence,
            reason="standby" if event.standby else "too_old",
        )
        if event.standby or came_at - event.occurred_at > OLDEST:
            return decision
        since = missed(self.store, before)
        told_before = transcript(since, name=before.contact.name, language=account.language)
        work = Work(
            conversation_id=after.id,
            verb=Verb.FORWARD,
            sequence=after.sequence,
            text=lines(told_before, self._quoted(before, event, account, found), text),
            occurred_at=message.occurred_at,
            kind=_KINDS[message.direction],
            author=message.author,
            files=(*files_of(since), *message.content.files),
        )
        return replace(
            decision,
            outcome=Outcome.FORWARD,
            changes=[*changes, WorkAdded(work)],
            wakes=[Wake(Verb.FORWARD, after.id)],
            reason="",
        )

    def _quoted(
        self,
        conversation: Conversation,
        event: MessageReceived | MessageEchoed,
        account: Account,
        found: Found,
    ) -> str:
        """Return what a message answers."""
        if not isinstance(event, MessageReceived) or not event.reply_to:
            return ""
        subject = Whose(store=self.store).subject(
            found,
            conversation,
            account=event.account,
            about=event.about,
            message_id=event.reply_to,
        )
        return quote(subject.message if subject else None, language=account.language)


def without_account(event: ChannelEvent) -> Decision:
    """
    Return what becomes of an event of an account that nobody configured.

    It is parked, unless it is news of the account itself: a business account stands above those
    that are configured, and what befalls it befalls them. Nobody configures what tests name.
    """
    if isinstance(event, ChannelEventIgnored):
        return ignored(event.kind)
    return _of_account(event) if isinstance(event, AccountChanged) else parked("no_account")


def _of_account(event: AccountChanged) -> Decision:
    alarm = "account news" if event.alarm else ""
    return Decision(outcome=Outcome.RECORDED, reason=event.kind, alarm=alarm)


def _spoken(
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
    if message.direction is not Direction.IN or event.occurred_at < before.last_inbound_at:
        return after
    return replace(
        after,
        last_inbound_at=event.occurred_at,
        last_inbound_id=event.message_id or before.last_inbound_id,
    )


def _is_comment(event: ChannelEvent) -> bool:
    contact: Contact | None = getattr(event, "contact", None)
    return contact is not None and contact.is_public


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
        item=event.key,
        standby=event.standby,
    )
