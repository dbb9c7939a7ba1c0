"""The pumps of the local run, which must treat a handler's answer as Lambda does."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.domain.ports import Outgoing
from infra.local import pumps
from tests.fakes.clock import VirtualClock
from tests.fakes.queue import MemoryQueue

VISIBILITY = 60
PATIENCE = 10.0


class Handler:
    """Notes the bodies of each batch, and answers with what `answer` makes of its records."""

    def __init__(self, answer: Callable[[list[dict[str, Any]]], Any] = lambda _records: None):
        self.answer = answer
        self.batches: list[list[str]] = []

    def __call__(self, event: dict[str, Any]) -> Any:
        records = event["Records"]
        self.batches.append([record["body"] for record in records])
        return self.answer(records)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def queue(clock: VirtualClock) -> MemoryQueue:
    return MemoryQueue(clock, visibility=VISIBILITY)


@contextmanager
def pumping(
    queue: MemoryQueue,
    handler: pumps.Handler,
    *,
    batch: int = 10,
    workers: int = 1,
    poll: float = 0.05,
) -> Iterator[None]:
    """A pump at work in the block; it has stopped, having handled what it took, behind it."""
    stop = threading.Event()
    pump = threading.Thread(
        target=pumps.pump,
        args=(queue, handler),
        kwargs={
            "name": "forward",
            "batch": batch,
            "workers": workers,
            "stop": stop,
            "poll": poll,
        },
    )
    pump.start()
    try:
        yield
    finally:
        stop.set()
        pump.join(PATIENCE)
    assert not pump.is_alive()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def send(queue: MemoryQueue, *bodies: str) -> None:
    """Send messages whose group is the first letter of their body."""
    queue.send([Outgoing(body=body, group=body[0], deduplication=body) for body in bodies])


def failing(*bodies: str) -> Callable[[list[dict[str, Any]]], Any]:
    def answer(records: list[dict[str, Any]]) -> Any:
        failed = [record["messageId"] for record in records if record["body"] in bodies]
        return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}

    return answer


def test_a_handler_gets_the_event_that_lambda_makes(queue):
    send(queue, "a1")
    events: list[dict[str, Any]] = []
    with pumping(queue, events.append):
        until(lambda: bool(events) and queue.depth() == 0)
    (record,) = events[0]["Records"]
    assert record.pop("receiptHandle")
    assert record == {
        "messageId": "message-1",
        "body": "a1",
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "a"},
        "messageAttributes": {},
        "md5OfBody": "8a8bb7cd343aa2ad99b7d762030857a2",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:forward.fifo",
        "awsRegion": "eu-west-1",
    }


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}],
    ids=["nothing", "empty", "null", "no failures"],
)
def test_what_was_handled_is_deleted(answer, queue):
    send(queue, "a1", "a2", "b1")
    handler = Handler(lambda _records: answer)
    with pumping(queue, handler):
        until(lambda: queue.depth() == 0)
    assert handler.batches == [["a1", "a2", "b1"]]


def test_only_what_a_handler_reports_as_failed_comes_again(queue, clock):
    send(queue, "a1", "b1", "c1")
    handler = Handler(failing("b1"))
    with pumping(queue, handler):
        until(lambda: queue.depth() == 1)
        handler.answer = lambda _records: None
        clock.advance(VISIBILITY)
        until(lambda: queue.depth() == 0)
    assert handler.batches == [["a1", "b1", "c1"], ["b1"]]


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": "message-1"}, {"itemIdentifier": "unknown"}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": None}]},
        {"batchItemFailures": [{"itemidentifier": "message-1"}]},
        {"batchItemFailures": ["message-1"]},
        {"batchItemFailures": "message-1"},
        ["message-1"],
        "ok",
    ],
    ids=[
        "unknown id",
        "empty id",
        "null id",
        "misspelt key",
        "no object",
        "no list",
        "no response",
        "text",
    ],
)
def test_an_answer_that_lambda_would_not_understand_fails_the_whole_batch(
    answer, queue, clock, caplog
):
    send(queue, "a1", "b1")
    handler = Handler(lambda _records: answer)
    with pumping(queue, handler):
        until(lambda: "the whole batch of 2 fails" in caplog.text)
        handler.answer = lambda _records: None
        clock.advance(VISIBILITY)
        until(lambda: queue.depth() == 0)
    assert handler.batches == [["a1", "b1"], ["a1", "b1"]]


def test_an_exception_fails_the_whole_batch_and_is_logged_without_its_text(queue, clock, caplog):
    text = "what the customer wrote"

    def raising(_records: list[dict[str, Any]]) -> None:
        raise ValueError(text)

    send(queue, "a1", "b1")
    handler = Handler(raising)
    with pumping(queue, handler):
        until(lambda: "ValueError" in caplog.text)
        handler.answer = lambda _records: None
        clock.advance(VISIBILITY)
        until(lambda: queue.depth() == 0)
    assert handler.batches == [["a1", "b1"], ["a1", "b1"]]
    assert "raising" in caplog.text
    assert text not in caplog.text


def test_a_failed_message_comes_again_when_the_handler_deferred_it_to(queue, clock):
    deferred = threading.Event()

    def deferring(records: list[dict[str, Any]]) -> Any:
        queue.defer(records[0]["receiptHandle"], 5)
        deferred.set()
        return failing("a1")(records)

    send(queue, "a1")
    handler = Handler(deferring)
    with pumping(queue, handler):
        assert deferred.wait(PATIENCE)
        handler.answer = lambda _records: None
        clock.advance(5)
        until(lambda: queue.depth() == 0)
    assert handler.batches == [["a1"], ["a1"]]


def test_several_workers_handle_groups_at_once_but_each_group_in_order(queue):
    together = threading.Barrier(3)
    busy: set[str] = set()
    seen: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    clashes: list[str] = []

    def handler(event: dict[str, Any]) -> None:
        (record,) = event["Records"]
        group = record["attributes"]["MessageGroupId"]
        if group in busy:
            clashes.append(group)
        busy.add(group)
        # Passed only when three batches are being handled at the same time.
        together.wait(PATIENCE)
        seen[group].append(record["body"])
        busy.discard(group)

    for number in range(5):
        send(queue, f"a{number}", f"b{number}", f"c{number}")
    with pumping(queue, handler, batch=1, workers=3):
        until(lambda: queue.depth() == 0)
    assert clashes == []
    assert seen == {group: [f"{group}{number}" for number in range(5)] for group in "abc"}


def test_a_batch_is_never_larger_than_asked_for(queue):
    send(queue, "a1", "a2", "a3")
    handler = Handler()
    with pumping(queue, handler, batch=2):
        until(lambda: queue.depth() == 0)
    assert handler.batches == [["a1", "a2"], ["a3"]]


def test_a_message_sent_while_the_pump_waits_does_not_wait_for_the_end_of_the_poll(queue):
    handler = Handler()
    with pumping(queue, handler, poll=1.5):
        until(lambda: any(t.name.startswith("pump-forward") for t in threading.enumerate()))
        sent_at = time.monotonic()
        send(queue, "a1")
        until(lambda: queue.depth() == 0)
        assert time.monotonic() - sent_at < 1


def test_what_was_taken_when_the_pump_is_stopped_is_still_handled(queue):
    started, finish = threading.Event(), threading.Event()

    def handler(_event: dict[str, Any]) -> None:
        started.set()
        finish.wait(PATIENCE)

    send(queue, "a1")
    stop = threading.Event()
    pump = threading.Thread(
        target=pumps.pump,
        args=(queue, handler),
        kwargs={"batch": 1, "workers": 1, "stop": stop, "poll": 0},
    )
    pump.start()
    assert started.wait(PATIENCE)
    stop.set()
    assert queue.depth() == 1
    finish.set()
    pump.join(PATIENCE)
    assert not pump.is_alive()
    assert queue.depth() == 0


def test_a_queue_that_cannot_be_reached_is_asked_again(queue, caplog):
    queue.down = True
    handler = Handler()
    with pumping(queue, handler):
        until(lambda: "cannot be reached" in caplog.text)
        queue.down = False
        send(queue, "a1")
        until(lambda: queue.depth() == 0)
    assert handler.batches == [["a1"]]


def test_a_message_that_could_not_be_deleted_is_said_to_come_again(queue, clock, caplog):
    def late(_records: list[dict[str, Any]]) -> None:
        clock.advance(VISIBILITY)

    send(queue, "a1")
    handler = Handler(late)
    with pumping(queue, handler), caplog.at_level(logging.WARNING):
        until(lambda: "will come again" in caplog.text)
        handler.answer = lambda _records: None
        until(lambda: queue.depth() == 0)
    assert len(handler.batches) >= 2


def test_any_other_error_of_the_queue_ends_the_pump_and_is_raised():
    class Broken(MemoryQueue):
        def receive(self, *, most, wait):
            raise KeyError("MessageGroupId")

    with pytest.raises(KeyError):
        pumps.pump(Broken(VirtualClock()), Handler(), batch=1, workers=2, stop=threading.Event())
