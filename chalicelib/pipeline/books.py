"""The books: each item gets one line in them, together with all that it changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.changes import (
    Change,
    Claim,
    ClaimChanged,
    ClaimDropped,
    Claimed,
    ClaimKey,
    CopiesSeen,
    Outcome,
    WorkAdded,
)
from chalicelib.domain.envelope import Book, trace
from chalicelib.domain.erasure import ERASED
from chalicelib.domain.ports import Log
from chalicelib.domain.store import Found, Store
from chalicelib.domain.work import Verb
from chalicelib.errors import Conflict, TransientError
from chalicelib.pipeline.decision import Decision
from chalicelib.pipeline.fan_out import Raw
from chalicelib.pipeline.wake import Wake

_TRIES = 8  #: for one item, while others are faster

Find = Callable[[], Found]
Decide = Callable[[Found], Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """
    One copy of an item on its way into the books.

    `owner` names it: the queue message that brought it, and its place there. `kept` is what the
    books keep of it, as JSON: itself, or where it is. `parked` is its own line, where it is one
    that an operator lets through again.
    """

    source: str
    book: Book
    received_at: int
    raw: Raw
    kept: str
    owner: str
    parked: ClaimKey | None = None

    def came_at(self, now: int) -> int:
        """Return since when the books know it: one that is parked was never forgotten."""
        return self.received_at if self.parked else now


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Writes the books; `find` and `decide` read again whenever somebody else was faster."""

    store: Store
    log: Log

    def enter(
        self,
        copy: Copy,
        key: ClaimKey,
        *,
        find: Find,
        decide: Decide,
        others: Sequence[ClaimKey] = (),
        event: object = None,
    ) -> Sequence[Wake]:
        """
        Write an item into the books together with what it changes, unless it is there.

        `find` returns the claim of `key` among the rest, and those of `others`, under which it may
        stand as well; `event` is what happened, where it is known.
        Returns whom to wake. Raises TransientError where others are faster again and again.
        """
        for _ in range(_TRIES):
            parked = self._line(copy.parked) if copy.parked else None
            if copy.parked and parked is None:
                return ()
            found = find()
            there = next((found.claims[k] for k in (key, *others) if k in found.claims), None)
            try:
                if there is not None and there.key != copy.parked:
                    return self._again(there, copy.owner, parked)
                decision = decide(found)
                claim = _claim(copy, decision.line or key, decision, parked)
                self.store.commit(*_entries(claim, parked), *_named(copy, decision.changes))
            except Conflict:
                continue
            self._tell(claim, event, decision)
            return decision.wakes
        raise TransientError("others were faster, again and again")

    def _line(self, key: ClaimKey) -> Claim | None:
        """Return a line of the books that is still parked."""
        claim = self.store.find(claim=key).claims.get(key)
        return claim if claim and claim.outcome is Outcome.PARKED else None

    def _again(self, there: Claim, owner: str, parked: Claim | None) -> Sequence[Wake]:
        """Another delivery of an item: of the same copy, or of another one, which is counted."""
        if parked is not None:
            copies = {parked.owner, *parked.seen} - {there.owner}
            seen = [CopiesSeen(there.key, frozenset(copies))] if copies else []
            self.store.commit(ClaimDropped(parked), *seen)
        elif owner != there.owner and owner not in there.seen:
            self.store.seen_again(there.key, owner)
        # The first delivery may have ended between the commit and the wake-ups.
        return woken(there) if owner == there.owner else ()

    def _tell(self, claim: Claim, event: object, decision: Decision) -> None:
        if decision.alarm:
            self.log.alarm(
                decision.alarm, source=claim.source, owner=claim.owner, reason=claim.reason
            )
        if claim.outcome is Outcome.PARKED:
            self.log.alarm(
                "item parked", source=claim.source, owner=claim.owner, reason=claim.reason
            )
            return
        message_id = str(getattr(event, "message_id", ""))
        self.log.info(
            "ingested",
            source=claim.source,
            owner=claim.owner,
            event=type(event).__name__ if event else "",
            outcome=claim.outcome,
            conversation=claim.conversation_id,
            sequence=claim.sequence,
            item=trace(message_id) if message_id else "",
            reason=claim.reason,
        )
        if decision.failure:
            self.log.info(
                "reply failed",
                source=claim.source,
                owner=claim.owner,
                conversation=claim.conversation_id,
                sequence=claim.sequence,
                reason=decision.failure,
            )


def woken(claim: Claim) -> Sequence[Wake]:
    """Return the wake-ups that an item may need, whichever they were."""
    return [Wake(verb, claim.conversation_id) for verb in Verb] if claim.conversation_id else ()


def _named(copy: Copy, changes: Sequence[Change]) -> list[Change]:
    """Return an item's changes with its name in the work, which bears it until the work is done."""
    return [
        WorkAdded(replace(each.work, owner=copy.owner, received_at=copy.received_at))
        if isinstance(each, WorkAdded)
        else each
        for each in changes
    ]


def _claim(copy: Copy, key: ClaimKey, decision: Decision, parked: Claim | None) -> Claim:
    keeps = decision.outcome is not Outcome.IGNORED and not decision.secret
    return Claim(
        key=key,
        owner=copy.owner,
        book=copy.book,
        outcome=decision.outcome,
        source=copy.source,
        received_at=copy.received_at,
        raw=copy.kept if keeps else "",
        reason=decision.reason,
        conversation_id=decision.conversation_id,
        sequence=decision.sequence,
        parts=decision.parts,
        seen=parked.seen if parked else frozenset(),
    )


def _entries(claim: Claim, parked: Claim | None) -> list[Change]:
    """
    Return what writes an item's line, and settles the one under which it was parked.

    An item that could not be read is parked under another key than it has once it is understood.
    Its old line then tells the same end, so that the replay, should it come again, finds whom to
    wake.
    """
    if parked is None:
        return [Claimed(claim)]
    if parked.key == claim.key:
        return [ClaimChanged(parked, claim)]
    if claim.outcome is Outcome.PARKED or claim.reason == ERASED:
        return [Claimed(claim), ClaimDropped(parked)]
    return [Claimed(claim), ClaimChanged(parked, replace(claim, key=parked.key, raw=""))]
