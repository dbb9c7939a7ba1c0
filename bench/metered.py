"""A table that counts what DynamoDB would charge for each call, by its published rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, Final

from chalicelib.storage.keys import Key
from chalicelib.storage.table import Row, Table, Write

_READ_BLOCK: Final = 4096  #: bytes that a read unit is good for
_WRITE_BLOCK: Final = 1024  #: bytes that a write unit is good for
_TRANSACTION: Final = 2  #: times what the same write costs alone
_EVENTUAL: Final = 0.5  #: of a read unit, where the index is asked
_NESTED: Final = 3  #: bytes that a list or a map costs besides what is in it, and one per element


class MeteredTable:
    """
    Keeps the contract of Table over another, and counts calls, read units and write units.

    `looking` is asked what stands before and after a write; the table itself where none is given.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    """

    def __init__(self, table: Table, *, looking: Table | None = None) -> None:
        self.calls = 0
        self.reads = 0.0
        self.writes = 0.0
        self._table = table
        self._looking = looking or table

    def get(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """See Table; each row is rounded up by itself, and one that is not there costs a unit."""
        found = self._table.get(keys)
        self.calls += bool(keys)
        self.reads += sum(_units(size(found.get(key)), _READ_BLOCK) for key in keys)
        return found

    def query(self, partition: str, prefix: str) -> list[dict[str, Any]]:
        """See Table; what is found is rounded up as one."""
        found = self._table.query(partition, prefix)
        self.calls += 1
        self.reads += _units(sum(map(size, found)), _READ_BLOCK)
        return found

    def waiting(self, partition: str, *, until: int, most: int) -> list[dict[str, Any]]:
        """See Table."""
        found = self._table.waiting(partition, until=until, most=most)
        self.calls += 1
        self.reads += _EVENTUAL * _units(sum(map(size, found)), _READ_BLOCK)
        return found

    def scan(self) -> Iterator[dict[str, Any]]:
        """See Table; not counted: no message is the reason for one."""
        return self._table.scan()

    def write(self, writes: Sequence[Write]) -> None:
        """See Table; the larger of a row before and after counts, twice in a transaction."""
        keys = [write.key for write in writes]
        before = self._looking.get(keys)
        self._table.write(writes)
        after = self._looking.get(keys)
        self.calls += 1
        times = 1 if len(writes) == 1 else _TRANSACTION
        for key in keys:
            old, new = before.get(key), after.get(key)
            self.writes += times * _units(max(size(old), size(new)), _WRITE_BLOCK)
            self.writes += _of_the_index(old, new)


def size(row: Row | None) -> int:
    """Return the bytes that a row counts for: names and values."""
    return sum(_bytes(name) + _bytes(value) for name, value in (row or {}).items())


def _of_the_index(before: Row | None, after: Row | None) -> int:
    """Return the write units of the sparse index, which holds whole rows."""
    old = before if before and "waiting" in before else None
    new = after if after and "waiting" in after else None
    if old == new:
        return 0
    moved = (
        old and new and (old["waiting"], old["waiting_at"]) != (new["waiting"], new["waiting_at"])
    )
    if moved:
        return _units(size(old), _WRITE_BLOCK) + _units(size(new), _WRITE_BLOCK)
    return _units(max(size(old), size(new)), _WRITE_BLOCK)


def _units(size_: int, block: int) -> int:
    return max(1, ceil(size_ / block))


def _bytes(value: object) -> int:
    match value:
        case bool() | None:
            return 1
        case str():
            return len(value.encode())
        case int():
            # About a byte for two digits, and one: the documentation says no more.
            return len(str(abs(value)).rstrip("0") or "0") // 2 + 2
        case Mapping():
            inside = sum(_bytes(name) + _bytes(item) + 1 for name, item in value.items())
            return _NESTED + inside
        case list() | tuple() | set() | frozenset():
            return _NESTED + sum(_bytes(item) + 1 for item in value)
        case _:
            raise TypeError(type(value).__name__)
