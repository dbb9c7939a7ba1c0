"""A verified webhook on its way through the intake queue, and the items it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.errors import MalformedPayload


class Book(StrEnum):
    """In which of the books an item is counted."""

    IN = "in"  #: what a platform sent
    OUT = "out"  #: an agent's reply
    DESK = "desk"  #: what else a helpdesk told us


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One thing out of a webhook, unparsed, and whose it is.

    `lane` is what can be known without a look-up: items of one lane keep their order.
    `raw` is the item with the context its parser needs, as JSON.
    """

    lane: str
    raw: Mapping[str, Any]
    book: Book = Book.IN


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """
    One message of the intake queue: the items of a lane, a pointer to a body in S3, or a replay.

    `source` is `channel:<name>` or `desk:<id>`; `received_at` is in ms since the epoch.
    `origin` names the queue message that a fanned-out envelope came from; `first` counts the items
    of that message before this envelope's. With `pointer` there are no items: it is the key of the
    body, and `lanes` the lanes to fan out (empty: all of them); with an `origin` as well, it points
    to the body's one item `first`, which no queue message can hold. With `replays` there is nothing
    else: it is the scope and the key of a claim, and what is parked there is to be decided again.
    """

    source: str
    received_at: int
    items: Sequence[Mapping[str, Any]] = ()
    book: Book = Book.IN
    origin: str = ""
    first: int = 0
    pointer: str = ""
    lanes: Sequence[str] = ()
    replays: Sequence[str] = ()

    def encode(self) -> str:
        """Return the envelope as ASCII JSON, which SQS takes whatever the customer wrote."""
        fields: dict[str, Any] = {
            "source": self.source,
            "received_at": self.received_at,
            "book": self.book,
        }
        if self.pointer:
            fields |= {"pointer": self.pointer, "lanes": list(self.lanes)}
        else:
            fields["items"] = list(self.items)
        if self.replays:
            fields["replays"] = list(self.replays)
        if self.origin:
            fields |= {"origin": self.origin, "first": self.first}
        return compact(fields)

    @classmethod
    def decode(cls, text: str) -> Envelope:
        """Return the envelope of a queue message; raise MalformedPayload where it is none."""
        try:
            fields = json.loads(text)
            return cls(
                source=fields["source"],
                received_at=fields["received_at"],
                items=fields.get("items", ()),
                book=Book(fields.get("book", Book.IN)),
                origin=fields.get("origin", ""),
                first=fields.get("first", 0),
                pointer=fields.get("pointer", ""),
                lanes=fields.get("lanes", ()),
                replays=fields.get("replays", ()),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise MalformedPayload("not an envelope") from exc


def compact(value: object) -> str:
    """Return a value as the shortest ASCII JSON."""
    return json.dumps(value, separators=(",", ":"))


def digest(text: str | bytes) -> str:
    """Return 64 characters that stand for a text: fit for group, deduplication and object keys."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def trace(message_id: str) -> str:
    """Return what stands for a platform's message id in logs: those of WhatsApp hold a number."""
    return digest(message_id)[:16]
