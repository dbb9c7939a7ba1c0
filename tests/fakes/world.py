"""The whole pipeline in memory: real parts between fake sides, queues, a table and a clock."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from chalice.app import SQSEvent

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.changes import Claim, Delivery, Sent, SentKey
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.ports import Outgoing
from chalicelib.domain.ticket import EntryKind
from chalicelib.domain.work import Verb, Work
from chalicelib.entrypoints import batches
from chalicelib.errors import TransientError, UnknownIntegration
from chalicelib.pipeline.breakers import Breakers
from chalicelib.pipeline.channel_events import ChannelEvents
from chalicelib.pipeline.confirm import Confirmer
from chalicelib.pipeline.deliver import Deliverer
from chalicelib.pipeline.desk_events import DeskEvents
from chalicelib.pipeline.drain import Line
from chalicelib.pipeline.forward import Forwarder
from chalicelib.pipeline.ingest import Ingester
from chalicelib.pipeline.receive import Receiver
from chalicelib.pipeline.sweep import Sweeper
from chalicelib.pipeline.wake import Wake, Wakeups
from chalicelib.storage import keys, rows
from chalicelib.storage.store import TableStore
from chalicelib.storage.table import Write
from infra.local.pumps import event
from tests import builders
from tests.builders import Raw
from tests.fakes.bodies import MemoryBodies
from tests.fakes.channel import SIGNED, FakeChannel
from tests.fakes.clock import VirtualClock
from tests.fakes.faults import ProcessDied
from tests.fakes.helpdesk import DeskTicket, FakeHelpdesk
from tests.fakes.log import RecordingLog
from tests.fakes.queue import MemoryQueue
from tests.fakes.table import MemoryTable

CHANNEL = "messenger"
DESK, OTHER_DESK = "local", "other"
VISIBILITY = 60.0
MOST_RECEIVES = 20
SWEEP_EVERY = 60_000  #: ms


class WatchedTable(MemoryTable):
    """A table that can be down, and lets somebody else in before a write."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self._before: list[tuple[str, Callable[[], object]]] = []

    def before_write(self, prefix: str, action: Callable[[], object]) -> None:
        """Call `action` once, before the next write of a row whose sort key begins so."""
        self._before.append((prefix, action))

    def write(self, writes: Sequence[Write]) -> None:
        """See Table."""
        if self.down:
            raise TransientError("the table is down")
        for planned in list(self._before):
            prefix, action = planned
            if any(write.key[1].startswith(prefix) for write in writes):
                self._before.remove(planned)
                action()
        super().write(writes)


class WatchedQueue(MemoryQueue):
    """A queue that loses what it accepts while `lose` is set, and tells when to look again."""

    lose = False
    before_send: Callable[[], object] | None = None
    sends = 0

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        """See ports.Queue; `before_send` is called first, if it is set, and `sends` counts."""
        self.sends += 1
        if messages and self.before_send is not None:
            self.before_send()
        return ["lost"] * len(messages) if self.lose else super().send(messages)

    def next_visible(self) -> float:
        """Return when a message that is hidden now will be visible, in ms since the epoch."""
        now = self._clock()
        return min((m.visible_at for m in self._messages if m.visible_at > now), default=math.inf)


class MemoryDirectory:
    """The Directory port over plain lists, to be changed at will."""

    def __init__(self, accounts: Sequence[Account], desks: Sequence[Desk]) -> None:
        self.accounts = {account.ref: account for account in accounts}
        self.rows = {desk.id: desk for desk in desks}

    def account(self, ref: AccountRef) -> Account | None:
        """See ports.Directory."""
        return self.accounts.get(ref)

    def desk(self, desk_id: str) -> Desk | None:
        """See ports.Directory."""
        return self.rows.get(desk_id)

    def desks(self) -> Sequence[Desk]:
        """See ports.Directory."""
        return list(self.rows.values())


