"""Deliver: send what agents wrote to the customer, in sequence, each reply at most once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    Change,
    ConversationChanged,
    WorkChanged,
    WorkDone,
)
from chalicelib.domain.conversation import Conversation
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
from chalicelib.pipeline.accepted import Acceptance, ended, moved_on
from chalicelib.pipeline.confirm import announced
from chalicelib.pipeline.decision import note
from chalicelib.pipeline.dispatch import Dispatch
from chalicelib.pipeline.drain import LONG_WAIT, MS, Line, Rest, TimeLeft, Wait, reason_of
from chalicelib.pipeline.outages import Outages
from chalicelib.pipeline.wake import Wake, Wakeups

#: ms that an echo or a status may take to confirm a send whose answer was lost.
CONFIRMATION_TIME = 10 * 60 * MS
#: More attempts than a reply gets otherwise: a row that has more has waited for an operator.
WAITS = 1000
#: Messages that may go, at the most, after each wait for a platform's pace.
AT_ONCE = 5


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

    def _attempt(
        self, conversation: Conversation, work: Work, rows: Sequence[Work]
    ) -> Conversation | Wait | Rest:
        del rows
        now = self.line.clock()
        account = self.directory.account(conversation.account)
        if account is None:
            return self.line.park(conversation, work, "no_account")
        if work.stage is Stage.STARTED:
            # A process ended between the send and its answer: nobody knows whether it was sent.
            return self._unconfirmed(conversation, work, account)
        if work.stage is Stage.UNCONFIRMED:
            # It does not hold up what comes after it: it may long have arrived.
            return conversation if work.due_at > now else self._give_up(conversation, work, account)
        if work.due_at > now:
            return Rest()
        pace = self.dispatch.pace(account)
        if pace and (seconds := pace.wait(conversation.paced_until, now=now)):
            # Room for several: a wake-up is good for so many waits, and then for none.
            return Wait(seconds + (min(AT_ONCE, pace.burst) - 1) * pace.interval)
        begun = self.line.begin(work, *announced(work, account))
        return self._send(conversation, begun, account)

    def _send(
        self, conversation: Conversation, work: Work, account: Account
    ) -> Conversation | Wait | Rest:
        try:
            accepted = self.dispatch.send(conversation, work, account)
        except (Unauthorised, ConfigurationError) as error:
            return self._held_up(conversation, work, account, error)
        except TransientError as error:
            if error.alarm and not work.attempts:
                self.line.log.alarm("sends held up", **_named(account))
            return self.line.put_off(work, error, stage=Stage.READY)
        except AmbiguousError:
            return self._unconfirmed(conversation, work, account)
        except PermanentError as error:
            detail = error.detail if isinstance(error, Refused) else ""
            if isinstance(error, Refused) and error.alarm:
                self.line.log.alarm("sends refused", **_named(account), reason=error.reason)
            return self._refused(conversation, work, account, reason_of(error), detail)
        except Exception as error:  # noqa: BLE001 - it may have been sent, so only the agent can tell
            self.line.log.alarm(
                "send broke",
                owner=work.owner,
                conversation=work.conversation_id,
                sequence=work.sequence,
                error=type(error).__name__,
            )
            return self._unconfirmed(conversation, work, account)
        if work.attempts > WAITS or conversation.held_up:
            self._outages.ends(account)
        after = self._gone_out(conversation, account)
        acceptance = Acceptance(line=self.line, wakeups=self.wakeups, account=account)
        acceptance.note(conversation, after, work, accepted)
        return after

    def _held_up(
        self, conversation: Conversation, work: Work, account: Account, error: Exception
    ) -> Wait | Rest:
        """
        Wait for an operator, who is told once; the agents, too, when one wait was not enough.

        How often it was waited for an operator is counted from WAITS on: other failures are no
        reason to tell nobody.
        """
        waits = max(work.attempts - WAITS, 0)
        if not waits:
            self._outages.begins(account, error)
        due_at = self.line.clock() + int(LONG_WAIT * MS)
        later = replace(work, stage=Stage.READY, attempts=WAITS + waits + 1, due_at=due_at)
        if not waits or conversation.held_up:
            self.line.change(work, later)
            return Rest()
        text = words.say(account.language, "waits_for_operator", text=work.said)
        self._told(conversation, work, text, WorkChanged(work, later), held_up=True)
        return Rest()

    @property
    def _outages(self) -> Outages:
        return Outages(store=self.line.store, clock=self.line.clock, log=self.line.log)

    def _gone_out(self, conversation: Conversation, account: Account) -> Conversation:
        """Return the conversation once something was sent in it, or may have been."""
        pace, until = self.dispatch.pace(account), conversation.paced_until
        until = pace.after(until, now=self.line.clock()) if pace else until
        return replace(conversation, paced_until=until, held_up=False, unanswered_since=0)

    def _unconfirmed(
        self, conversation: Conversation, work: Work, account: Account
    ) -> Conversation:
        self.line.log.warning(
            "send unconfirmed",
            owner=work.owner,
            conversation=work.conversation_id,
            sequence=work.sequence,
        )
        due_at = work.started_at + CONFIRMATION_TIME
        unconfirmed = replace(work, stage=Stage.UNCONFIRMED, due_at=due_at)
        after = self._gone_out(conversation, account)
        try:
            self.line.change(work, unconfirmed, *moved_on(conversation, after))
        except Conflict:
            # An echo or a status may have confirmed it meanwhile; else another process has it.
            if self.line.stored(work):
                raise
        return after

    def _give_up(self, conversation: Conversation, work: Work, account: Account) -> Conversation:
        """Tell the agent that a send was never confirmed: sending it again is theirs to decide."""
        self.line.log.warning(
            "never confirmed",
            channel=account.ref.channel,
            owner=work.owner,
            conversation=work.conversation_id,
            sequence=work.sequence,
        )
        text = words.say(account.language, "unconfirmed", text=work.said)
        end = ended(work, self.line.clock(), Status.UNCONFIRMED)
        return self._told(conversation, work, text, WorkDone(work), end)

    def _refused(
        self, conversation: Conversation, work: Work, account: Account, reason: str, detail: str
    ) -> Conversation:
        why = words.say(account.language, f"reason.{reason}", detail=detail)
        text = words.say(account.language, "not_sent", reason=why, text=work.said)
        self.line.log.info(
            "send refused",
            channel=account.ref.channel,
            owner=work.owner,
            conversation=work.conversation_id,
            sequence=work.sequence,
            reason=reason,
        )
        end = ended(work, self.line.clock(), Status.FAILED, reason=reason, detail=detail)
        return self._told(conversation, work, text, WorkDone(work), end)

    def _told(
        self,
        conversation: Conversation,
        work: Work,
        text: str,
        *changes: Change,
        held_up: bool = False,
    ) -> Conversation:
        """Commit what becomes of a delivery together with a note for the agents."""
        while True:
            now = self.line.clock()
            # With a time, the sweep finds the note, should the wake-up for it be lost.
            before = replace(conversation, held_up=held_up or conversation.held_up)
            after, told = note(before, text, now=now, due_at=now, owner=work.owner)
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


def _named(account: Account) -> dict[str, str]:
    """Return what an alarm calls an account by."""
    return {"channel": account.ref.channel, "account": account.ref.id}
