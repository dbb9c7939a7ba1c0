"""A send that the platform has taken: what is noted of it, and of who it went to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    AliasAdded,
    Change,
    ConversationChanged,
    Delivery,
    DeliveryEnded,
    Sent,
    SentKey,
    SentLearnt,
    WorkDone,
)
from chalicelib.domain.contact import Alias
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.envelope import trace
from chalicelib.domain.message import Status
from chalicelib.domain.sending import Accepted
from chalicelib.domain.work import Verb, Work
from chalicelib.errors import Conflict
from chalicelib.pipeline.decision import note
from chalicelib.pipeline.drain import Line
from chalicelib.pipeline.wake import Wake, Wakeups


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What noting needs."""

    line: Line
    wakeups: Wakeups
    account: Account

    def note(
        self, before: Conversation, after: Conversation, work: Work, accepted: Accepted
    ) -> None:
        """
        Commit that a send was taken, whatever others have noted of it, and learn the person's names.

        `after` is the conversation as it is then.
        """
        self._sent(work, accepted.id, moved_on(before, after))
        self._tell(work, accepted.id, since=before.unanswered_since)
        self._learn(after, accepted.names)

    def _sent(self, work: Work, message_id: str, moved: Sequence[Change]) -> None:
        sent = Sent(
            key=SentKey(self.account.ref, message_id),
            conversation_id=work.conversation_id,
            sequence=work.sequence,
            # The platform's watermarks tell of its own, later, time.
            sent_at=work.started_at,
        )
        end = ended(work, self.line.clock(), Status.ACCEPTED, message_id=message_id)
        try:
            self.line.store.commit(WorkDone(work), end, SentLearnt(sent), *moved)
        except Conflict:
            # An echo or a status was faster than the answer, and has confirmed the send; or another
            # process found the mark and takes the send for unanswered, which it no longer is.
            unanswered = self.line.stored(work)
            if unanswered:
                self.line.store.commit(WorkDone(unanswered), end, SentLearnt(sent), *moved)
            elif not self._withdrawn(work, end, sent):
                self.line.store.commit(SentLearnt(sent), *moved)

    def _tell(self, work: Work, message_id: str, *, since: int) -> None:
        """Log that a send was taken, which answers what the customer wrote `since` (0: nothing)."""
        answered = {"answered_after": max(self.line.clock() - since, 0)} if since else {}
        self.line.log.info(
            "sent",
            channel=self.account.ref.channel,
            owner=work.owner,
            conversation=work.conversation_id,
            sequence=work.sequence,
            item=trace(message_id),
            **answered,
        )

    def _withdrawn(self, work: Work, end: DeliveryEnded, sent: Sent) -> bool:
        """Tell the agent that a send arrived which was given up meanwhile; return whether it was."""
        text = words.say(self.account.language, "arrived_after_all", text=work.said)
        while True:
            known = self.line.store.delivery(work.conversation_id, work.sequence)
            current = self.line.store.conversation(work.conversation_id)
            if known is None or current is None or known.status is not Status.UNCONFIRMED:
                return False
            now = self.line.clock()
            after, told = note(current, text, now=now, due_at=now, owner=work.owner)
            changed = ConversationChanged(current, after)
            with suppress(Conflict):  # the customer wrote meanwhile: the note takes the next number
                self.line.store.commit(end, SentLearnt(sent), changed, *told)
                self.wakeups.send([Wake(Verb.FORWARD, current.id)])
                return True

    def _learn(self, conversation: Conversation, names: Sequence[Alias]) -> None:
        """
        Keep the names by which the platform will tell of the person, behind those that we use.

        What is another conversation's already stays there: two people are never taken for one.
        """
        if set(names) <= set(conversation.contact.aliases):
            return
        current = self.line.store.conversation(conversation.id)
        known = current.contact.aliases if current else names
        new = [name for name in names if name not in known]
        if current is None or not new:
            return
        contact = replace(current.contact, aliases=(*known, *new))
        learnt = ConversationChanged(current, replace(current, contact=contact))
        aliases = [AliasAdded(self.account.ref, name, current.id) for name in new]
        try:
            self.line.store.commit(learnt, *aliases)
        except Conflict:
            self.line.log.info("names of another", conversation=conversation.id)


def ended(
    work: Work,
    now: int,
    status: Status,
    *,
    message_id: str = "",
    reason: str = "",
    detail: str = "",
) -> DeliveryEnded:
    """Return that a send ended; `now` is in ms since the epoch."""
    return DeliveryEnded(
        Delivery(
            conversation_id=work.conversation_id,
            sequence=work.sequence,
            status=status,
            changed_at=now,
            message_id=message_id,
            reason=reason,
            detail=detail,
        )
    )


def moved_on(before: Conversation, after: Conversation) -> list[Change]:
    """Return that a conversation moved on, where it did."""
    return [ConversationChanged(before, after)] if after != before else []
