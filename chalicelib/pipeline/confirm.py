"""Confirming a send by what the platform tells back: an echo or a status that is of our message."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib import words
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.changes import (
    Change,
    ConversationChanged,
    Delivery,
    DeliveryEnded,
    Outcome,
    Sent,
    SentKey,
    SentLearnt,
    WorkDone,
)
from chalicelib.domain.commands import AnswerPrivately, command
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import MessageEchoed
from chalicelib.domain.message import Status
from chalicelib.domain.store import Found, Store
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.pipeline.decision import Decision, note
from chalicelib.pipeline.wake import Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmer:
    """Decides that a message told back is a send of ours, whatever became of its answer."""

    store: Store

    def by_reference(
        self, ref: AccountRef, reference: str, learnt: Sent, account: Account, *, now: int
    ) -> Decision | None:
        """
        Return the decision for a message that carries our reference; None where it is not ours.

        `learnt` is what the echo or status tells of the message. Not ours is also a reference to
        another account's conversation.
        """
        conversation_id, _, number = reference.rpartition(".")
        if not conversation_id or not number.isdecimal():
            return None
        sequence = int(number)
        conversation, work = self.store.open_work(conversation_id)
        if conversation is None or conversation.account != ref:
            return None
        waiting = next((w for w in work if w.verb is Verb.DELIVER and w.sequence == sequence), None)
        if waiting is not None:
            return _confirmed(waiting, learnt, now)
        ended = self.store.delivery(conversation_id, sequence)
        if ended is None:
            return None
        learnt = replace(learnt, conversation_id=conversation_id, sequence=sequence)
        changes: list[Change] = [SentLearnt(learnt)]
        wakes: list[Wake] = []
        if ended.status is Status.UNCONFIRMED and Status.FAILED not in learnt.receipts:
            reply = self.store.message(conversation_id, sequence)
            said = reply.content.said if reply else ""
            text = words.say(account.language, "arrived_after_all", text=said)
            after, told = note(conversation, text, now=now)
            changes += [
                _accepted(conversation_id, sequence, learnt, now),
                ConversationChanged(conversation, after),
                *told,
            ]
            wakes = [Wake(Verb.FORWARD, conversation_id)]
        return Decision(
            outcome=Outcome.RECORDED,
            changes=changes,
            wakes=wakes,
            conversation_id=conversation_id,
            sequence=sequence,
            reason="confirmed",
        )

    def by_words(
        self, event: MessageEchoed, found: Found, learnt: Sent, now: int
    ) -> Decision | None:
        """
        Return the decision for an echo that carries nothing of ours, and names who is not known.

        That is so of private answers to comments. While one of the same words is under way on the
        account, the echo is taken to be of it; `found` holds what was announced.
        """
        for key in words_of(event):
            known = found.sent.get(key)
            _, work = self.store.open_work(known.conversation_id) if known else (None, [])
            for each in work:
                if known and each.sequence == known.sequence and _is_under_way(each):
                    return _confirmed(each, learnt, now)
        return None

    def by_text(
        self, conversation: Conversation, text: str, learnt: Sent, now: int
    ) -> Decision | None:
        """
        Return the decision for an echo that carries nothing of ours (Instagram's).

        While a send of the same text is under way or unanswered, the echo is taken to be of it.
        """
        _, work = self.store.open_work(conversation.id)
        for each in work:
            if _is_under_way(each) and each.text.strip() == text.strip():
                return _confirmed(each, learnt, now)
        return None


def announced(work: Work, account: Account) -> list[Change]:
    """
    Return what lets an echo of a send find it that names nobody whom the conversation knows.

    It is written before the send: the echo may be faster than the answer.
    """
    match command(work.text, starts=()) if work.asks else None:
        case AnswerPrivately(text):
            key = SentKey.of_words(account.ref, text)
            sequence = work.sequence
            return [
                SentLearnt(Sent(key=key, conversation_id=work.conversation_id, sequence=sequence))
            ]
        case _:
            return []


def words_of(event: MessageEchoed) -> list[SentKey]:
    """Return what an echo may be announced under; one that tells more of itself is known by that."""
    if event.delivery or event.application or not event.content.text:
        return []
    return [SentKey.of_words(event.account, event.content.text)]


def _is_under_way(work: Work) -> bool:
    return work.verb is Verb.DELIVER and work.stage is not Stage.READY


def _confirmed(work: Work, learnt: Sent, now: int) -> Decision:
    learnt = replace(learnt, conversation_id=work.conversation_id, sequence=work.sequence)
    return Decision(
        outcome=Outcome.RECORDED,
        changes=[
            WorkDone(work),
            _accepted(work.conversation_id, work.sequence, learnt, now),
            SentLearnt(learnt),
        ],
        # Sends behind it wait for its time, which nothing watches any more.
        wakes=[Wake(Verb.DELIVER, work.conversation_id)] if work.due_at else [],
        conversation_id=work.conversation_id,
        sequence=work.sequence,
        reason="confirmed",
    )


def _accepted(conversation_id: str, sequence: int, learnt: Sent, now: int) -> DeliveryEnded:
    return DeliveryEnded(
        Delivery(
            conversation_id=conversation_id,
            sequence=sequence,
            status=Status.ACCEPTED,
            changed_at=now,
            message_id=learnt.key.message_id,
        )
    )
