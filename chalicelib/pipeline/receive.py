"""Receive: verify a webhook, split it into items, and make it durable in the intake queue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalicelib.domain.envelope import Book, Envelope, Item, compact, digest
from chalicelib.domain.keeping import Bodies
from chalicelib.domain.ports import Clock, Log, Outgoing, Queue, Webhook
from chalicelib.errors import MalformedPayload, TooLarge, TransientError

LARGEST_BODY = 5 * 1024 * 1024  #: bytes; Meta sends up to 3 MB
#: What one SendMessageBatch takes.
#: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
BATCH_ENTRIES = 10
BATCH_BYTES = 256 * 1024


class Lane(NamedTuple):
    """Items of one lane and one book, in their order."""

    name: str
    book: Book
    items: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What receiving needs."""

    intake: Queue
    bodies: Bodies
    clock: Clock
    log: Log

    def receive(
        self, webhook: Webhook, *, source: str, body: bytes, headers: Mapping[str, str]
    ) -> None:
        """
        Return once everything in a webhook's body is durable.

        `source` is `channel:<name>` or `desk:<id>`; `headers` has lower-case names. Raises
        TooLarge, InvalidSignature, MalformedPayload where the webhook is refused, TransientError
        where it could not be kept: then the sender must send again, and nothing was accepted that
        sending again would double.
        """
        if len(body) > LARGEST_BODY:
            raise TooLarge("larger than anything the platforms send")
        webhook.verify(body, headers)
        self.take(webhook, source=source, body=body)

    def take(self, webhook: Webhook, *, source: str, body: bytes) -> None:
        """
        Return once everything in a body that is known to be genuine is durable.

        Takes and raises what `receive` does, but looks for no signature.
        """
        lanes = into_lanes(webhook.split(parse_object(body)))
        if not lanes:
            self.log.info("received", source=source, messages=[])
            return
        now = self.clock()
        left = lanes
        sent: list[tuple[str, str, Sequence[Lane]]] = []
        messages = _batch(source, lanes, now=now)
        if messages:
            ids = self.intake.send(messages)
            sent = [
                (id_, m.deduplication, [lane])
                for id_, m, lane in zip(ids, messages, lanes, strict=True)
                if id_ is not None
            ]
            left = [lane for id_, lane in zip(ids, lanes, strict=True) if id_ is None]
        if left:
            every = len(left) == len(lanes)
            sent.append(self._point(source, body, left, now=now, every=every))
        self._count(source, sent)

    def _point(
        self, source: str, body: bytes, lanes: Sequence[Lane], *, now: int, every: bool
    ) -> tuple[str, str, Sequence[Lane]]:
        """Keep the whole body, and queue a pointer to it and to the lanes that are still to do."""
        pointer = Envelope(
            source=source,
            received_at=now,
            pointer=self.bodies.keep(body),
            lanes=() if every else [lane.name for lane in lanes],
        )
        message = outgoing(f"{source}:bodies", pointer, (pointer.pointer, pointer.lanes))
        (id_,) = self.intake.send([message])
        if id_ is None:
            raise TransientError("the queue refused the pointer")
        return id_, message.deduplication, lanes

    def _count(self, source: str, sent: Sequence[tuple[str, str, Sequence[Lane]]]) -> None:
        """Log what was accepted: the books of `verify` begin here."""
        messages = []
        for id_, deduplication, lanes in sent:
            counts: dict[str, int] = {}
            for lane in lanes:
                counts[lane.book] = counts.get(lane.book, 0) + len(lane.items)
            messages.append({"id": id_, "deduplication": deduplication, "items": counts})
        self.log.info("received", source=source, messages=messages)


def parse_object(body: bytes) -> dict[str, Any]:
    """Return a JSON object; raise MalformedPayload for everything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise MalformedPayload("not JSON") from exc
    if not isinstance(value, dict):
        raise MalformedPayload("not an object")
    return value


def into_lanes(items: Sequence[Item]) -> list[Lane]:
    """Return the items lane by lane, both in the order in which they first came."""
    lanes: dict[tuple[str, Book], list[Mapping[str, Any]]] = {}
    for item in items:
        lanes.setdefault((item.lane, item.book), []).append(item.raw)
    return [Lane(name, book, raws) for (name, book), raws in lanes.items()]


def _batch(source: str, lanes: Sequence[Lane], *, now: int) -> list[Outgoing]:
    """Return the queue messages of all lanes; none where they are more than one batch takes."""
    if len(lanes) > BATCH_ENTRIES:
        return []
    messages = [
        outgoing(
            lane.name,
            Envelope(source=source, received_at=now, book=lane.book, items=lane.items),
            (lane.items,),
        )
        for lane in lanes
    ]
    return messages if total_bytes(messages) <= BATCH_BYTES else []


def outgoing(lane: str, envelope: Envelope, identity: object) -> Outgoing:
    """
    Return the queue message of an envelope.

    `identity` is what makes it the same message when it comes again within five minutes: all of
    its items in order, since an id taken from one item would swallow a re-batched neighbour.
    """
    return Outgoing(
        body=envelope.encode(),
        group=digest(f"{envelope.source}|{lane}".encode(errors="replace")),
        deduplication=digest(f"{envelope.source}|{compact(identity)}"),
    )


def total_bytes(messages: Sequence[Outgoing]) -> int:
    """Return what a batch counts for SQS; bodies are ASCII."""
    return sum(len(message.body) for message in messages)


def in_batches(messages: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """Yield the messages in batches that SQS takes."""
    batch: list[Outgoing] = []
    for message in messages:
        full = len(batch) == BATCH_ENTRIES
        if batch and (full or total_bytes([*batch, message]) > BATCH_BYTES):
            yield batch
            batch = []
        batch.append(message)
    if batch:
        yield batch
