"""The few operations on the table that storage is made of, as a port: DynamoDB's, in plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from chalicelib.storage.keys import Key

Row = Mapping[str, Any]
"""Attributes by name: strings, whole numbers, booleans, lists, mappings, and sets of strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """
    What must hold for a write: all of it, for the row as it stands.

    `absent` names attributes that must not be there (`pk`: no such row); `equal` those that must
    have a value; `below` those that must be smaller, or not there.
    """

    absent: Sequence[str] = ()
    equal: Mapping[str, Any] = field(default_factory=dict)
    below: Mapping[str, int] = field(default_factory=dict)


ANYWAY = Condition()
IF_NEW = Condition(absent=("pk",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Write a row whole."""

    key: Key
    row: Row
    when: Condition = ANYWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Write some attributes of a row, and add members to sets; makes the row where there is none."""

    key: Key
    put: Row = field(default_factory=dict)
    add: Mapping[str, frozenset[str]] = field(default_factory=dict)
    when: Condition = ANYWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Remove a row."""

    key: Key
    when: Condition = ANYWAY


Write = Put | Update | Delete


class Table(Protocol):
    """A table with a partition key `pk`, a sort key `sk` and the sparse index."""

    def get(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        """Return those rows that exist, as they stand now; one call for up to 100 keys."""
        ...

    def query(self, partition: str, prefix: str) -> list[dict[str, Any]]:
        """Return a partition's rows whose sort key begins so, in the order of it, as they stand."""
        ...

    def waiting(self, partition: str, *, until: int, most: int) -> list[dict[str, Any]]:
        """Return rows of the sparse index up to a time, oldest first; may lag behind writes."""
        ...

    def write(self, writes: Sequence[Write]) -> None:
        """
        Write all or none, in one call; several writes must be of different rows.

        Raises Conflict where a condition does not hold, TransientError where the table refuses
        for now.
        """
        ...

    def scan(self) -> Iterator[dict[str, Any]]:
        """Return every row: for an operator's audit only."""
        ...
