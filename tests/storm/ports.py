"""The ports in memory, each call of which goes through the storm, and what is seen there is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final
from zlib import crc32

from chalicelib.domain.contact import Contact
from chalicelib.domain.ports import Delivered, Outgoing
from chalicelib.domain.sending import Accepted, Sending
from chalicelib.domain.ticket import Entry, Opening, Ticket
from chalicelib.errors import (
    AmbiguousError,
    Conflict,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.storage.keys import Key
from chalicelib.storage.table import Write
from tests.fakes.bodies import MemoryBodies
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import VirtualClock
from tests.fakes.helpdesk import DeskTicket, FakeHelpdesk
from tests.fakes.queue import MemoryQueue, _Message
from tests.fakes.watched import WatchedQueue, WatchedTable
from tests.storm.chaos import Chaos, Failing

_LIKED: Final = 40  #: texts for each one that a desk stumbles over
_CALM = Chaos(0, VirtualClock())
_CALM.calm = True


def _aws(_: Random) -> TransientError:
    return TransientError("throttled, or no answer")


def _table_lost(random: Random) -> TransientError:
    # A client that lost the answer asks again by itself, and meets its own write.
    return Conflict("a condition did not hold") if random.random() < 0.5 else _aws(random)


def _busy(random: Random) -> ScriptaError:
    return TransientError("too many", retry_after=random.choice((None, 1.0, 30.0, 600.0)))


def _desk_refused(random: Random) -> ScriptaError:
    roll = random.random()
    if roll < 0.5:
        return _busy(random)
    if roll < 0.95:
        return AmbiguousError("no answer")
    return Unauthorised("token") if roll < 0.98 else Refused("other", "no")


def _channel_refused(random: Random) -> ScriptaError:
    roll = random.random()
    if roll < 0.4:
        return _busy(random)
    if roll < 0.7:
        return AmbiguousError("no answer")
    return Unauthorised("token") if roll < 0.85 else Refused("not_reachable")


def _ambiguous(_: Random) -> AmbiguousError:
    return AmbiguousError("no answer")


_READ = Failing(refused=_aws)
_WRITE = Failing(refused=_aws, lost=_table_lost)
_SEND = Failing(refused=_aws, lost=_aws)
_LOOK = Failing(refused=_busy, outside=True)
_DESK = Failing(refused=_desk_refused, lost=_ambiguous, outside=True)
_CHANNEL = Failing(refused=_channel_refused, lost=_ambiguous, outside=True)


class StormyTable(WatchedTable):
    """A table that tells every write that took effect to `seen`, and finds its rows quickly."""

    def __init__(self, chaos: Chaos, seen: Callable[[Sequence[Write]], None]) -> None:
        super().__init__()
        self._chaos = chaos
        self._seen = seen
        self._partitions: dict[str, set[Key]] = {}
        self._waiting: set[Key] = set()

    def get(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """See Table."""
        return self._chaos.call("table.get", lambda: self._get(keys), _READ)

    def query(self, partition: str, prefix: str) -> list[dict[str, Any]]:
        """See Table."""
        return self._chaos.call("table.query", lambda: self._query(partition, prefix), _READ)

    def waiting(self, partition: str, *, until: int, most: int) -> list[dict[str, Any]]:
        """See Table."""
        return self._chaos.call(
            f"table.waiting {partition}", lambda: self._due(partition, until, most), _READ
        )

    def write(self, writes: Sequence[Write]) -> None:
        """See Table."""
        what = " ".join("/".join(write.key) for write in writes)
        self._chaos.call(f"table.write {what}", lambda: self._write(writes), _WRITE)

    def row(self, key: Key) -> dict[str, Any]:
        """Return a row as it stands, for who watches; empty where there is none."""
        return self._rows.get(key, {})

    def open_rows(self) -> list[dict[str, Any]]:
        """Return the rows that wait for a time, a desk or an operator, or for their wake-up."""
        return [row for key, row in self._rows.items() if key[1].startswith("CONV#WORK#")]

    def _get(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        # Rows are never changed in place, so that copies need not be deep.
        return {key: dict(self._rows[key]) for key in keys if key in self._rows}

    def _query(self, partition: str, prefix: str) -> list[dict[str, Any]]:
        found = sorted(k for k in self._partitions.get(partition, ()) if k[1].startswith(prefix))
        return [dict(self._rows[key]) for key in found]

    def _due(self, partition: str, until: int, most: int) -> list[dict[str, Any]]:
        rows = [self._rows[key] for key in sorted(self._waiting)]
        due = [r for r in rows if r["waiting"] == partition and r["waiting_at"] <= until]
        return [dict(row) for row in sorted(due, key=lambda row: int(row["waiting_at"]))[:most]]

    def _write(self, writes: Sequence[Write]) -> None:
        super().write(writes)
        for key in (write.key for write in writes):
            row = self._rows.get(key)
            partition = self._partitions.setdefault(key[0], set())
            (partition.discard if row is None else partition.add)(key)
            (self._waiting.add if row and "waiting" in row else self._waiting.discard)(key)
        self._seen(writes)


class StormyQueue(WatchedQueue):
    """
    A queue that refuses some entries, and tells of what it took to `took`.

    Lambda's poller receives and deletes: a delete that fails is a message shown again.
    """

    chaos = _CALM
    took: Callable[[Outgoing], None] = staticmethod(lambda message: None)
    buried: Callable[[str], None] = staticmethod(lambda body: None)

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        """See ports.Queue."""
        return self.chaos.call(f"queue.send {len(messages)}", lambda: self._some(messages), _SEND)

    def defer(self, receipt: str, seconds: float) -> None:
        """See ports.Queue."""
        defer = super().defer
        self.chaos.call("queue.defer", lambda: defer(receipt, seconds), _SEND)

    def receive(self, *, most: int, wait: float) -> list[Delivered]:
        """Receive as the poller does, which comes again while the queue is down."""
        return [] if self.down else super().receive(most=most, wait=wait)

    def delete(self, receipt: str) -> None:
        """Delete as the poller does, now and then in vain."""
        if not self.chaos.calm and self.chaos.happens(0.01):
            self.chaos.fault("a delete is lost")
            return
        try:
            super().delete(receipt)
        except TransientError:
            self.chaos.note("the receipt is no longer good")

    def take_over(self, dead: Sequence[_Message]) -> None:
        """See MemoryQueue."""
        for message in dead:
            self.chaos.fault("a message is dead")
            self.buried(message.group)
            message.receives = 0
        super().take_over(dead)

    def _some(self, messages: Sequence[Outgoing]) -> list[str | None]:
        if self.chaos.calm or not self.chaos.depth or not self.chaos.happens(0.01):
            return super().send(messages)
        self.chaos.fault("the queue refuses some entries")
        ids: list[str | None] = []
        for message in messages:
            refused = self.chaos.happens(0.5)
            ids += [None] if refused else super().send([message])
        return ids

    def _accepted(self, message: Outgoing) -> str | None:
        before = len(self._messages)
        id_ = MemoryQueue._accepted(self, message)
        if len(self._messages) > before:
            self.took(message)
        return id_


class StormyBodies(MemoryBodies):
    """Keeps bodies through the storm."""

    def __init__(self, chaos: Chaos) -> None:
        super().__init__()
        self._chaos = chaos

    def keep(self, body: bytes) -> str:
        """See ports.Bodies."""
        keep = super().keep
        return self._chaos.call("bodies.keep", lambda: keep(body), _SEND)

    def fetch(self, key: str) -> bytes:
        """See ports.Bodies."""
        fetch = super().fetch
        return self._chaos.call("bodies.fetch", lambda: fetch(key), _READ)


class StormyHelpdesk(FakeHelpdesk):
    """A helpdesk behind the storm, which tells every entry that stands to `written`."""

    def __init__(
        self, clock: VirtualClock, chaos: Chaos, written: Callable[[DeskTicket, Entry], None]
    ) -> None:
        super().__init__(clock)
        self._chaos = chaos
        self._written = written

    def create(self, opening: Opening) -> Ticket:
        """See ports.Helpdesk."""
        what = f"desk.create {opening.entry.text[:40]!r}"
        create = super().create
        return self._chaos.call(what, lambda: create(opening), _DESK)

    def append(self, ticket_id: str, entry: Entry) -> str:
        """See ports.Helpdesk."""
        what = f"desk.append {ticket_id} {entry.text[:40]!r}"
        append = super().append
        entry_id = self._chaos.call(what, lambda: append(ticket_id, entry), _DESK)
        if self._stumbles(entry.text):
            raise AmbiguousError("an error, but it stands")
        return entry_id

    def find(self, reference: str) -> Ticket | None:
        """See ports.Helpdesk."""
        find = super().find
        return self._chaos.call("desk.find", lambda: find(reference), _LOOK)

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """See ports.Helpdesk."""
        find_entry = super().find_entry
        if self._stumbles(entry.text):
            raise TransientError("an error")
        return self._chaos.call(
            f"desk.find_entry {ticket_id}",
            lambda: find_entry(ticket_id, after=after, entry=entry),
            _LOOK,
        )

    def _stumbles(self, text: str) -> bool:
        """Return whether the desk fails at one of the few texts that it does not like."""
        stumbles = not self._chaos.calm and crc32(text.encode()) % _LIKED == 0
        if stumbles:
            self._chaos.fault("a desk stumbles over an entry, and writes it")
        return stumbles and self._chaos.happens(0.9)

    def check(self) -> None:
        """See ports.Helpdesk."""
        self._chaos.call("desk.check", super().check, _LOOK)

    def _add(self, ticket: DeskTicket, entry: Entry) -> str:
        self._written(ticket, entry)
        return super()._add(ticket, entry)


class StormyChannel(FakeChannel):
    """A channel behind the storm; `expired` is a token that is no longer good."""

    def __init__(self, name: str, chaos: Chaos, sent: Callable[[StormyChannel], None]) -> None:
        super().__init__(name)
        self.expired = False
        self._chaos = chaos
        self._told = sent

    def send(self, sending: Sending) -> Accepted:
        """See ports.Channel."""
        text, reference = sending.text, sending.reference
        return self._chaos.call(
            f"channel.send {reference} {text[:40]!r}",
            lambda: self._out(sending.contact, text, reference),
            _CHANNEL,
        )

    def _out(self, contact: Contact, text: str, reference: str) -> Accepted:
        if self.expired:
            raise Unauthorised("the token expired")
        accepted = self._send(contact, text, reference, None)
        self._told(self)
        return accepted
