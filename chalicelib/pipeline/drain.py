"""What forward and deliver share: working off a conversation in sequence, and how waiting is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chalicelib import words
from chalicelib.domain.changes import Change, ConversationChanged, WorkChanged
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.ports import Clock, Directory, Log
from chalicelib.domain.store import Store
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.errors import (
    ConfigurationError,
    PermanentError,
    ScriptaError,
    TooFast,
    TransientError,
)
from chalicelib.pipeline.decision import note

#: Seconds until the next attempt, by how many were made; kept by the wake-up's visibility time-out.
SHORT_WAITS = (2.0, 5.0, 15.0, 60.0)
#: The same, where one person was written to too often.
#: https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
FAST_WAITS = (1.0, 4.0, 16.0, 64.0, 256.0)
#: Seconds above which a wait is kept by a time in the table, for the sweep to see.
LONGEST_SHORT_WAIT = 120.0
LONG_WAIT = 300.0
#: Seconds that an attempt may need (its files, one write or two look-ups, and the question how the
#: desk is): less than that left, and it is not begun.
ATTEMPT_TIME = 45.0
MS = 1000

TimeLeft = Callable[[], float]
"""Returns how many seconds the process may still run."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The conversation rests; the wake-up is to be shown again after so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Rest:
    """The conversation rests, and what wakes it is in the table."""


class Attempt(Protocol):
    """Tries one work row."""

    def __call__(
        self, conversation: Conversation, work: Work, rows: Sequence[Work], /
    ) -> Conversation | Wait | Rest:
        """
        Return the conversation as it is now for the next row, or why there is no next one.

        `rows` are all of the conversation as they were read, each verb's in sequence.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The open work of one verb, and what may happen to a row of it."""

    store: Store
    directory: Directory
    clock: Clock
    log: Log
    verb: Verb

    def drain(self, conversation_id: str, attempt: Attempt, *, time_left: TimeLeft) -> Wait | None:
        """
        Work off a conversation's rows in sequence, parked ones passed over.

        Returns None when it can rest, else how long until it must be woken again. Raises
        TransientError where the store is not to be reached, Conflict where another process works
        on the same conversation.
        """
        conversation, work = self.store.open_work(conversation_id)
        if conversation is None:
            return None
        told = conversation.sequence
        for each in work:
            if each.verb is not self.verb or each.parked:
                continue
            if time_left() < ATTEMPT_TIME:
                return Wait(0.0)
            outcome = self._guarded(attempt, conversation, each, work)
            if isinstance(outcome, Wait):
                return outcome
            if isinstance(outcome, Rest):
                return None
            conversation = outcome
        # What was parked left a note, which stands behind what was read.
        again = self.verb is Verb.FORWARD and conversation.sequence > told
        return Wait(0.0) if again else None

    def _guarded(
        self, attempt: Attempt, conversation: Conversation, work: Work, rows: Sequence[Work]
    ) -> Conversation | Wait | Rest:
        try:
            return attempt(conversation, work, rows)
        except (TransientError, ConfigurationError):
            raise
        except Exception as exc:  # noqa: BLE001 - what nobody foresaw must not stop the others
            return self.park(conversation, work, f"crash:{type(exc).__name__}")

    def park(self, conversation: Conversation, work: Work, reason: str) -> Conversation:
        """
        Set a row aside until an operator acts, say so, and return the conversation.

        The agents are told: of a customer's message that cannot be shown, that there was one; of
        their own reply, that it waits for an operator.
        """
        # The row has changed since it was read: an attempt has marked it.
        current = self.stored(work)
        if current is None:
            return conversation
        after = conversation
        changes: list[Change] = [WorkChanged(current, replace(current, parked=reason))]
        if said := self._said_of(conversation, work):
            # A conflict here means that the customer wrote meanwhile: the row comes again. With a
            # time, the sweep finds the note whatever becomes of this wake-up.
            now = self.clock()
            after, told = note(after, said, now=now, due_at=now, owner=work.owner)
            changes += [*told, ConversationChanged(conversation, after)]
        self.store.commit(*changes)
        self.log.alarm(
            "work parked",
            verb=work.verb,
            owner=work.owner,
            conversation=work.conversation_id,
            sequence=work.sequence,
            reason=reason,
        )
        return after

    def _said_of(self, conversation: Conversation, work: Work) -> str:
        """Return what the agents are told of a row that is set aside; of a note, nothing."""
        account = self.directory.account(conversation.account)
        language = account.language if account else ""
        if work.verb is Verb.DELIVER:
            why = words.say(language, "reason.set_aside")
            return words.say(language, "not_sent", reason=why, text=work.said)
        return words.say(language, "not_shown") if work.kind.is_public else ""

    def stored(self, work: Work) -> Work | None:
        """Return a row as it stands now; None where nothing is left to do."""
        _, rows = self.store.open_work(work.conversation_id)
        place = (work.verb, work.sequence)
        return next((row for row in rows if (row.verb, row.sequence) == place), None)

    def begin(self, work: Work, *also: Change) -> Work:
        """Mark a row as begun before anything is written outside, `also` with it, and return it."""
        started = replace(
            work,
            stage=Stage.STARTED,
            started_at=self.clock(),
            looked_at=0,
            due_at=0,
            waiting_for="",
        )
        return self.change(work, started, *also)

    def change(self, before: Work, after: Work, *also: Change) -> Work:
        """Write a row's change and return the row as stored; raise Conflict as the store does."""
        self.store.commit(WorkChanged(before, after), *also)
        return replace(after, revision=before.revision + 1)

    def put_off(self, work: Work, error: ScriptaError, *, stage: Stage) -> Wait | Rest:
        """
        Write that an attempt failed and return how to wait for the next one.

        `stage` says whether something may have been written.
        """
        seconds = _pause(work.attempts, error)
        failed = replace(work, stage=stage, attempts=work.attempts + 1)
        self.log.warning(
            "attempt failed",
            verb=work.verb,
            owner=work.owner,
            conversation=work.conversation_id,
            sequence=work.sequence,
            attempts=failed.attempts,
            error=type(error).__name__,
        )
        if seconds <= LONGEST_SHORT_WAIT:
            self.change(work, failed)
            return Wait(seconds)
        self.change(work, replace(failed, due_at=self.clock() + int(seconds * MS)))
        return Rest()


def _pause(attempts: int, error: ScriptaError) -> float:
    """Return the seconds until the next attempt: what the other side asked for, or ours."""
    asked = error.retry_after if isinstance(error, TransientError) else None
    waits = FAST_WAITS if isinstance(error, TooFast) else SHORT_WAITS
    ours = waits[attempts] if attempts < len(waits) else LONG_WAIT
    return max(asked or 0.0, ours)


def reason_of(error: PermanentError) -> str:
    """Return a word for why something was refused."""
    return str(getattr(error, "reason", type(error).__name__))
