"""A deployment in the middle of a storm: the real pipeline, between ports that fail at any call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.content import Location
from chalicelib.domain.work import Work
from chalicelib.errors import InvalidSignature, TransientError, UnknownIntegration
from chalicelib.operations.replay import Choice, Replayer, chosen
from chalicelib.storage.audit import TableAudit
from chalicelib.storage.store import TableStore
from tests.builders import Raw
from tests.fakes.channel import Arrived
from tests.fakes.deployment import MOST_RECEIVES, WORKERS, Worker
from tests.fakes.faults import ProcessDied
from tests.fakes.queue import MemoryQueue
from tests.fakes.world import SWEEP_EVERY, World
from tests.storm.accepted import AcceptedLog
from tests.storm.casts import BARE, Cast, cast_for
from tests.storm.chaos import VISIBILITY, Chaos
from tests.storm.people import People, Sender
from tests.storm.ports import StormyBodies, StormyMedia, StormyQueue, StormyTable
from tests.storm.sides import StormyChannel
from tests.storm.violations import Kind
from tests.storm.watch import Watch
from tests.storm.whims import Whims

_QUEUES = tuple(str(name) for name in WORKERS)

Change = Callable[["StormWorld"], None]


def _nothing(_: StormWorld) -> None:
    """Leave everything as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """
    A deliberate mistake, made anew each time processes start.

    `ports` changes what they are made of, `parts` what was made of it. It is one of the storm with
    the cast `cast`.
    """

    cast: str = "fakes"
    ports: Change = _nothing
    parts: Change = _nothing


NO_BUG: Final = Bug()


