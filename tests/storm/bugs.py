"""Mistakes that a bridge like this one can be written with, each of which the storm must find."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, SqsFifoPartialProcessor
from chalice.app import SQSEvent

from chalicelib.domain.conversation import Conversation
from chalicelib.domain.envelope import Envelope, digest
from chalicelib.domain.ports import Outgoing
from chalicelib.domain.store import Found
from chalicelib.domain.ticket import Entry, EntryKind, Promise
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.entrypoints import batches
from chalicelib.errors import AmbiguousError, TransientError
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.drain import Attempt, Line, Rest, Wait
from chalicelib.pipeline.wake import Wake, Wakeups
from chalicelib.storage.store import TableStore
from chalicelib.storage.table import ANYWAY, Delete, Put, Update, Write
from tests.fakes.deployment import Deployment
from tests.fakes.queue import MemoryQueue
from tests.storm.world import Bug, StormWorld


class _Instead:
    """Stands before an object and answers itself where it can."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


Wrap = Callable[[Any], Any]


def _desks(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.adapters = {name: wrap(desk) for name, desk in world.desks.items()}

    return Bug(ports=ports)


def _faces(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.faces = {name: wrap(channel) for name, channel in world.channels.items()}

    return Bug(ports=ports)


def _table(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.store = TableStore(wrap(world.table), clock=world.clock)

    return Bug(ports=ports)


def _store(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.store = wrap(TableStore(world.table, clock=world.clock))

    return Bug(ports=ports)


def _received_through(wrap: Wrap) -> Bug:
    return Bug(parts=lambda world: world.receive_through(wrap(world.queues["ingest"])))


def _line(verb: Verb, kind: type[Line]) -> Bug:
    def parts(world: StormWorld) -> None:
        line = kind(
            store=world.store,
            directory=world.directory,
            clock=world.clock,
            log=world.log,
            verb=verb,
        )
        if verb is Verb.FORWARD:
            world.forwarder = replace(world.forwarder, line=line)
        else:
            world.deliverer = replace(world.deliverer, line=line)

    return Bug(parts=parts)


# --- what is received


class _AcknowledgesEarly(_Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        try:
            sent: list[str | None] = self._real.send(messages)
        except TransientError:
            return ["accepted"] * len(messages)
        return sent


class _IgnoresRefusedEntries(_Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        return [id_ or "accepted" for id_ in self._real.send(messages)]


class _NamesByFirstItem(_Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        named = []
        for message in messages:
            items = Envelope.decode(message.body).items
            name = digest(repr(items[0])) if items else message.deduplication
            named.append(replace(message, deduplication=name))
        sent: list[str | None] = self._real.send(named)
        return sent


class _ClaimsFirst(_Instead):
    """Remembers what came before it is in the queue."""

    seen: Final[dict[int, set[str]]] = {}

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        seen = self.seen.setdefault(id(self._real), set())
        new = [message for message in messages if message.deduplication not in seen]
        seen |= {message.deduplication for message in new}
        sent = iter(self._real.send(new) if new else [])
        return [next(sent) if message in new else "seen" for message in messages]


class _OneGroup(_Instead):
    """Forgets whose lane it is, so that nothing keeps the order of a lane's messages."""

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        alone = [replace(m, group=digest(m.deduplication)) for m in messages]
        sent: list[str | None] = self._real.send(alone)
        return sent


# --- what is ingested


class _SwallowsFailures(_Instead):
    def ingest(self, text: str, *, message_id: str) -> None:
        try:
            self._real.ingest(text, message_id=message_id)
        except TransientError:
            return


class _FansOutAllButTheLast(_Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        sent: list[str | None] = self._real.send(messages[:-1]) if messages[1:] else []
        return [*sent, "sent"]


class _SkipsNobody(BatchProcessor):
    def __init__(self, *, skip_group_on_error: bool) -> None:
        super().__init__(event_type=EventType.SQS)


def _goes_on_behind_a_failure(
    world: Deployment, batch: SQSEvent, queue: MemoryQueue
) -> dict[str, Any]:
    def each(record: Any) -> None:
        world.ingester.ingest(record.body, message_id=record.message_id)

    return batches._answer(batch, queue, each, _SkipsNobody(skip_group_on_error=True))


def _reports_nothing(world: Deployment, batch: SQSEvent, queue: MemoryQueue) -> dict[str, Any]:
    def each(record: Any) -> None:
        world.ingester.ingest(record.body, message_id=record.message_id)

    batches._answer(batch, None, each, SqsFifoPartialProcessor(skip_group_on_error=True))
    return {"batchItemFailures": []}


def _ingest_as(worker: Callable[..., dict[str, Any]]) -> Bug:
    def parts(world: StormWorld) -> None:
        world.workers["ingest"] = worker

    return Bug(parts=parts)


def _throws_dead_letters_away(world: StormWorld) -> None:
    world.queues["ingest"]._most_receives = 2
    world.ingester = _Undertakerless(world.ingester)  # type: ignore[assignment]


class _Undertakerless(_Instead):
    def park(self, text: str, *, message_id: str) -> None:
        """Throw it away."""


class _WakesFirst(_Instead):
    """Wakes who has work before that work is stored."""

    def __init__(self, real: TableStore, wakeups: Wakeups) -> None:
        super().__init__(real)
        self._wakeups = wakeups

    def commit(self, *changes: Any) -> None:
        added = [change.work for change in changes if hasattr(change, "work")]
        self._wakeups.send([Wake(work.verb, work.conversation_id) for work in added])
        self._real.commit(*changes)


class _Silent(_Instead):
    def send(self, wakes: Collection[Wake]) -> None:
        """Wake nobody."""


def _wakes_before_it_stores(world: StormWorld) -> None:
    store: Any = _WakesFirst(world.store, world.wakeups)
    silent: Any = _Silent(world.wakeups)
    events = replace(world.ingester.channel_events, store=store)
    world.ingester = replace(world.ingester, store=store, wakeups=silent, channel_events=events)


def _names_every_wake_up_alike(world: StormWorld) -> None:
    wakeups = replace(world.wakeups, new_id=lambda: "wake-up")
    world.ingester = replace(world.ingester, wakeups=wakeups)
    world.sweeper = replace(world.sweeper, wakeups=wakeups)


class _ForgetsWakeUps(_Instead):
    """Takes a failed wake-up for one that was sent."""

    def send(self, wakes: Collection[Wake]) -> None:
        try:
            self._real.send(wakes)
        except TransientError:
            return


def _ignores_failed_wake_ups(world: StormWorld) -> None:
    wakeups: Any = _ForgetsWakeUps(world.wakeups)
    world.ingester = replace(world.ingester, wakeups=wakeups)


class _ReadsNothing(Confirmer):
    def by_text(self, *args: Any, **more: Any) -> None:
        return None


class _HoldsNothing(_ReadsNothing):
    def by_reference(self, *args: Any, **more: Any) -> None:
        return None


def _confirms_with(kind: type[Confirmer]) -> Bug:
    def parts(world: StormWorld) -> None:
        events = replace(world.ingester.channel_events, confirmer=kind(store=world.store))
        world.ingester = replace(world.ingester, channel_events=events)

    return Bug(parts=parts)


# --- what is stored


class _Unconditional(_Instead):
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


class _ForgetsClaims(_Instead):
    """Looks nothing up in the books and writes every claim anew."""

    def find(self, **more: Any) -> Found:
        found: Found = self._real.find(**more)
        return replace(found, claims={})


class _NamesOnlyKinds(_Instead):
    """Keys a contact's names by their kind alone."""

    def get(self, keys: Sequence[Any]) -> dict[Any, Any]:
        found = self._real.get([_blurred(key) for key in keys])
        return {key: found[_blurred(key)] for key in keys if _blurred(key) in found}

    def write(self, writes: Sequence[Write]) -> None:
        self._real.write([replace(write, key=_blurred(write.key)) for write in writes])


def _blurred(key: Any) -> Any:
    return (key[0].rpartition(":")[0], key[1]) if key[0].startswith("ALIAS#") else key


class _ForgetsDesks(_Instead):
    def waiting(self, *, until: int, desk: str = "", most: int = 100) -> list[Work]:
        return [] if desk else self._real.waiting(until=until, most=most)


class _ForgetsTimes(_Instead):
    def waiting(self, *, until: int, desk: str = "", most: int = 100) -> list[Work]:
        return self._real.waiting(until=until, desk=desk, most=most) if desk else []


# --- what goes out


class _NeverLooks(_Instead):
    def find(self, reference: str) -> None:
        return None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> None:
        return None


class _KnowsNoLag(_Instead):
    promise = Promise(lookup_lag=0.0)


class _TakesAmbiguousForTransient(_Instead):
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


class _TellsSecrets(_Instead):
    """Takes an agent's private note for a reply."""

    def parse(self, raw: dict[str, Any], *, received_at: int) -> Any:
        if raw["type"] == "note":
            reply = {"type": "reply", "ticket": raw["lane"], "comment": raw["id"], "files": []}
            raw = raw | reply | {"conversation": "", "at": received_at}
        return self._real.parse(raw, received_at=received_at)


class _WritesNotesOpenly(_Instead):
    """Shows the notes for agents as if the customer had written them."""

    def append(self, ticket_id: str, entry: Entry) -> Any:
        return self._real.append(ticket_id, replace(entry, kind=EntryKind.COMMENT))


class _MarksNothing(Line):
    def begin(self, work: Work) -> Work:
        return work


class _SendsAgain(Line):
    def change(self, before: Work, after: Work) -> Work:
        if after.stage is Stage.UNCONFIRMED:
            after = replace(after, stage=Stage.READY, due_at=0)
        return Line.change(self, before, after)


class _ForgetsWhoWaits(Line):
    def change(self, before: Work, after: Work) -> Work:
        return Line.change(self, before, replace(after, waiting_for="", due_at=0))


class _DoesNotWaitItsTurn(Line):
    def _guarded(
        self, attempt: Attempt, conversation: Conversation, work: Work
    ) -> Conversation | Wait | Rest:
        outcome = Line._guarded(self, attempt, conversation, work)
        return conversation if isinstance(outcome, Wait | Rest) else outcome


BUGS: Final[dict[str, Bug]] = {
    "acknowledge early": _received_through(_AcknowledgesEarly),
    "ignore a refused entry": _received_through(_IgnoresRefusedEntries),
    "one deduplication id for two items": _received_through(_NamesByFirstItem),
    "claim before queue": _received_through(_ClaimsFirst),
    "no lanes": _received_through(_OneGroup),
    "take a failed item for done": Bug(
        parts=lambda world: setattr(world, "ingester", _SwallowsFailures(world.ingester))
    ),
    "fan out all but the last": Bug(
        parts=lambda world: setattr(
            world,
            "ingester",
            replace(world.ingester, intake=_FansOutAllButTheLast(world.queues["ingest"])),
        )
    ),
    "no skip-group": _ingest_as(_goes_on_behind_a_failure),
    "ignore a partial failure": _ingest_as(_reports_nothing),
    "throw dead letters away": Bug(parts=_throws_dead_letters_away),
    "wake before store": Bug(parts=_wakes_before_it_stores),
    "one deduplication id for all wake-ups": Bug(parts=_names_every_wake_up_alike),
    "take a failed wake-up for sent": Bug(parts=_ignores_failed_wake_ups),
    "take an echo of ours for somebody else's": _confirms_with(_HoldsNothing),
    "take a bare echo for somebody else's": _confirms_with(_ReadsNothing),
    "drop every condition": _table(_Unconditional),
    "drop the condition of claims": _table(_ClaimsTwice),
    "drop the condition of work": _table(_WorksTwice),
    "key people by the kind of their name": _table(_NamesOnlyKinds),
    "never wake who waits for a desk": _store(_ForgetsDesks),
    "never wake what is due": _store(_ForgetsTimes),
    "skip the look-up": _desks(_NeverLooks),
    "do not wait out the look-up's lag": _desks(_KnowsNoLag),
    "treat ambiguous as transient at the desk": _desks(_TakesAmbiguousForTransient),
    "treat ambiguous as transient at the channel": _faces(_TakesAmbiguousForTransient),
    "send private notes": _desks(_TellsSecrets),
    "show notes as comments": _desks(_WritesNotesOpenly),
    "mark no write": _line(Verb.FORWARD, _MarksNothing),
    "mark no send": _line(Verb.DELIVER, _MarksNothing),
    "resend the unconfirmed": _line(Verb.DELIVER, _SendsAgain),
    "forget who waits for the desk": _line(Verb.FORWARD, _ForgetsWhoWaits),
    "overtake what failed, forward": _line(Verb.FORWARD, _DoesNotWaitItsTurn),
    "overtake what failed, deliver": _line(Verb.DELIVER, _DoesNotWaitItsTurn),
}
