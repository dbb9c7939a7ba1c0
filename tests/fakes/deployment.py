"""The whole pipeline in memory: real parts between fake sides, queues, a table and a clock."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from chalice.app import SQSEvent

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.work import Verb
from chalicelib.entrypoints import batches
from chalicelib.errors import UnknownIntegration
from chalicelib.pipeline.breakers import Breakers
from chalicelib.pipeline.channel_events import ChannelEvents
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.deliver import Deliverer
from chalicelib.pipeline.desk_events import DeskEvents
from chalicelib.pipeline.dispatch import Dispatch
from chalicelib.pipeline.drain import Line
from chalicelib.pipeline.files import FileKeeper
from chalicelib.pipeline.forward import Forwarder
from chalicelib.pipeline.ingest import Ingester
from chalicelib.pipeline.receive import Receiver
from chalicelib.pipeline.reconcile import Reconciler
from chalicelib.pipeline.sweep import Sweeper
from chalicelib.pipeline.wake import Wakeups
from chalicelib.storage.store import TableStore
from infra.local.pumps import event
from tests import builders
from tests.fakes.bodies import MemoryBodies
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import VirtualClock
from tests.fakes.directory import MemoryDirectory
from tests.fakes.faults import ProcessDied
from tests.fakes.helpdesk import FakeHelpdesk
from tests.fakes.log import RecordingLog
from tests.fakes.media import MemoryMedia
from tests.fakes.queue import MemoryQueue
from tests.fakes.watched import WatchedQueue, WatchedTable

CHANNEL = "messenger"
STARTS = ("whatsapp",)
DESK, OTHER_DESK = "local", "other"
VISIBILITY = 60.0
MOST_RECEIVES = 20


class Deployment:
    """
    An account on one channel, served by the desk `desk`; there is another desk, too.

    Its queues are pumped by the test, each batch going the way through `entrypoints.batches`;
    `time_left` is what a worker's context says, in seconds.
    """

    def __init__(self, channel: str = CHANNEL) -> None:
        self.clock = VirtualClock()
        self.log = RecordingLog()
        self.table = WatchedTable()
        self.store = TableStore(self.table, clock=self.clock)
        self.bodies = MemoryBodies()
        self.dead = {name: WatchedQueue(self.clock, visibility=VISIBILITY) for name in WORKERS}
        self.queues = {
            name: WatchedQueue(
                self.clock,
                visibility=VISIBILITY,
                most_receives=MOST_RECEIVES,
                dead_letters=self.dead[name],
            )
            for name in WORKERS
        }
        self.channel = FakeChannel(channel)
        self.media = MemoryMedia()
        self.desk = FakeHelpdesk(self.clock)
        self.other_desk = FakeHelpdesk(self.clock)
        self.adapters = {DESK: self.desk, OTHER_DESK: self.other_desk}
        self.account = Account(ref=AccountRef(channel, builders.ACCOUNT), desk=DESK)
        self.directory = MemoryDirectory(
            [self.account],
            [Desk(id=each, helpdesk="fake", url="") for each in (DESK, OTHER_DESK)],
        )
        self.time_left = 900.0
        self._ids = (f"id{number}" for number in itertools.count(1))
        self.start()

    def start(self) -> None:
        """Start new processes, which remember nothing."""
        store, directory, clock, log = self.store, self.directory, self.clock, self.log
        wakeups = self.wakeups = Wakeups(
            queues={verb: self.queues[verb] for verb in Verb}, new_id=self._ids.__next__
        )
        breakers = Breakers(store=store, clock=clock, log=log)
        keeper = FileKeeper(media=self.media, clock=clock, log=log)
        self.receiver = Receiver(
            intake=self.queues["ingest"], bodies=self.bodies, clock=clock, log=log
        )
        self.ingester = Ingester(
            store=store,
            directory=directory,
            intake=self.queues["ingest"],
            bodies=self.bodies,
            wakeups=wakeups,
            channel=self._channel,
            helpdesk=self._helpdesk,
            channel_events=ChannelEvents(
                store=store, confirmer=Confirmer(store=store), new_id=self._ids.__next__
            ),
            desk_events=DeskEvents(
                store=store,
                directory=directory,
                channel=self._channel,
                starts=lambda: STARTS,
                new_id=self._ids.__next__,
            ),
            keeper=keeper,
            clock=clock,
            log=log,
        )
        self.forwarder = Forwarder(
            line=self._line(Verb.FORWARD),
            directory=directory,
            breakers=breakers,
            helpdesk=lambda desk: self._helpdesk(desk.id),
            channel=self._channel,
            keeper=keeper,
        )
        self.deliverer = Deliverer(
            line=self._line(Verb.DELIVER),
            directory=directory,
            wakeups=wakeups,
            dispatch=Dispatch(
                directory=directory,
                channel=self._channel,
                helpdesk=lambda desk: self._helpdesk(desk.id),
                keeper=keeper,
                clock=clock,
            ),
        )
        self.reconciler = Reconciler(
            store=store,
            receiver=self.receiver,
            channel=self._channel,
            helpdesk=lambda desk: self._helpdesk(desk.id),
            clock=clock,
            log=log,
        )
        self.sweeper = Sweeper(
            store=store,
            directory=directory,
            breakers=breakers,
            wakeups=wakeups,
            helpdesk=lambda desk: self._helpdesk(desk.id),
            clock=clock,
            log=log,
        )

    def pump(self, name: str, *, most: int = 10) -> bool:
        """Hand a batch of a queue to its worker; return whether there was one."""
        return self._hand(self.queues[name], name, most)

    def worker(self, name: str, *, dead: bool) -> Worker:
        """Return what handles a queue's batches, or those of its dead-letter queue."""
        return _UNDERTAKERS[name] if dead else WORKERS[name]

    def _hand(self, queue: MemoryQueue, name: str, most: int, *, dead: bool = False) -> bool:
        messages = queue.receive(most=most, wait=0)
        if not messages:
            return False
        worker = self.worker(name, dead=dead)
        failed = {message.id for message in messages}
        context: Any = SimpleNamespace(get_remaining_time_in_millis=lambda: self.time_left * 1000)
        try:
            answer = worker(self, SQSEvent(event(messages, name=name), context), queue)
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        except ProcessDied:
            self.start()
        for message in messages:
            if message.id not in failed:
                queue.delete(message.receipt)
        return True

    def _channel(self, name: str) -> FakeChannel:
        if name != self.channel.name:
            raise UnknownIntegration("no such channel")
        return self.channel

    def _helpdesk(self, desk_id: str) -> FakeHelpdesk:
        if desk_id not in self.adapters:
            raise UnknownIntegration("no such helpdesk")
        return self.adapters[desk_id]

    def _line(self, verb: Verb) -> Line:
        return Line(
            store=self.store,
            directory=self.directory,
            clock=self.clock,
            log=self.log,
            verb=verb,
        )


