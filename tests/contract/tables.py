"""What the contract of the Table port is told with: rows by their keys."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.storage.keys import Key
from chalicelib.storage.table import Put, Row, Table

KEY: Final[Key] = ("P#1", "S#1")
BESIDE: Final[Key] = ("P#2", "S#1")  #: in another partition, as transactions may span them


def stored(key: Key, row: Row) -> dict[str, Any]:
    """The row as it comes back: with its key among the attributes."""
    return {**row, "pk": key[0], "sk": key[1]}


def put(table: Table, key: Key, **row: Any) -> None:
    table.write([Put(key=key, row=row)])


def read(table: Table, key: Key) -> dict[str, Any] | None:
    return table.get([key]).get(key)
