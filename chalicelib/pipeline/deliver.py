"""Deliver: send what agents wrote to the customer, in sequence, each reply at most once."""

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
    WorkChanged,
    WorkDone,
)
from chalicelib.domain.contact import Alias
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.envelope import trace
from chalicelib.domain.message import Status
from chalicelib.domain.ports import Directory
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.errors import (
    AmbiguousError,
    ConfigurationError,
    Conflict,
    PermanentError,
    Refused,
    TransientError,
    Unauthorised,
)
from chalicelib.pipeline.decision import note
from chalicelib.pipeline.dispatch import Dispatch
from chalicelib.pipeline.drain import LONG_WAIT, MS, Line, Rest, TimeLeft, Wait, reason_of
from chalicelib.pipeline.wake import Wake, Wakeups

#: ms that an echo or a status may take to confirm a send whose answer was lost.
CONFIRMATION_TIME = 10 * 60 * MS
#: More attempts than a reply gets otherwise: a row that has more has waited for an operator.
WAITS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """What delivering needs."""

    line: Line
    directory: Directory
    wakeups: Wakeups
    dispatch: Dispatch

    def deliver(self, conversation_id: str, *, time_left: TimeLeft) -> Wait | None:
        """
        Send what is open in a conversation; only one process at a time may do so.

        Returns None when it can rest, else how long until it must be woken again. Raises
        TransientError where the store is not to be reached.
        """
        return self.line.drain(conversation_id, self._attempt, time_left=time_left)

    def _attempt(self, conversation: Conversation, work: Work) -> Conversation | Wait | Rest:
        now = self.line.clock()
        account = self.directory.account(conversation.account)
        if account is None:
            return self.line.park(conversation, work, "no_account")
        if work.stage is Stage.STARTED:
            # A process ended between the send and its answer: nobody knows whether it was sent.
            self._unconfirmed(work)
            return conversation
        if work.stage is Stage.UNCONFIRMED:
            # It does not hold up what comes after it: it may long have arrived.
            return conversation if work.due_at > now else self._give_up(conversation, work, account)
        if work.due_at > now:
            return Rest()
        return self._send(conversation, self.line.begin(work), account)

    def _send(
        self, conversation: Conversation, work: Work, account: Account
    ) -> Conversation | Wait | Rest:
        try:
            accepted = self.dispatch.send(conversation, work, account)
        except (Unauthorised, ConfigurationError) as error:
            return self._paused(conversation, work, account, error)
        except TransientError as error:
            if error.alarm and not work.attempts:
                self.line.log.alarm("sends held up", **_named(account))
            return self.line.put_off(work, error, stage=Stage.READY)
        except AmbiguousError:
            self._unconfirmed(work)
            return conversation
        except PermanentError as error:
            detail = error.detail if isinstance(error, Refused) else ""
            if isinstance(error, Refused) and error.alarm:
                self.line.log.alarm("sends refused", **_named(account), reason=error.reason)
            return self._refused(conversation, work, account, reason_of(error), detail)
        except Exception as error:  # noqa: BLE001 - it may have been sent, so only the agent can tell
            self.line.log.alarm(
                "send broke",
                conversation=work.conversation_id,
                sequence=work.sequence,
                error=type(error).__name__,
            )
            self._unconfirmed(work)
            return conversation
        self._sent(work, account, accepted.id)
        self._learn(conversation, account, accepted.names)
        return conversation

    def _paused(
        self, conversation: Conversation, work: Work, account: Account, error: Exception
    ) -> Wait | Rest:
        """
        Wait for an operator, who is told once per reply; the agents, when one wait was not enough.

        How often it was waited for an operator is counted from WAITS on: other failures are no
        reason to tell nobody.
        """
        waits = max(work.attempts - WAITS, 0)
        if not waits:
            kind = type(error).__name__
            self.line.log.alarm("token refused", **_named(account), error=kind)
        due_at = self.line.clock() + int(LONG_WAIT * MS)
        later = replace(work, stage=Stage.READY, attempts=WAITS + waits + 1, due_at=due_at)
        if waits != 1:
            self.line.change(work, later)
            return Rest()
        text = words.say(account.language, "waits_for_operator", text=work.said)
        self._told(conversation, work, text, WorkChanged(work, later))
        return Rest()

    def _sent(self, work: Work, account: Account, message_id: str) -> None:
        sent = Sent(
            key=SentKey(account.ref, message_id),
            conversation_id=work.conversation_id,
            sequence=work.sequence,
            # The platform's watermarks tell of its own, later, time.
            sent_at=work.started_at,
        )
        ended = self._ended(work, Status.ACCEPTED, message_id=message_id)
        try:
            self.line.store.commit(WorkDone(work), ended, SentLearnt(sent))
        except Conflict:
            # An echo or a status was faster than the answer, and has confirmed the send; or another
            # process found the mark and takes the send for unanswered, which it no longer is.
            unanswered = self.line.stored(work)
            if unanswered:
                self.line.store.commit(WorkDone(unanswered), ended, SentLearnt(sent))
            elif not self._withdrawn(work, account, ended, sent):
                self.line.store.commit(SentLearnt(sent))
        self.line.log.info(
            "sent",
            conversation=work.conversation_id,
            sequence=work.sequence,
            item=trace(message_id),
        )

    def _withdrawn(self, work: Work, account: Account, ended: DeliveryEnded, sent: Sent) -> bool:
        """Tell the agent that a send arrived which was given up meanwhile; return whether it was."""
        text = words.say(account.language, "arrived_after_all", text=work.said)
        while True:
            known = self.line.store.delivery(work.conversation_id, work.sequence)
            current = self.line.store.conversation(work.conversation_id)
            if known is None or current is None or known.status is not Status.UNCONFIRMED:
                return False
            now = self.line.clock()
            after, told = note(current, text, now=now, due_at=now)
            changed = ConversationChanged(current, after)
            with suppress(Conflict):  # the customer wrote meanwhile: the note takes the next number
                self.line.store.commit(ended, SentLearnt(sent), changed, *told)
                self.wakeups.send([Wake(Verb.FORWARD, current.id)])
                return True

    def _learn(self, conversation: Conversation, account: Account, names: Sequence[Alias]) -> None:
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
        aliases = [AliasAdded(account.ref, name, current.id) for name in new]
        try:
            self.line.store.commit(learnt, *aliases)
        except Conflict:
            self.line.log.info("names of another", conversation=conversation.id)

    def _unconfirmed(self, work: Work) -> None:
        self.line.log.warning(
            "send unconfirmed", conversation=work.conversation_id, sequence=work.sequence
        )
        due_at = work.started_at + CONFIRMATION_TIME
        unconfirmed = replace(work, stage=Stage.UNCONFIRMED, due_at=due_at)
        try:
            self.line.change(work, unconfirmed)
        except Conflict:
            # An echo or a status may have confirmed it meanwhile; else another process has it.
            if self.line.stored(work):
                raise

    def _give_up(self, conversation: Conversation, work: Work, account: Account) -> Conversation:
        """Tell the agent that a send was never confirmed: sending it again is theirs to decide."""
        text = words.say(account.language, "unconfirmed", text=work.said)
        ended = self._ended(work, Status.UNCONFIRMED)
        return self._told(conversation, work, text, WorkDone(work), ended)

    def _refused(
        self, conversation: Conversation, work: Work, account: Account, reason: str, detail: str
    ) -> Conversation:
        why = words.say(account.language, f"reason.{reason}", detail=detail)
        text = words.say(account.language, "not_sent", reason=why, text=work.said)
        self.line.log.info(
            "send refused",
            conversation=work.conversation_id,
            sequence=work.sequence,
            reason=reason,
        )
        ended = self._ended(work, Status.FAILED, reason=reason, detail=detail)
        return self._told(conversation, work, text, WorkDone(work), ended)

    def _told(
        self, conversation: Conversation, work: Work, text: str, *changes: Change
    ) -> Conversation:
        """Commit what becomes of a delivery together with a note for the agents."""
        while True:
            now = self.line.clock()
            # With a time, the sweep finds the note, should the wake-up for it be lost.
            after, told = note(conversation, text, now=now, due_at=now)
            changed = ConversationChanged(conversation, after)
            try:
                self.line.store.commit(*changes, changed, *told)
            except Conflict:
                # The customer wrote meanwhile: the note takes the next number.
                current, rows = self.line.store.open_work(work.conversation_id)
                if current is None or work not in rows:
                    raise
                conversation = current
                continue
            self.wakeups.send([Wake(Verb.FORWARD, conversation.id)])
            return after

    def _ended(
        self,
        work: Work,
        status: Status,
        *,
        message_id: str = "",
        reason: str = "",
        detail: str = "",
    ) -> DeliveryEnded:
        return DeliveryEnded(
            Delivery(
                conversation_id=work.conversation_id,
                sequence=work.sequence,
                status=status,
                changed_at=self.line.clock(),
                message_id=message_id,
                reason=reason,
                detail=detail,
            )
        )


def _named(account: Account) -> dict[str, str]:
    """Return what an alarm calls an account by."""
    return {"channel": account.ref.channel, "account": account.ref.id}
