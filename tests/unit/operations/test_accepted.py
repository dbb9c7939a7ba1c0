"""What the log tells of accepted messages, among all else it tells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.envelope import Book, Item
from chalicelib.operations.accepted import Accepted, accepted
from chalicelib.pipeline.receive import Receiver
from tests.fakes.bodies import MemoryBodies
from tests.fakes.clock import VirtualClock
from tests.fakes.log import RecordingLog
from tests.fakes.queue import MemoryQueue

LINE = {
    "level": "INFO",
    "message": "received",
    "timestamp": "2023-11-14T22:13:20.250+00:00",
    "source": "channel:messenger",
    "messages": [
        {"id": "m1", "deduplication": "d1", "items": {"in": 2}},
        {"id": "m2", "deduplication": "d2", "items": {"out": 1, "desk": 3}},
    ],
}


def test_each_message_of_a_line_is_told():
    assert list(accepted([json.dumps(LINE)])) == [
        Accepted(message_id="m1", deduplication="d1", at=1_700_000_000_250, items={Book.IN: 2}),
        Accepted(
            message_id="m2",
            deduplication="d2",
            at=1_700_000_000_250,
            items={Book.OUT: 1, Book.DESK: 3},
        ),
    ]


def test_all_else_in_the_log_is_passed_over():
    lines = [
        "",
        "Traceback (most recent call last):",
        json.dumps(LINE)[:-20],
        '["received"]',
        json.dumps({"message": "received", "timestamp": "2023-11-14T22:13:20Z"}),
        json.dumps(LINE | {"message": "item parked", "of": "received"}),
    ]
    assert list(accepted(lines)) == []


class Webhook:
    """A side that signs nothing, and whose every body is three items in two lanes."""

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        pass

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        return [
            Item(lane="a", raw={}),
            Item(lane="a", raw={}),
            Item(lane="b", raw={}, book=Book.OUT),
        ]


def test_what_receive_logs_is_understood():
    clock, log = VirtualClock(), RecordingLog()
    queue = MemoryQueue(clock)
    receiver = Receiver(intake=queue, bodies=MemoryBodies(), clock=clock, log=log)
    receiver.receive(Webhook(), source="desk:local", body=b"{}", headers={})
    lines = [
        json.dumps({"message": "received", "timestamp": "2023-11-14T22:13:20Z", **keys})
        for keys in log.keys_of("received")
    ]
    told = list(accepted(lines))
    queued = queue.receive(most=10, wait=0)
    assert [each.message_id for each in told] == [message.id for message in queued]
    assert [each.items for each in told] == [{Book.IN: 2}, {Book.OUT: 1}]
    assert len({each.deduplication for each in told}) == 2
