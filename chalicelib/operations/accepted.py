"""What receive accepted, as its log tells it: where the books of `verify` begin."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.envelope import Book

_MESSAGE = "received"
_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """
    A queue message that was accepted for the intake, and how many items of each book it holds.

    `at` is when that was logged, in ms since the epoch. The queue may have dropped the message as
    the double of another one with the same `deduplication`.
    """

    message_id: str
    deduplication: str
    at: int
    items: Mapping[Book, int]


def accepted(lines: Iterable[str]) -> Iterator[Accepted]:
    """
    Yield what the application's log lines tell of accepted messages, in their order.

    Lines that tell of anything else, or that were cut off when a process ended, are passed over:
    an item whose line is missing is found in the table.
    """
    for line in lines:
        # Most lines are of other things: telling them apart must not cost a parse.
        if f'"{_MESSAGE}"' not in line:
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("message") == _MESSAGE and "messages" in entry:
            yield from _messages(entry)


def _messages(entry: Mapping[str, Any]) -> Iterator[Accepted]:
    at = round(datetime.fromisoformat(entry["timestamp"]).timestamp() * _MS)
    for message in entry["messages"]:
        yield Accepted(
            message_id=message["id"],
            deduplication=message["deduplication"],
            at=at,
            items={Book(book): count for book, count in message["items"].items()},
        )
