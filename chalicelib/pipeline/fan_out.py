"""Fanning out: a body that was too large for the queue goes back into it, lane by lane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.domain.envelope import Envelope, compact
from chalicelib.domain.ports import Outgoing, Webhook
from chalicelib.pipeline.receive import BATCH_BYTES, Lane, into_lanes, outgoing, parse_object

_ENVELOPE_BYTES = BATCH_BYTES - 4096  #: for the items of one envelope

Raw = Mapping[str, Any]


def fanned_out(pointer: Envelope, body: bytes, webhook: Webhook, *, origin: str) -> list[Outgoing]:
    """
    Return the queue messages of a kept body's items; of the same pointer always the same.

    `origin` is the pointer's own message id: an item is named by it and its number in the body.
    An item that no queue takes goes as a pointer of its own, in its lane and in its turn.
    """
    messages = []
    for lane, first in _numbered(body, webhook):
        if pointer.lanes and lane.name not in pointer.lanes:
            continue
        for offset, raws in _parts(lane.items):
            envelope = Envelope(
                source=pointer.source,
                received_at=pointer.received_at,
                book=lane.book,
                items=raws,
                origin=origin,
                first=first + offset,
            )
            if len(envelope.encode()) > BATCH_BYTES:
                envelope = replace(envelope, items=(), pointer=pointer.pointer)
            messages.append(outgoing(lane.name, envelope, (origin, envelope.first, raws)))
    return messages


def item_of(pointer: Envelope, body: bytes, webhook: Webhook) -> Raw:
    """Return the one item that a pointer of its own names."""
    for lane, first in _numbered(body, webhook):
        if first <= pointer.first < first + len(lane.items):
            return lane.items[pointer.first - first]
    raise IndexError("no such item in the body")


def _numbered(body: bytes, webhook: Webhook) -> Iterator[tuple[Lane, int]]:
    """Yield a body's lanes, each with the number of its first item."""
    first = 0
    for lane in into_lanes(webhook.split(parse_object(body))):
        yield lane, first
        first += len(lane.items)


def _parts(items: Sequence[Raw]) -> list[tuple[int, Sequence[Raw]]]:
    """Return the items in parts that fit a queue message, each with its place."""
    parts: list[tuple[int, list[Raw]]] = []
    size = 0
    for place, raw in enumerate(items):
        bytes_ = len(compact(raw)) + 1
        if not parts or size + bytes_ > _ENVELOPE_BYTES:
            parts.append((place, []))
            size = 0
        parts[-1][1].append(raw)
        size += bytes_
    return [(place, part) for place, part in parts]
