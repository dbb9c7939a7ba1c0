"""The ports in memory, each call of which goes through the storm, and what is seen there is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from chalicelib.domain.addresses import is_allowed
from chalicelib.domain.content import Attachment, File, Location
from chalicelib.domain.ports import Delivered, Outgoing
from chalicelib.errors import (
    Conflict,
    Gone,
    Refused,
    ScriptaError,
    TransientError,
)
from chalicelib.storage.keys import Key
from chalicelib.storage.table import Write
from tests.fakes.bodies import MemoryBodies
from tests.fakes.clock import VirtualClock
from tests.fakes.media import MemoryMedia
from tests.fakes.queue import MemoryQueue, _Message
from tests.fakes.secrets import MemorySecrets
from tests.fakes.watched import WatchedQueue, WatchedTable
from tests.storm.chaos import Chaos, Failing

_CALM = Chaos(0, VirtualClock())
_CALM.calm = True


def _aws(_: Random) -> TransientError:
    return TransientError("throttled, or no answer")


def _table_lost(random: Random) -> TransientError:
    # A client that lost the answer asks again by itself, and meets its own write.
    return Conflict("a condition did not hold") if random.random() < 0.5 else _aws(random)


def _file_refused(random: Random) -> ScriptaError:
    roll = random.random()
    if roll < 0.8:
        return TransientError("no answer")
    return Refused("file_too_large") if roll < 0.9 else Gone("no such file")


_READ = Failing(refused=_aws)
_WRITE = Failing(refused=_aws, lost=_table_lost)
_SEND = Failing(refused=_aws, lost=_aws)
_FILE = Failing(refused=_file_refused, lost=_aws, outside=True)


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
        """See keeping.Bodies."""
        keep = super().keep
        return self._chaos.call("bodies.keep", lambda: keep(body), _SEND)

    def fetch(self, key: str) -> bytes:
        """See keeping.Bodies."""
        fetch = super().fetch
        return self._chaos.call("bodies.fetch", lambda: fetch(key), _READ)


class StormySecrets(MemorySecrets):
    """Secrets that cannot always be asked."""

    def __init__(self, chaos: Chaos, values: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        super().__init__(values)
        self._chaos = chaos

    def get(self, name: str, field: str) -> tuple[str, ...]:
        """See ports.Secrets."""
        get = super().get
        return self._chaos.call(f"secrets.get {name}", lambda: get(name, field), _READ)


class StormyMedia(MemoryMedia):
    """
    A media store in the storm; what is at an address is what `known` says, or else says the address.

    A file that is asked for at an address that was not allowed, or with a token where none belongs,
    is told to `wrong`.
    """

    def __init__(
        self,
        chaos: Chaos,
        wrong: Callable[[str], None],
        known: Callable[[Location], bytes | None] = lambda location: None,
    ) -> None:
        super().__init__()
        self._chaos = chaos
        self._wrong = wrong
        self._known = known
        self._handed_out: dict[str, Attachment] = {}

    def fetch(self, file: File, location: Location) -> File:
        """See keeping.MediaStore."""
        if not is_allowed(location.url, hosts=location.hosts):
            self._wrong(f"{location.url} is fetched")
        content = self._known(location)
        # Whoever keeps a file saw the token that came along, or did not want one.
        may_have = content is not None or "lookaside" in location.url
        if ("authorization" in location.headers) > may_have or (
            "lookaside" in location.url and "authorization" not in location.headers
        ):
            self._wrong(f"{location.url} is asked with {list(location.headers)}")
        if content is not None:
            self.outside[location.url] = content
        fetch = super().fetch
        return self._chaos.call(f"media.fetch {location.url}", lambda: fetch(file, location), _FILE)

    def forget(self, file: File) -> None:
        """See keeping.MediaStore."""
        forget = super().forget
        self._chaos.call("media.forget", lambda: forget(file), _SEND)

    def attachment(self, file: File) -> Attachment:
        """See keeping.MediaStore."""
        attachment = super().attachment
        found = self._chaos.call("media.attachment", lambda: attachment(file), _READ)
        self._handed_out[found.link] = found
        return found

    def linked(self, link: str) -> Attachment | None:
        """Return what somebody finds who follows a link of ours."""
        return self._handed_out.get(link)
