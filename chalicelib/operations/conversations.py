"""The conversations: a list of them, and the story of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from chalicelib.domain.changes import Delivery, MessageKept, Sent
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Direction, Message, Status, highest
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.storage.audit import TableAudit

_TO_THE_CUSTOMER = frozenset({Direction.OUT, Direction.OUTSIDE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """
    A conversation of the list.

    `open_work` counts what must still go out, parked work included; `last_at` is when something
    was last recorded, in ms since the epoch.
    """

    conversation: Conversation
    open_work: int
    last_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """
    Something that was said; `status` is None where it was not said to the customer.

    `ended` is how sending it ended, and `work` what is still to be done with it: written into the
    ticket, or sent.
    """

    sequence: int
    message: Message
    status: Status | None
    ended: Delivery | None = None
    work: Work | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A conversation, what was said in sequence, and what must still go out."""

    conversation: Conversation
    said: Sequence[Said]
    open_work: Sequence[Work]


def conversations(audit: TableAudit, *, most: int) -> list[Listed]:
    """
    Return up to `most` conversations, those first in which something was recorded last.

    Costs a scan of the table; raises TransientError where the table does not answer.
    """
    found: list[Conversation] = []
    open_work: Counter[str] = Counter()
    last: dict[str, int] = {}
    for row in audit.everything():
        match row:
            case Conversation():
                found.append(row)
            case Work():
                open_work[row.conversation_id] += 1
            case MessageKept():
                at = row.message.recorded_at
                last[row.conversation_id] = max(at, last.get(row.conversation_id, 0))
            case _:
                continue
    listed = [
        Listed(conversation=each, open_work=open_work[each.id], last_at=last.get(each.id, 0))
        for each in found
    ]
    return sorted(listed, key=lambda each: each.last_at, reverse=True)[:most]


def story(audit: TableAudit, conversation_id: str) -> Story | None:
    """
    Return the story of a conversation, None where there is none of that id.

    Raises TransientError where the table does not answer.
    """
    found = _Found()
    for row in audit.conversation(conversation_id):
        match row:
            case Conversation():
                found.conversation = row
            case Work():
                found.work.append(row)
            case MessageKept():
                found.messages.append(row)
            case Delivery():
                found.deliveries[row.sequence] = row
            case Sent():
                found.sent.setdefault(row.sequence, []).append(row)
            case _:
                continue
    return found.story()


@dataclass(slots=True)
class _Found:
    """The rows of one conversation."""

    conversation: Conversation | None = None
    work: list[Work] = field(default_factory=list)
    messages: list[MessageKept] = field(default_factory=list)
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    sent: dict[int, list[Sent]] = field(default_factory=dict)

    def story(self) -> Story | None:
        if self.conversation is None:
            return None
        said = [
            Said(
                sequence=kept.sequence,
                message=kept.message,
                status=self._status(self.conversation, kept.sequence)
                if kept.message.direction in _TO_THE_CUSTOMER
                else None,
                ended=self.deliveries.get(kept.sequence),
                work=next((w for w in self.work if w.sequence == kept.sequence), None),
            )
            for kept in self.messages
        ]
        return Story(conversation=self.conversation, said=said, open_work=self.work)

    def _status(self, conversation: Conversation, sequence: int) -> Status:
        """Return the highest rung that the end of the send, receipts and watermarks tell of."""
        sent = self.sent.get(sequence, ())
        told = {status for each in sent for status in each.receipts}
        if sequence in self.deliveries:
            told.add(self.deliveries[sequence].status)
        if self._is_unconfirmed(sequence):
            told.add(Status.UNCONFIRMED)
        status = highest(told)
        if status is Status.FAILED:
            # A watermark covers what was sent: this was not.
            return status
        sent_at = max((each.sent_at for each in sent), default=0)
        return highest({status, *_passed(conversation, sent_at)})

    def _is_unconfirmed(self, sequence: int) -> bool:
        return any(
            (work.verb, work.sequence, work.stage) == (Verb.DELIVER, sequence, Stage.UNCONFIRMED)
            for work in self.work
        )


def _passed(conversation: Conversation, sent_at: int) -> Collection[Status]:
    """Return the watermarks that cover a message sent at a time (ms since the epoch; 0: never)."""
    marks = {
        Status.DELIVERED: conversation.delivered_until,
        Status.READ: conversation.read_until,
    }
    return [status for status, until in marks.items() if 0 < sent_at <= until]