class StormWorld(World):
    """
    An account on each channel of the cast, in the middle of a storm.

    `workers` are the handlers of the queues; `adapters` and `faces` the desks and channels as the
    pipeline meets them.
    """

    def __init__(self, seed: int, *, cast: str, bug: Bug = NO_BUG) -> None:
        self._bug: Bug = NO_BUG
        super().__init__()
        self._bug = bug
        self.chaos = chaos = Chaos(seed, self.clock)
        self.watch = watch = Watch()
        self.books = AcceptedLog(self.clock)
        self.log = self.books
        table: StormyTable
        table = StormyTable(chaos, lambda writes: watch.wrote(writes, table))
        self.table: StormyTable = table
        self.store = TableStore(table, clock=self.clock)
        self.bodies = StormyBodies(chaos)
        self.media: StormyMedia = StormyMedia(chaos, self._asks_elsewhere, self._content_at)
        self.dead = {name: self._queue(None) for name in WORKERS}
        self.queues = {name: self._queue(self.dead[name]) for name in WORKERS}
        self._watch_intake()
        self.cast: Cast = cast_for(self, cast)
        watch.key_of = self.cast.natural_key
        self.adapters: dict[str, Any] = dict(self.cast.adapters)
        self.faces: dict[str, Any] = dict(self.cast.faces)
        self.workers = dict(WORKERS)
        for name, desk in self.cast.of.items():
            ref = AccountRef(name, self.cast.accounts[name])
            self.directory.accounts[ref] = Account(ref=ref, desk=desk)
        sources = [f"channel:{name}" for name in self.cast.of]
        sources += [f"desk:{name}" for name in self.cast.desks]
        self.people = People(
            random=chaos.random,
            clock=self.clock,
            senders={source: Sender(source=source) for source in sources},
            many_names=self.cast.many_names,
            words=self.cast.words,
            does=self.cast.does,
        )
        self.whims = Whims(people=self.people)
        watch.message_of = self.whims.message_of
        self._swept_at = self.clock()
        chaos.others = self._others
        chaos.harmed = watch.harmed
        self.clock.on_advance(self._tick)
        self.start()

    def start(self) -> None:
        """Start new processes, with the bug they have."""
        self._bug.ports(self)
        super().start()
        self._bug.parts(self)

    # --- one step of one process

    def step(self) -> None:
        """Let one process do something: take a webhook, handle a batch, sweep."""
        random = self.chaos.random
        roll = random.random()
        if roll < 0.35:
            self.post(random.choice(list(self.people.senders)))
        elif self.is_time_to_sweep():
            self.sweep_once()
        else:
            self.take(random.choice(_QUEUES), dead=roll > 0.9)

    def take(self, name: str, *, dead: bool = False) -> bool:
        """Hand a batch of a queue to its worker; return whether there was one."""
        queue = (self.dead if dead else self.queues)[name]
        if queue.down or not queue.depth():
            return False
        self.chaos.note(f"{name}{' dead' if dead else ''}: a batch")
        most = self.chaos.random.choice((1, 3, 10))
        with self.chaos.process():
            self._tick()
            try:
                taken = self._hand(queue, name, most, dead=dead)
            except Exception as exc:  # noqa: BLE001 - whatever it is, a worker must not end like this
                self.watch.wrong(Kind.LOST, f"the worker {name} ended with {exc!r}")
                taken = True
        self._tick()
        return taken

    def worker(self, name: str, *, dead: bool) -> Worker:
        """See Deployment."""
        return super().worker(name, dead=True) if dead else self.workers[name]

    def is_time_to_sweep(self) -> bool:
        """Return whether the last sweep is a minute ago."""
        return self.clock() - self._swept_at >= SWEEP_EVERY

    def sweep_once(self) -> None:
        """Do what the schedule does."""
        self._swept_at = self.clock()
        self.chaos.note("sweep")
        with self.chaos.process():
            self._tick()
            self.sweep()
        self._tick()

    def let_go(self) -> None:
        """Do what an operator does who lets go everything that is parked; it may end in the middle."""
        with self.chaos.process():
            self._tick()
            parked = chosen(TableAudit(table=self.table), Choice())
            self.watch.late |= {row.reference for row in parked if isinstance(row, Work)}
            replayer = Replayer(
                store=self.store,
                intake=self.queues["ingest"],
                wakeups=self.wakeups,
                new_id=self._ids.__next__,
                clock=self.clock,
            )
            for step in replayer.release(parked):
                self.chaos.note(f"{step} are let go")

    def post(self, source: str) -> bool:
        """Have a sender send a webhook of what is due; return whether there was anything."""
        sender, random = self.people.senders[source], self.chaos.random
        sender.due(self.clock())
        most = random.choice((1, 2, 5, 20, 60))
        items = sender.pending[: min(most, self.cast.most(source))]
        if not items:
            return False
        self.chaos.note(f"{source}: a webhook of {len(items)}")
        if self._is_accepted(source, items):
            # While this one was under way, another one may have told the same.
            done = {id(raw) for raw in items}
            sender.pending = [raw for raw in sender.pending if id(raw) not in done]
            sender.told += items
        return True

    def _is_accepted(self, source: str, items: Sequence[Raw]) -> bool:
        body, headers = self.cast.webhook(source, items)
        with self.chaos.process():
            self._tick()
            try:
                self._take_in(source, body, headers)
            except TransientError:
                return False
            except ProcessDied:
                self.start()
                return False
            finally:
                self._tick()
        lost = not self.chaos.calm and self.chaos.happens(0.03)
        if lost:
            self.chaos.fault("a 200 is lost")
        return not lost

    def forge(self, channel: str) -> None:
        """Have somebody who has no secret of ours send a webhook, which must not be taken."""
        source = f"channel:{channel}"
        body, headers = self.cast.forged(source, [self.people.forge(channel)])
        try:
            self._take_in(source, body, headers)
        except InvalidSignature:
            return
        self.watch.wrong(Kind.LEAKED, "a webhook was taken that is not signed by the channel")

    def _take_in(self, source: str, body: bytes, headers: Mapping[str, str]) -> None:
        side, _, name = source.partition(":")
        webhook = self.faces[name] if side == "channel" else self.adapters[name]
        self.receiver.receive(webhook, source=source, body=body, headers=headers)

    def _others(self) -> None:
        for _ in range(self.chaos.random.choice((1, 1, 2, 6))):
            self.step()

    def _tick(self) -> None:
        self.time_left = self.chaos.time_left()
        if self.chaos.is_overdue():
            self.watch.harmed()

    # --- wiring

    def _queue(self, dead: MemoryQueue | None) -> StormyQueue:
        queue = StormyQueue(
            self.clock,
            visibility=VISIBILITY,
            most_receives=MOST_RECEIVES if dead else None,
            dead_letters=dead,
        )
        queue.chaos = self.chaos
        return queue

    def _watch_intake(self) -> None:
        intake, dead = self.queues["ingest"], self.dead["ingest"]
        assert isinstance(intake, StormyQueue)
        assert isinstance(dead, StormyQueue)
        intake.took = self.watch.took
        dead.buried = self.watch.buried

    def _asks_elsewhere(self, what: str) -> None:
        # The addresses of the fakes are nobody's.
        if not self.cast.words:
            self.watch.wrong(Kind.LEAKED, what)

    def _content_at(self, location: Location) -> bytes | None:
        return self.cast.content_at(location)

    def arrived_last(self, channel: StormyChannel) -> None:
        """See what arrived last through a channel, and have the customer's phone answer."""
        self.arrived_on(channel.name, channel.arrived[-1])

    def arrived_on(self, channel: str, sent: Arrived) -> None:
        """See what arrived on a phone, and have it answer."""
        self.watch.arrived(sent)
        self.people.hear_back(channel, sent, bare=channel == BARE)

    def _channel(self, name: str) -> Any:
        if name not in self.faces:
            raise UnknownIntegration("no such channel")
        return self.faces[name]

    def _helpdesk(self, desk_id: str) -> Any:
        return self.adapters[desk_id]