class World:
    """
    One deployment: an account on one channel, served by the desk `desk`.

    Its queues are pumped by the test, each batch going the way through `entrypoints.batches`;
    `time_left` is what a worker's context says, in seconds.
    """

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.log = RecordingLog()
        self.table = WatchedTable()
        self.store = TableStore(self.table, clock=self.clock)
        self.bodies = MemoryBodies()
        self.dead = {name: WatchedQueue(self.clock, visibility=VISIBILITY) for name in _WORKERS}
        self.queues = {
            name: WatchedQueue(
                self.clock,
                visibility=VISIBILITY,
                most_receives=MOST_RECEIVES,
                dead_letters=self.dead[name],
            )
            for name in _WORKERS
        }
        self.channel = FakeChannel(CHANNEL)
        self.desk = FakeHelpdesk(self.clock)
        self.other_desk = FakeHelpdesk(self.clock)
        self.adapters = {DESK: self.desk, OTHER_DESK: self.other_desk}
        self.account = Account(ref=AccountRef(CHANNEL, builders.ACCOUNT), desk=DESK)
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
            desk_events=DeskEvents(store=store, directory=directory),
            clock=clock,
            log=log,
        )
        self.forwarder = Forwarder(
            line=self._line(Verb.FORWARD),
            directory=directory,
            breakers=breakers,
            helpdesk=lambda desk: self._helpdesk(desk.id),
            channel=self._channel,
        )
        self.deliverer = Deliverer(
            line=self._line(Verb.DELIVER),
            directory=directory,
            wakeups=wakeups,
            channel=self._channel,
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

    # --- what comes in

    def hear(self, *items: Raw) -> None:
        """Receive a webhook of the channel."""
        self._receive(self.channel, f"channel:{CHANNEL}", items)

    def hear_desk(self, *items: Raw, desk: str = DESK) -> None:
        """Receive a webhook of a desk."""
        self._receive(self._helpdesk(desk), f"desk:{desk}", items)

    def receive_through(self, intake: Any) -> None:
        """Have what is received go to another intake, that stands before the real one."""
        self.receiver = replace(self.receiver, intake=intake)

    def open_ticket(self, *texts: str, contact: str = "anna") -> str:
        """Have a contact write, and return the id of the ticket in which that is shown."""
        self.hear(*(builders.message(text, contact=contact) for text in texts))
        self.run_until_quiet()
        return self.desk.tickets[-1].id

    def answer(self, ticket_id: str, *texts: str) -> None:
        """Have an agent answer in a ticket, and everything done that can be done at once."""
        for text in texts:
            self.hear_desk(builders.reply(ticket_id, text, at=self.clock()))
        self.work()

    def wake(self, *conversations: str) -> None:
        """Send a wake-up of each verb for conversations, whether there is work or not."""
        self.wakeups.send([Wake(verb, each) for each in conversations for verb in Verb])

    def _receive(self, webhook: Any, source: str, items: Sequence[Raw]) -> None:
        self.receiver.receive(webhook, source=source, body=builders.body(*items), headers=SIGNED)

    # --- what happens then

    def pump(self, name: str, *, most: int = 10) -> bool:
        """Hand a batch of a queue to its worker; return whether there was one."""
        return self._hand(self.queues[name], name, most)

    def _hand(self, queue: MemoryQueue, name: str, most: int, *, dead: bool = False) -> bool:
        messages = queue.receive(most=most, wait=0)
        if not messages:
            return False
        worker = _UNDERTAKERS[name] if dead else _WORKERS[name]
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

    def work(self) -> None:
        """Do everything that can be done at this moment."""
        for _ in range(10_000):
            busy = [self.pump(name) for name in _WORKERS]
            busy += [self._hand(self.dead[name], name, 10, dead=True) for name in _WORKERS]
            if not any(busy):
                return
        raise AssertionError("it never comes to an end")

    def run(self, seconds: float) -> None:
        """Let time pass, with a sweep each minute."""
        until = self.clock() + round(seconds * 1000)
        self.work()
        while self.clock() < until:
            self._until_something_happens(until)
            if self.clock() % SWEEP_EVERY == 0:
                self.sweep()
            self.work()

    def _until_something_happens(self, at_latest: int) -> None:
        now = self.clock()
        sweep = now - now % SWEEP_EVERY + SWEEP_EVERY
        queues = [*self.queues.values(), *self.dead.values()]
        then = min(at_latest, sweep, *(queue.next_visible() for queue in queues))
        self.clock.advance((then - now) / 1000)

    def sweep(self) -> None:
        """Do what the schedule does each minute; one that fails is followed by the next."""
        try:
            self.sweeper.sweep()
        except TransientError:
            self.log.warning("sweep failed")

    def run_until_quiet(self, *, at_most: float = 7200) -> None:
        """Let time pass until nothing waits; nothing may be left undone then but what is parked."""
        until = self.clock() + round(at_most * 1000)
        self.work()
        while not self._is_quiet():
            assert self.clock() < until, "it never comes to rest"
            self.run(SWEEP_EVERY / 1000)
        left = [work for work in self.open_work() if not work.parked]
        assert not left, "nobody is going to do this"

    def _is_quiet(self) -> bool:
        queues = [*self.queues.values(), *self.dead.values()]
        waits = any(work.due_at and not work.parked for work in self.open_work())
        return not waits and not any(queue.depth() for queue in queues)

    # --- what there is

    def open_work(self) -> list[Work]:
        """Return all work rows, parked ones included."""
        return [rows.to_work(row) for row in self._rows(keys.WORK_PREFIX)]

    def parked_work(self) -> list[Work]:
        """Return the parked work rows."""
        return [work for work in self.open_work() if work.parked]

    def claims(self) -> list[Claim]:
        """Return the books."""
        return [rows.to_claim(row) for row in self._rows(keys.CLAIM)]

    def claim(self, key: str) -> Claim:
        """Return the line of the books under that key."""
        (found,) = (claim for claim in self.claims() if claim.key.key == key)
        return found

    def conversations(self) -> list[Conversation]:
        """Return all conversations."""
        return [
            rows.to_conversation(row) for row in self._rows(keys.CONV) if row["sk"] == keys.CONV
        ]

    def conversation(self) -> Conversation:
        """Return the only conversation."""
        (found,) = self.conversations()
        return found

    def notes(self) -> list[str]:
        """Return the notes in all tickets, in order."""
        entries = (entry.entry for ticket in self.desk.tickets for entry in ticket.entries)
        return [entry.text for entry in entries if entry.kind is EntryKind.NOTE]

    def arrived(self) -> list[str]:
        """Return what the customers have read, in order."""
        return [sent.text for sent in self.channel.arrived]

    def delivery(self, sequence: int) -> Delivery | None:
        """Return how sending the only conversation's message of that number ended."""
        return self.store.delivery(self.conversation().id, sequence)

    def sent(self, message_id: str) -> Sent:
        """Return what is known of a message by the platform's id."""
        key = SentKey(self.account.ref, message_id)
        return self.store.find(sent=[key]).sent[key]

    def ticket(self) -> DeskTicket:
        """Return the only ticket."""
        (found,) = self.desk.tickets
        return found

    def _rows(self, prefix: str) -> Iterator[dict[str, Any]]:
        return (row for row in self.table.scan() if row["sk"].startswith(prefix))

    def _channel(self, name: str) -> FakeChannel:
        if name != CHANNEL:
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


_Worker = Callable[[World, SQSEvent, MemoryQueue], dict[str, Any]]


def _ingest(world: World, batch: SQSEvent, queue: MemoryQueue) -> dict[str, Any]:
    return batches.in_order(
        batch,
        queue,
        lambda record: world.ingester.ingest(record.body, message_id=record.message_id),
    )


def _bury(world: World, batch: SQSEvent, queue: MemoryQueue) -> dict[str, Any]:
    return batches.in_order(
        batch, None, lambda record: world.ingester.park(record.body, message_id=record.message_id)
    )


def _put_off(verb: Verb) -> _Worker:
    return lambda world, batch, queue: batches.in_order(
        batch, None, lambda record: world.sweeper.put_off(record.body, verb)
    )


_WORKERS: dict[str, _Worker] = {
    "ingest": _ingest,
    Verb.FORWARD: lambda world, batch, queue: batches.drained(
        batch, queue, world.forwarder.forward
    ),
    Verb.DELIVER: lambda world, batch, queue: batches.drained(
        batch, queue, world.deliverer.deliver
    ),
}
_UNDERTAKERS: dict[str, _Worker] = {
    "ingest": _bury,
    Verb.FORWARD: _put_off(Verb.FORWARD),
    Verb.DELIVER: _put_off(Verb.DELIVER),
}
