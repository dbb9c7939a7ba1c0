"""What of the fake queue cannot be tried on the emulated SQS: long times, and stricter limits."""

from __future__ import annotations

import threading

import pytest

from chalicelib.domain.ports import Delivered, Outgoing
from chalicelib.errors import TransientError
from tests.fakes.clock import VirtualClock
from tests.fakes.queue import DEDUPLICATION_SECONDS, MOST_BYTES, MemoryQueue

VISIBILITY = 30


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def queue(clock: VirtualClock) -> MemoryQueue:
    return MemoryQueue(clock, visibility=VISIBILITY)


def message(body: str, *, group: str = "g", deduplication: str = "d") -> Outgoing:
    return Outgoing(body=body, group=group, deduplication=deduplication)


def test_a_deduplication_id_is_good_again_after_five_minutes(queue, clock):
    first = queue.send([message("1")])
    clock.advance(DEDUPLICATION_SECONDS - 1)
    assert queue.send([message("2")]) == first
    clock.advance(1)
    assert queue.send([message("3")]) != first
    assert queue.depth() == 2


@pytest.mark.parametrize("size", [MOST_BYTES, MOST_BYTES + 1])
def test_a_batch_holds_256_kib_of_utf8(size, queue):
    messages = [message("é" * (MOST_BYTES // 4)), message("x" * (size - MOST_BYTES // 2))]
    if size > MOST_BYTES:
        with pytest.raises(TransientError):
            queue.send(messages)
    else:
        queue.send([messages[0], message(messages[1].body, deduplication="other")])
        assert queue.depth() == 2


@pytest.mark.parametrize("wrong", ["", "g" * 129, "two words", "è"])
def test_an_id_of_letters_or_a_length_that_sqs_does_not_take_is_refused(wrong, queue):
    assert queue.send([message("1", group=wrong), message("2", deduplication=wrong)]) == [None] * 2
    assert queue.send([message("3", group="g" * 128)]) != [None]


def test_a_receipt_is_good_until_the_visibility_time_out(queue, clock):
    queue.send([message("1")])
    (received,) = queue.receive(most=1, wait=0)
    clock.advance(VISIBILITY)
    with pytest.raises(TransientError):
        queue.delete(received.receipt)


def test_dead_letters_without_a_queue_for_them_are_gone(clock):
    queue = MemoryQueue(clock, visibility=VISIBILITY, most_receives=1)
    queue.send([message("1")])
    queue.receive(most=1, wait=0)
    clock.advance(VISIBILITY)
    assert queue.receive(most=1, wait=0) == []
    assert queue.depth() == 0


def test_whoever_waits_is_woken_by_a_message_that_becomes_visible(queue, clock):
    queue.send([message("1")])
    queue.receive(most=1, wait=0)
    received: list[Delivered] = []
    waiting = threading.Thread(target=lambda: received.extend(queue.receive(most=1, wait=10)))
    waiting.start()
    clock.advance(VISIBILITY)
    waiting.join(5)
    assert not waiting.is_alive()
    assert [delivered.receives for delivered in received] == [2]


def test_a_queue_that_is_down_takes_and_gives_nothing(queue):
    queue.down = True
    with pytest.raises(TransientError):
        queue.send([message("1")])
    with pytest.raises(TransientError):
        queue.receive(most=1, wait=0)
    queue.down = False
    assert queue.depth() == 0
