"""Mistakes between the table and the world outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.domain.changes import Change
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.store import Found
from chalicelib.domain.ticket import Entry, EntryKind, Promise
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.errors import AmbiguousError, TransientError
from chalicelib.pipeline.drain import Attempt, Line, Rest, Wait
from chalicelib.storage.table import ANYWAY, Delete, Put, Update, Write
from tests.storm.bug_wiring import Instead, desks, faces, line, store, table
from tests.storm.world import Bug

# --- what is stored


class _Unconditional(Instead):
    prefix = ""

    def write(self, writes: Sequence[Write]) -> None:
        self._real.write([self._loose(write) for write in writes])

    def _loose(self, write: Write) -> Write:
        if not write.key[1].startswith(self.prefix):
            return write
        match write:
            case Put() | Update() | Delete():
                return replace(write, when=ANYWAY)


class _ClaimsTwice(_Unconditional):
    prefix = "CLAIM"


class _WorksTwice(_Unconditional):
    prefix = "CONV#WORK"


class _ForgetsClaims(Instead):
    """Looks nothing up in the books and writes every claim anew."""

    def find(self, **more: Any) -> Found:
        found: Found = self._real.find(**more)
        return replace(found, claims={})


class _NamesOnlyKinds(Instead):
    """Keys a contact's names by their kind alone."""

    def get(self, keys: Sequence[Any]) -> dict[Any, Any]:
        found = self._real.get([_blurred(key) for key in keys])
        return {key: found[_blurred(key)] for key in keys if _blurred(key) in found}

    def write(self, writes: Sequence[Write]) -> None:
        self._real.write([replace(write, key=_blurred(write.key)) for write in writes])


def _blurred(key: Any) -> Any:
    return (key[0].rpartition(":")[0], key[1]) if key[0].startswith("ALIAS#") else key


class _ForgetsDesks(Instead):
    def waiting(self, *, until: int, desk: str = "", most: int = 100) -> list[Work]:
        return [] if desk else self._real.waiting(until=until, most=most)


class _ForgetsTimes(Instead):
    def waiting(self, *, until: int, desk: str = "", most: int = 100) -> list[Work]:
        return self._real.waiting(until=until, desk=desk, most=most) if desk else []


# --- what goes out


class _NeverLooks(Instead):
    def find(self, reference: str) -> None:
        return None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> None:
        return None


class _KnowsNoLag(Instead):
    promise = Promise(lookup_lag=0.0)


class _TakesAmbiguousForTransient(Instead):
    def __getattr__(self, name: str) -> Any:
        real = getattr(self._real, name)
        return _nothing_happened(real) if name in ("create", "append", "send") else real


def _nothing_happened(call: Callable[..., Any]) -> Callable[..., Any]:
    def called(*args: Any, **more: Any) -> Any:
        try:
            return call(*args, **more)
        except AmbiguousError as exc:
            raise TransientError("failed") from exc

    return called


class _TellsSecrets(Instead):
    """Takes an agent's private note for a reply."""

    def parse(self, raw: dict[str, Any], *, received_at: int) -> Any:
        if raw["type"] == "note":
            reply = {"type": "reply", "ticket": raw["lane"], "comment": raw["id"], "files": []}
            raw = raw | reply | {"conversation": "", "at": received_at}
        return self._real.parse(raw, received_at=received_at)


class _WritesNotesOpenly(Instead):
    """Shows the notes for agents as if the customer had written them."""

    def append(self, ticket_id: str, entry: Entry) -> Any:
        return self._real.append(ticket_id, replace(entry, kind=EntryKind.COMMENT))


class _MarksNothing(Line):
    def begin(self, work: Work, *also: Change) -> Work:
        return work


class _ForgetsWhereItWrote(Line):
    def begin(self, work: Work, *also: Change) -> Work:
        return Line.begin(self, replace(work, aim=None), *also)


class _SendsAgain(Line):
    def change(self, before: Work, after: Work, *also: Change) -> Work:
        if after.stage is Stage.UNCONFIRMED:
            after = replace(after, stage=Stage.READY, due_at=0)
        return Line.change(self, before, after, *also)


class _ForgetsWhoWaits(Line):
    def change(self, before: Work, after: Work, *also: Change) -> Work:
        return Line.change(self, before, replace(after, waiting_for="", due_at=0), *also)


class _DoesNotWaitItsTurn(Line):
    def _guarded(
        self, attempt: Attempt, conversation: Conversation, work: Work, rows: Sequence[Work]
    ) -> Conversation | Wait | Rest:
        outcome = Line._guarded(self, attempt, conversation, work, rows)
        return conversation if isinstance(outcome, Wait | Rest) else outcome


GOING_OUT: Final[dict[str, Bug]] = {
    "drop every condition": table(_Unconditional),
    "drop the condition of claims": table(_ClaimsTwice),
    "drop the condition of work": table(_WorksTwice),
    "key people by the kind of their name": table(_NamesOnlyKinds),
    "never wake who waits for a desk": store(_ForgetsDesks),
    "never wake what is due": store(_ForgetsTimes),
    "skip the look-up": desks(_NeverLooks),
    "do not wait out the look-up's lag": desks(_KnowsNoLag),
    "treat ambiguous as transient at the desk": desks(_TakesAmbiguousForTransient),
    "treat ambiguous as transient at the channel": faces(_TakesAmbiguousForTransient),
    "send private notes": desks(_TellsSecrets),
    "show notes as comments": desks(_WritesNotesOpenly),
    "mark no write": line(Verb.FORWARD, _MarksNothing),
    "forget where an attempt wrote": line(Verb.FORWARD, _ForgetsWhereItWrote),
    "mark no send": line(Verb.DELIVER, _MarksNothing),
    "resend the unconfirmed": line(Verb.DELIVER, _SendsAgain),
    "forget who waits for the desk": line(Verb.FORWARD, _ForgetsWhoWaits),
    "overtake what failed, forward": line(Verb.FORWARD, _DoesNotWaitItsTurn),
    "overtake what failed, deliver": line(Verb.DELIVER, _DoesNotWaitItsTurn),
}
