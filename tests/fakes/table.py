"""The table in memory, with the semantics of DynamoDB that storage relies on."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.errors import Conflict
from chalicelib.storage.keys import Key
from chalicelib.storage.table import Condition, Delete, Put, Update, Write

_LARGEST = 100


class MemoryTable:
    """Rows by key; writes are atomic, and copies go in and out."""

    def __init__(self) -> None:
        self._rows: dict[Key, dict[str, Any]] = {}
        self._sorts: dict[str, set[str]] = {}  # of each partition
        self._lock = threading.Lock()
        self.calls: list[str] = []

    def get(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        self.calls.append("get")
        if len(keys) > _LARGEST:
            raise ValueError("DynamoDB refuses to read so many keys at once")
        with self._lock:
            return {key: _copied(self._rows[key]) for key in keys if key in self._rows}

    def query(self, partition: str, prefix: str) -> list[dict[str, Any]]:
        self.calls.append("query")
        with self._lock:
            sorts = sorted(k for k in self._sorts.get(partition, ()) if k.startswith(prefix))
            return [_copied(self._rows[partition, sort]) for sort in sorts]

    def waiting(self, partition: str, *, until: int, most: int) -> list[dict[str, Any]]:
        self.calls.append("waiting")
        with self._lock:
            rows = [
                row
                for row in self._rows.values()
                if row.get("waiting") == partition and row["waiting_at"] <= until
            ]
            rows.sort(key=lambda row: row["waiting_at"])
            return [_copied(row) for row in rows[:most]]

    def scan(self) -> Iterator[dict[str, Any]]:
        self.calls.append("scan")
        with self._lock:
            return iter([_copied(row) for row in self._rows.values()])

    def write(self, writes: Sequence[Write]) -> None:
        self.calls.append("write")
        keys = {write.key for write in writes}
        if not writes or len(keys) != len(writes) or len(writes) > _LARGEST:
            raise ValueError("DynamoDB refuses such a transaction")
        if any(isinstance(write, Update) and not (write.put or write.add) for write in writes):
            raise ValueError("DynamoDB refuses an update of nothing")
        with self._lock:
            rows = {write.key: self._rows.get(write.key, {}) for write in writes}
            if not all(_holds(write.when, rows[write.key]) for write in writes):
                raise Conflict("a condition did not hold")
            written = {write.key: _written(write, rows[write.key]) for write in writes}
            for key, row in written.items():
                if row is None:
                    self._rows.pop(key, None)
                    self._sorts.get(key[0], set()).discard(key[1])
                else:
                    self._rows[key] = row
                    self._sorts.setdefault(key[0], set()).add(key[1])


def _copied(value: Any) -> Any:
    """Return a copy of what is stored, as deep as it goes; many times faster than deepcopy."""
    kind = type(value)
    if kind is dict:
        return {name: _copied(item) for name, item in value.items()}
    if kind is list:
        return [_copied(item) for item in value]
    return set(value) if kind is set else value


def _written(write: Write, before: dict[str, Any]) -> dict[str, Any] | None:
    pk, sk = write.key
    match write:
        case Put():
            return {**_stored(write.row), "pk": pk, "sk": sk}
        case Update():
            added = {
                name: before.get(name, set()) | _stored(members)
                for name, members in write.add.items()
            }
            return {**before, **_stored(write.put), **added, "pk": pk, "sk": sk}
        case Delete():
            return None


def _stored(value: Any) -> Any:
    """Return a value as DynamoDB gives it back; raise TypeError for one that it does not take."""
    match value:
        case bool():
            return value
        case int():
            return int(value)
        case str():
            return str(value)
        case list() | tuple():
            return [_stored(item) for item in value]
        case Mapping():
            return {str(name): _stored(item) for name, item in value.items()}
        case set() | frozenset() if value and all(isinstance(member, str) for member in value):
            return {str(member) for member in value}
        case _:
            raise TypeError("DynamoDB stores no such value")


def _holds(when: Condition, row: dict[str, Any]) -> bool:
    return (
        not any(name in row for name in when.absent)
        and all(name in row and row[name] == value for name, value in when.equal.items())
        and all(name not in row or row[name] < value for name, value in when.below.items())
    )
