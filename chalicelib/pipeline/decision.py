"""What an event means for the store, and what decisions are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.changes import (
    Change,
    ClaimKey,
    MessageKept,
    Outcome,
    WorkAdded,
)
from chalicelib.domain.content import Content, File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Direction, Message
from chalicelib.domain.ticket import EntryKind
from chalicelib.domain.work import Verb, Work
from chalicelib.pipeline.wake import Wake

#: ms for which a claim is kept: an older item could be one that was seen before, so it is kept
#: and never sent out.
OLDEST = 14 * 86400 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    What becomes of an item: the changes to commit together with its claim, and whom to wake then.

    `sequence` is the first of the item's `parts` in the conversation.
    `reason` is a key of the words catalogue for what is parked, else what the item was. `alarm`
    says what an operator must be told. What is `secret` is not to be kept as it came: its author
    took it back. `forgets` are files to be deleted before the changes are committed. `line` is the
    key under which the item stands in the books, where it is not its own.
    """

    outcome: Outcome
    changes: Sequence[Change] = ()
    wakes: Sequence[Wake] = ()
    conversation_id: str = ""
    sequence: int = 0
    parts: int = 1
    reason: str = ""
    alarm: str = ""
    failure: str = ""
    secret: bool = False
    forgets: Sequence[File] = ()
    line: ClaimKey | None = None


def parked(reason: str) -> Decision:
    """Return the decision to keep an item until an operator acts."""
    return Decision(outcome=Outcome.PARKED, reason=reason)


def ignored(reason: str) -> Decision:
    """Return the decision to count an item, and to keep nothing of it."""
    return Decision(outcome=Outcome.IGNORED, reason=reason)


def in_view(decision: Decision, *, now: int) -> Decision:
    """
    Return a decision whose work the sweep finds, whatever becomes of the wake-ups; `now` is in ms.

    Else they are sent again with the item, which means the same each time it comes.
    """
    changes = [
        WorkAdded(replace(change.work, due_at=now)) if isinstance(change, WorkAdded) else change
        for change in decision.changes
    ]
    return replace(decision, changes=changes)


def note(
    after: Conversation, text: str, *, now: int, due_at: int = 0, owner: str = ""
) -> tuple[Conversation, list[MessageKept | WorkAdded]]:
    """
    Return what tells the agents something, as the next thing in the conversation.

    `after` is the conversation as the decision has it so far; the state returned is one number
    further. The caller commits the ConversationChanged that covers both, and wakes, if it gives no
    `due_at` (ms since the epoch). `owner` names the item that it is about, if that is another one.
    """
    after = replace(after, sequence=after.sequence + 1)
    message = Message(
        direction=Direction.NOTE, content=Content(text=text), occurred_at=now, recorded_at=now
    )
    work = Work(
        conversation_id=after.id,
        verb=Verb.FORWARD,
        sequence=after.sequence,
        text=text,
        occurred_at=now,
        kind=EntryKind.NOTE,
        due_at=due_at,
        owner=owner,
    )
    return after, [MessageKept(after.id, after.sequence, message), WorkAdded(work)]