Worker = Callable[[Deployment, SQSEvent, MemoryQueue], dict[str, Any]]


def _ingest(deployment: Deployment, batch: SQSEvent, queue: MemoryQueue) -> dict[str, Any]:
    return batches.in_order(
        batch,
        queue,
        lambda record: deployment.ingester.ingest(record.body, message_id=record.id),
    )


def _bury(deployment: Deployment, batch: SQSEvent, queue: MemoryQueue) -> dict[str, Any]:
    return batches.in_order(
        batch,
        None,
        lambda record: deployment.ingester.park(record.body, message_id=record.id),
    )


def _put_off(verb: Verb) -> Worker:
    return lambda deployment, batch, queue: batches.in_order(
        batch, None, lambda record: deployment.sweeper.put_off(record.body, verb)
    )


WORKERS: dict[str, Worker] = {
    "ingest": _ingest,
    Verb.FORWARD: lambda deployment, batch, queue: batches.drained(
        batch, queue, deployment.forwarder.forward
    ),
    Verb.DELIVER: lambda deployment, batch, queue: batches.drained(
        batch, queue, deployment.deliverer.deliver
    ),
}
_UNDERTAKERS: dict[str, Worker] = {
    "ingest": _bury,
    Verb.FORWARD: _put_off(Verb.FORWARD),
    Verb.DELIVER: _put_off(Verb.DELIVER),
}
