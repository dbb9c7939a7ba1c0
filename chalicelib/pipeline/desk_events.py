"""What each event of a helpdesk means for the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    Change,
    ConversationChanged,
    MessageKept,
    Outcome,
    WorkAdded,
)
from chalicelib.domain.content import Files, Text
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import DeskEvent, DeskEventIgnored, ReplyWritten, TicketChanged
from chalicelib.domain.message import Direction, Message
from chalicelib.domain.ports import Directory
from chalicelib.domain.store import Found, Store
from chalicelib.domain.work import Verb, Work
from chalicelib.pipeline.decision import OLDEST, Decision, note, parked
from chalicelib.pipeline.wake import Wake

MOST_FILES = 30  #: of one reply: each is two rows, and a transaction takes a hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvents:
    """What deciding needs."""

    store: Store
    directory: Directory

    def decide(
        self, event: DeskEvent, *, desk: str, found: Found, now: int, came_at: int
    ) -> Decision:
        """
        Return what becomes of an event of a desk; `now` is in ms since the epoch.

        `came_at` is since when the books know it, and `found` holds the conversation of the event's
        ticket. Writes nothing, like its
        counterpart for the channels.
        """
        match event:
            case ReplyWritten():
                return self._reply(event, desk, found, now=now, came_at=came_at)
            case TicketChanged():
                return self._ticket(event, found)
            case DeskEventIgnored():
                return Decision(outcome=Outcome.IGNORED, reason=event.kind)
            case _:
                assert_never(event)

    def _reply(
        self, event: ReplyWritten, desk: str, found: Found, *, now: int, came_at: int
    ) -> Decision:
        # What the ticket was created under: from the second ticket on, the id and a number.
        conversation_id = found.ticket or event.conversation_id.partition(".")[0]
        before = self.store.conversation(conversation_id) if conversation_id else None
        if before is None:
            return parked("no_ticket")
        account = self.directory.account(before.account)
        if account is None:
            return parked("no_account")
        # The desk that signed must be the one that the conversation belongs to.
        if desk != (before.link.desk if before.link else account.desk):
            return parked("foreign_ticket")
        if came_at - event.occurred_at > OLDEST:
            return parked("too_old")
        if not event.text.strip() and not event.files:
            return Decision(outcome=Outcome.IGNORED, reason="empty")
        return _replied(event, before, account, now)

    def _ticket(self, event: TicketChanged, found: Found) -> Decision:
        before = self.store.conversation(found.ticket) if found.ticket else None
        if before is None or before.link is None or before.link.ticket_id != event.ticket_id:
            return Decision(outcome=Outcome.IGNORED, reason="not_our_ticket")
        decision = Decision(
            outcome=Outcome.RECORDED, conversation_id=before.id, reason=event.status
        )
        if event.occurred_at < before.link.changed_at or event.status is before.link.status:
            return decision
        link = replace(before.link, status=event.status, changed_at=event.occurred_at)
        return replace(decision, changes=[ConversationChanged(before, replace(before, link=link))])


def _replied(event: ReplyWritten, before: Conversation, account: Account, now: int) -> Decision:
    """Decide to keep a reply and to send it: its text, then each file as a message of its own."""
    contents: list[Text | Files] = [Text(event.text)] if event.text.strip() else []
    contents += [Files("", (file,)) for file in event.files[:MOST_FILES]]
    changes: list[Change] = []
    for sequence, content in enumerate(contents, start=before.sequence + 1):
        message = Message(
            direction=Direction.OUT,
            content=content,
            occurred_at=event.occurred_at,
            recorded_at=now,
            comment_id=event.comment_id,
            author=event.agent,
        )
        work = Work(
            conversation_id=before.id,
            verb=Verb.DELIVER,
            sequence=sequence,
            text=content.text,
            occurred_at=event.occurred_at,
            author=event.agent,
            files=content.files if isinstance(content, Files) else (),
        )
        changes += [MessageKept(before.id, sequence, message), WorkAdded(work)]
    after = replace(before, sequence=before.sequence + len(contents))
    wakes = [Wake(Verb.DELIVER, before.id)]
    if len(event.files) > MOST_FILES:
        text = words.say(account.language, "too_many_files", most=str(MOST_FILES))
        after, told = note(after, text, now=now)
        changes += told
        wakes.append(Wake(Verb.FORWARD, before.id))
    return Decision(
        outcome=Outcome.DELIVER,
        changes=[ConversationChanged(before, after), *changes],
        wakes=wakes,
        conversation_id=before.id,
        sequence=before.sequence + 1,
        parts=len(contents),
    )
