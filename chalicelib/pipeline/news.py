"""What news about a message or a customer means for the store, and what agents read of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    AliasAdded,
    Change,
    ConversationChanged,
    MessageKept,
    Outcome,
    SentKey,
    WorkAdded,
)
from chalicelib.domain.contact import by_trust
from chalicelib.domain.content import File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import (
    ConsentChanged,
    ContactChanged,
    ControlChanged,
    MessageDeleted,
    MessageEdited,
    Noticed,
    Reacted,
)
from chalicelib.domain.store import Found, Store
from chalicelib.domain.ticket import EntryKind
from chalicelib.domain.work import Verb
from chalicelib.pipeline.decision import OLDEST, Decision, note
from chalicelib.pipeline.forgetting import forget, raw_items
from chalicelib.pipeline.telling import files_of, lines, quote, told, transcript
from chalicelib.pipeline.wake import Wake
from chalicelib.pipeline.whose import SOMEBODY, Whose, is_undone, missed

News = (
    MessageEdited
    | MessageDeleted
    | Reacted
    | Noticed
    | ConsentChanged
    | ControlChanged
    | ContactChanged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsEvents:
    """What deciding needs."""

    store: Store

    def decide(
        self, event: News, *, account: Account, found: Found, now: int, came_at: int
    ) -> Decision:
        """
        Return what becomes of news; see `ChannelEvents.decide`.

        What concerns nobody we have talked to is kept, and shown nowhere.
        """
        conversation = Whose(store=self.store).conversation(found, event.contact)
        if isinstance(event, MessageEdited) and is_undone(event, found):
            # Its unsend was here first: nothing of it may be kept or shown.
            return Decision(outcome=Outcome.RECORDED, reason="taken_back", secret=True)
        if conversation is None:
            changes = raw_items(event, found) if isinstance(event, MessageDeleted) else []
            return Decision(outcome=Outcome.RECORDED, changes=changes, reason=_name(event))
        telling = _Telling(
            store=self.store,
            account=account,
            found=found,
            conversation=conversation,
            now=now,
            reason=_name(event),
            is_old=came_at - event.occurred_at > OLDEST,
        )
        return telling.of(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """One piece of news about a conversation, as it is."""

    store: Store
    account: Account
    found: Found
    conversation: Conversation
    now: int
    reason: str
    is_old: bool

    def of(self, event: News) -> Decision:  # noqa: PLR0911 - a table, one case per event
        match event:
            case MessageEdited():
                text = told(event.content, language=self._language)
                values = {"quote": self._quote(event), "text": text}
                return self._tell("edited", values, message_id=event.message_id, item=event.key)
            case MessageDeleted():
                return self._forget(event)
            case Reacted():
                word = "reacted" if event.emoji else "reaction_removed"
                values = {"quote": self._quote(event), "emoji": event.emoji}
                return self._tell(word, values, after=self._heard(event))
            case Noticed():
                return self._tell(event.word, event.values, after=self._heard(event))
            case ConsentChanged():
                return self._consent(event)
            case ControlChanged():
                return self._hand_over(event)
            case ContactChanged():
                return self._rename(event)
            case _:
                assert_never(event)

    def _forget(self, event: MessageDeleted) -> Decision:
        """Forget everything that a message said, and tell that it was taken back."""
        forgotten = forget(
            event,
            self.conversation,
            found=self.found,
            store=self.store,
            language=self._language,
        )
        decision = self._tell(_taken_back(event, self.found, is_known=forgotten.is_known))
        changes = [*decision.changes, *forgotten.changes]
        return replace(decision, changes=changes, forgets=forgotten.files)

    def _heard(self, event: Reacted | Noticed) -> Conversation:
        """Return the conversation, in which the customer was heard if the platform takes it so."""
        before = self.conversation
        if not event.opens_window or event.occurred_at <= before.last_inbound_at:
            return before
        return replace(before, last_inbound_at=event.occurred_at)

    def _hand_over(self, event: ControlChanged) -> Decision:
        before = self.conversation
        if event.occurred_at < before.owner_at:
            return self._handed_over_before(event)
        after = replace(before, owner=event.owner, owner_at=event.occurred_at)
        if event.owner:
            return self._tell("handed_over", {"owner": event.owner}, after=after)
        if not self.conversation.standby_from:
            return self._tell("handed_back", {"summary": event.summary}, after=after)
        return self._with_transcript(replace(after, standby_from=0), event.summary)

    def _handed_over_before(self, event: ControlChanged) -> Decision:
        """Decide on a change of hands since which somebody was seen to hold the conversation."""
        before = self.conversation
        if event.summary and not event.owner:
            return self._tell("handed_back", {"summary": event.summary})
        # A message in standby does not say who holds it; this may.
        owner = (event.owner or before.owner) if before.owner == SOMEBODY else before.owner
        return self._decision(replace(before, owner=owner), [])

    def _with_transcript(self, after: Conversation, summary: str) -> Decision:
        """Show what was said while another application held the conversation, as one entry."""
        before = self.conversation
        since = missed(self.store, before)
        said = transcript(since, name=before.contact.name, language=self._language)
        after, changes = note(after, lines(said, summary), now=self.now)
        # What the customer said is a part of the conversation, not a remark about it.
        shown = [_as_comment(change, files_of(since)) for change in changes]
        return self._decision(after, shown)

    def _consent(self, event: ConsentChanged) -> Decision:
        before = self.conversation
        if event.occurred_at < before.consent_at:
            return self._decision(before, [])
        after = replace(before, opted_out=event.opted_out, consent_at=event.occurred_at)
        return self._tell("opted_out" if event.opted_out else "opted_in", after=after)

    def _rename(self, event: ContactChanged) -> Decision:
        """Add new names, most trusted first; one that is somebody's already stays theirs."""
        known, here = self.conversation.contact, self.conversation.id
        mine = [name for name in event.names if self.found.aliases.get(name, here) == here]
        contact = replace(known, aliases=by_trust(*mine, *known.aliases))
        word = event.word if len(mine) == len(event.names) else "name_of_another"
        decision = self._tell(word, after=replace(self.conversation, contact=contact))
        free = [name for name in mine if name not in self.found.aliases]
        added = [AliasAdded(event.account, name, here) for name in free]
        return replace(decision, changes=[*decision.changes, *added])

    def _tell(
        self,
        word: str,
        values: Mapping[str, str] | None = None,
        *,
        after: Conversation | None = None,
        message_id: str = "",
        item: str = "",
    ) -> Decision:
        """Decide to write a note, where there is a ticket, or will be, that it can stand in."""
        after = after or self.conversation
        if self.is_old or not self._is_shown:
            return self._decision(after, [])
        text = words.say(self._language, f"note.{word}", **(values or {}))
        after, changes = note(after, text, now=self.now)
        named = [_named(change, message_id, item) for change in changes]
        return self._decision(after, named)

    @property
    def _is_shown(self) -> bool:
        """Return whether a ticket shows something of the conversation, or is about to."""
        return self.conversation.link is not None or self.conversation.standby_from != 1

    def _decision(self, after: Conversation, changes: Sequence[Change]) -> Decision:
        before = self.conversation
        changed = [ConversationChanged(before, after)] if after != before else []
        shown = after.sequence > before.sequence
        return Decision(
            outcome=Outcome.FORWARD if shown else Outcome.RECORDED,
            changes=[*changed, *changes],
            wakes=[Wake(Verb.FORWARD, before.id)] if shown else [],
            conversation_id=before.id,
            sequence=after.sequence if shown else 0,
            reason=self.reason,
        )

    def _quote(self, event: MessageEdited | Reacted) -> str:
        subject = Whose(store=self.store).subject(
            self.found, self.conversation, event, message_id=event.message_id
        )
        return quote(subject.message if subject else None, language=self._language)

    @property
    def _language(self) -> str:
        return self.account.language


def _taken_back(event: MessageDeleted, found: Found, *, is_known: bool) -> str:
    """Return the word for an unsend; a reply of ours is the business's own to take back."""
    sent = found.sent.get(SentKey(event.account, event.message_id))
    if sent is not None and sent.conversation_id and not is_known:
        return "reply_taken_back"
    return "taken_back" if is_known else "taken_back_unknown"


def _name(event: News) -> str:
    return event.word if isinstance(event, Noticed) else type(event).__name__


def _named(change: MessageKept | WorkAdded, message_id: str, item: str) -> MessageKept | WorkAdded:
    """Return a note's changes so that an unsend of the message finds what the note says of it."""
    if isinstance(change, WorkAdded) or not message_id:
        return change
    message = replace(change.message, message_id=message_id, item=item)
    return replace(change, message=message)


def _as_comment(
    change: MessageKept | WorkAdded, files: tuple[File, ...]
) -> MessageKept | WorkAdded:
    if isinstance(change, MessageKept):
        return change
    return WorkAdded(replace(change.work, kind=EntryKind.COMMENT, files=files))
