"""Mistakes between a webhook and the table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from chalice.app import SQSEvent

from chalicelib.domain.envelope import Envelope, digest
from chalicelib.domain.ports import Outgoing
from chalicelib.entrypoints import batches
from chalicelib.errors import TransientError
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.wake import Wake, Wakeups
from chalicelib.storage.store import TableStore
from tests.fakes.deployment import Deployment
from tests.fakes.queue import MemoryQueue
from tests.storm.bug_wiring import Instead, received_through
from tests.storm.world import Bug, StormWorld

# --- what is received


class _AcknowledgesEarly(Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        try:
            sent: list[str | None] = self._real.send(messages)
        except TransientError:
            return ["accepted"] * len(messages)
        return sent


class _IgnoresRefusedEntries(Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        return [id_ or "accepted" for id_ in self._real.send(messages)]


class _NamesByFirstItem(Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        named = []
        for message in messages:
            items = Envelope.decode(message.body).items
            name = digest(repr(items[0])) if items else message.deduplication
            named.append(replace(message, deduplication=name))
        sent: list[str | None] = self._real.send(named)
        return sent


class _ClaimsFirst(Instead):
    """Remembers what came before it is in the queue."""

    seen: Final[dict[int, set[str]]] = {}

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        seen = self.seen.setdefault(id(self._real), set())
        new = [message for message in messages if message.deduplication not in seen]
        seen |= {message.deduplication for message in new}
        sent = iter(self._real.send(new) if new else [])
        return [next(sent) if message in new else "seen" for message in messages]


class _OneGroup(Instead):
    """Forgets whose lane it is, so that nothing keeps the order of a lane's messages."""

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        alone = [replace(m, group=digest(m.deduplication)) for m in messages]
        sent: list[str | None] = self._real.send(alone)
        return sent


# --- what is ingested


class _SwallowsFailures(Instead):
    def ingest(self, text: str, *, message_id: str) -> None:
        try:
            self._real.ingest(text, message_id=message_id)
        except TransientError:
            return


class _FansOutAllButTheLast(Instead):
    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        sent: list[str | None] = self._real.send(messages[:-1]) if messages[1:] else []
        return [*sent, "sent"]


def _goes_on_behind_a_failure(
    world: Deployment, batch: SQSEvent, queue: MemoryQueue
) -> dict[str, Any]:
    def each(record: Any) -> None:
        world.ingester.ingest(record.body, message_id=record.id)

    return batches._answer(batch, queue, each)


def _reports_nothing(world: Deployment, batch: SQSEvent, queue: MemoryQueue) -> dict[str, Any]:
    def each(record: Any) -> None:
        world.ingester.ingest(record.body, message_id=record.id)

    batches._answer(batch, None, each, in_groups=True)
    return {"batchItemFailures": []}


def _ingest_as(worker: Callable[..., dict[str, Any]]) -> Bug:
    def parts(world: StormWorld) -> None:
        world.workers["ingest"] = worker

    return Bug(parts=parts)


def _throws_dead_letters_away(world: StormWorld) -> None:
    world.queues["ingest"]._most_receives = 2
    world.ingester = _Undertakerless(world.ingester)  # type: ignore[assignment]


class _Undertakerless(Instead):
    def park(self, text: str, *, message_id: str) -> None:
        """Throw it away."""


class _WakesFirst(Instead):
    """Wakes who has work before that work is stored."""

    def __init__(self, real: TableStore, wakeups: Wakeups) -> None:
        super().__init__(real)
        self._wakeups = wakeups

    def commit(self, *changes: Any) -> None:
        added = [change.work for change in changes if hasattr(change, "work")]
        self._wakeups.send([Wake(work.verb, work.conversation_id) for work in added])
        self._real.commit(*changes)


class _Silent(Instead):
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


class _ForgetsWakeUps(Instead):
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


COMING_IN: Final[dict[str, Bug]] = {
    "acknowledge early": received_through(_AcknowledgesEarly),
    "ignore a refused entry": received_through(_IgnoresRefusedEntries),
    "one deduplication id for two items": received_through(_NamesByFirstItem),
    "claim before queue": received_through(_ClaimsFirst),
    "no lanes": received_through(_OneGroup),
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
}
