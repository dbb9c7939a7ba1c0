"""What every implementation of the Queue port keeps: the fake and SQS, as ministack plays it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.aws.queues import SqsQueue
from chalicelib.domain.ports import Delivered, Outgoing, Queue
from chalicelib.errors import TransientError
from tests.fakes.clock import VirtualClock
from tests.fakes.queue import MemoryQueue
from tests.fixtures.ministack import AwsAccount

VISIBILITY = 30  #: seconds; longer than any test takes
SHORT = 1  #: seconds of visibility where a test lets it run out, real ones on ministack
MOST_RECEIVES = 3
PATIENCE = 10.0  #: seconds after which something that should have come will not


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A queue under test, where its dead letters go, and how its time passes."""

    queue: Queue
    dead: Queue
    pass_time: Callable[[float], None]


def memory_bench(visibility: int) -> Bench:
    clock = VirtualClock()
    dead = MemoryQueue(clock)
    queue = MemoryQueue(
        clock, visibility=visibility, most_receives=MOST_RECEIVES, dead_letters=dead
    )
    return Bench(queue=queue, dead=dead, pass_time=clock.advance)


def sqs_bench(visibility: int, aws: AwsAccount) -> Bench:
    sqs = aws.client("sqs")
    fifo = {
        "FifoQueue": "true",
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
        "VisibilityTimeout": str(visibility),
    }
    dead = sqs.create_queue(QueueName="dead.fifo", Attributes=fifo)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    redrive = {
        "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
        "maxReceiveCount": str(MOST_RECEIVES),
    }
    attributes = fifo | {"RedrivePolicy": json.dumps(redrive)}
    url = sqs.create_queue(QueueName="queue.fifo", Attributes=attributes)["QueueUrl"]
    return Bench(
        queue=SqsQueue(url, sqs), dead=SqsQueue(dead, sqs), pass_time=lambda _seconds: None
    )


IMPLEMENTATIONS = ["memory", pytest.param("ministack", marks=pytest.mark.integration)]


def make_bench(request, visibility: int) -> Bench:
    if request.param == "memory":
        return memory_bench(visibility)
    return sqs_bench(visibility, request.getfixturevalue("aws"))


@pytest.fixture(params=IMPLEMENTATIONS)
def bench(request) -> Bench:
    return make_bench(request, VISIBILITY)


@pytest.fixture(params=IMPLEMENTATIONS)
def hasty(request) -> Bench:
    """A bench whose messages are visible again soon after they were received."""
    return make_bench(request, SHORT)


def message(body: str, *, group: str = "g", deduplication: str = "") -> Outgoing:
    return Outgoing(body=body, group=group, deduplication=deduplication or body)


def bodies(received: list[Delivered]) -> list[str]:
    return [delivered.body for delivered in received]


def now(queue: Queue, *, most: int = 10) -> list[Delivered]:
    """What can be received without waiting."""
    return queue.receive(most=most, wait=0)


def later(bench: Bench, seconds: float, queue: Queue | None = None) -> list[Delivered]:
    """What is received when that much time has passed; waits for it where time is real."""
    bench.pass_time(seconds)
    deadline = time.monotonic() + PATIENCE
    while not (received := (queue or bench.queue).receive(most=10, wait=1)):
        assert time.monotonic() < deadline, "nothing came"
    return received


def test_messages_of_a_group_come_in_the_order_sent(bench):
    ids = bench.queue.send([message("1"), message("2"), message("3")])
    bench.queue.send([message("4")])
    received = now(bench.queue)
    assert bodies(received) == ["1", "2", "3", "4"]
    assert [delivered.id for delivered in received[:3]] == ids
    assert len({delivered.receipt for delivered in received}) == 4


def test_a_message_comes_with_its_group_and_its_count_of_receives(bench):
    bench.queue.send([message("1", group="b")])
    (received,) = now(bench.queue)
    assert (received.group, received.receives) == ("b", 1)


def test_no_more_is_received_than_asked_for(bench):
    bench.queue.send([message("1", group="a"), message("2", group="b")])
    assert bodies(now(bench.queue, most=1)) == ["1"]


def test_two_groups_of_a_batch_go_their_own_ways(bench):
    bench.queue.send([message("a1", group="a"), message("b1", group="b"), message("a2", group="a")])
    (first,) = now(bench.queue, most=1)
    assert (first.body, bodies(now(bench.queue))) == ("a1", ["b1"])
    bench.queue.delete(first.receipt)
    assert bodies(now(bench.queue)) == ["a2"]


def test_a_group_with_a_message_in_flight_gives_no_other(bench):
    bench.queue.send([message("1"), message("2")])
    now(bench.queue, most=1)
    bench.queue.send([message("3")])
    assert now(bench.queue) == []


def test_a_deleted_message_makes_way_for_the_next_of_its_group_and_stays_away(hasty):
    hasty.queue.send([message("1"), message("2")])
    (first,) = now(hasty.queue, most=1)
    hasty.queue.delete(first.receipt)
    assert bodies(later(hasty, SHORT)) == ["2"]


def test_what_is_not_deleted_comes_again_in_order_and_counts_its_receives(hasty):
    hasty.queue.send([message("1"), message("2")])
    first = now(hasty.queue)
    again = later(hasty, SHORT)
    assert bodies(again) == ["1", "2"]
    assert [delivered.receives for delivered in again] == [2, 2]
    assert [delivered.id for delivered in again] == [delivered.id for delivered in first]


def test_the_receipt_of_a_message_that_came_again_is_no_longer_good(hasty):
    hasty.queue.send([message("1")])
    (first,) = now(hasty.queue)
    (again,) = later(hasty, SHORT)
    with pytest.raises(TransientError):
        hasty.queue.delete(first.receipt)
    with pytest.raises(TransientError):
        hasty.queue.defer(first.receipt, 1)
    hasty.queue.delete(again.receipt)
    assert hasty.queue.depth() == 0


def test_a_deferred_message_holds_its_group_and_comes_before_the_rest_of_it(bench):
    bench.queue.send([message("1"), message("2"), message("other", group="h")])
    first, second, other = now(bench.queue)
    bench.queue.delete(other.receipt)
    bench.queue.defer(second.receipt, 0)
    bench.queue.defer(first.receipt, 2)
    assert now(bench.queue) == []
    assert bodies(later(bench, 2)) == ["1", "2"]


def test_a_deferral_may_be_longer_than_the_visibility_time_out(hasty):
    hasty.queue.send([message("1")])
    (first,) = now(hasty.queue)
    sent_at = time.monotonic()
    hasty.queue.defer(first.receipt, 3)
    hasty.pass_time(SHORT + 0.5)
    assert now(hasty.queue) == []
    (again,) = later(hasty, 3 - SHORT - 0.5)
    assert again.receives == 2
    # Where time is virtual the wait above was exact; where it is real it must have been three
    # seconds.
    real = isinstance(hasty.queue, SqsQueue)
    assert not real or time.monotonic() - sent_at >= 2.9


def test_a_deferral_of_no_time_shows_the_message_at_once(bench):
    bench.queue.send([message("1")])
    (first,) = now(bench.queue)
    bench.queue.defer(first.receipt, 0)
    assert bodies(now(bench.queue)) == ["1"]


def test_a_repeated_deduplication_id_is_answered_with_the_first_messages_id_and_dropped(bench):
    (first,) = bench.queue.send([message("1", deduplication="same")])
    (again,) = bench.queue.send([message("2", deduplication="same")])
    assert first is not None
    assert first == again
    assert bodies(now(bench.queue)) == ["1"]
    assert bench.queue.depth() == 1


def test_a_deduplication_id_holds_after_its_message_was_deleted(bench):
    bench.queue.send([message("1", deduplication="same")])
    bench.queue.delete(now(bench.queue)[0].receipt)
    bench.queue.send([message("2", deduplication="same")])
    assert bench.queue.depth() == 0


def test_a_deduplication_id_holds_inside_a_batch_and_only_inside_its_group(bench):
    ids = bench.queue.send(
        [
            message("1", deduplication="same"),
            message("2", deduplication="same"),
            message("3", group="h", deduplication="same"),
        ]
    )
    assert ids[0] == ids[1] != ids[2]
    assert bodies(now(bench.queue)) == ["1", "3"]


def test_what_was_received_too_often_is_a_dead_letter_and_its_group_goes_on(hasty):
    hasty.queue.send([message("bad")])
    now(hasty.queue)
    hasty.queue.send([message("good")])
    for _ in range(MOST_RECEIVES - 1):
        received = later(hasty, SHORT)
        assert received[0].body == "bad"
        for behind in received[1:]:
            hasty.queue.defer(behind.receipt, 0)
    assert now(hasty.dead) == []
    assert bodies(later(hasty, SHORT)) == ["good"]
    (letter,) = now(hasty.dead)
    assert (letter.body, letter.group) == ("bad", "g")


def test_a_message_that_cannot_be_taken_is_none_at_its_place_and_costs_no_other(bench):
    ids = bench.queue.send([message("1"), message("\x00", deduplication="x"), message("3")])
    assert [id_ is None for id_ in ids] == [False, True, False]
    assert bodies(now(bench.queue)) == ["1", "3"]


def test_more_than_ten_messages_are_refused_together(bench):
    with pytest.raises(TransientError):
        bench.queue.send([message(str(number)) for number in range(11)])
    assert bench.queue.depth() == 0


def test_every_character_comes_back(bench):
    text = "Grüße, 世界 🙏🏽 \u202e\u00a0\ttab\r\nline \ue000 \U0010fffd <&>\"'"
    bench.queue.send([message(text, deduplication="x")])
    assert bodies(now(bench.queue)) == [text]


def test_the_depth_counts_waiting_received_and_deferred_messages(bench):
    assert bench.queue.depth() == 0
    bench.queue.send([message("1", group="a"), message("2", group="b"), message("3", group="c")])
    first, _second = now(bench.queue, most=2)
    bench.queue.defer(first.receipt, 60)
    assert bench.queue.depth() == 3
    bench.queue.delete(first.receipt)
    assert bench.queue.depth() == 2


def test_an_empty_queue_answers_when_the_wait_is_over(bench):
    started = time.monotonic()
    assert bench.queue.receive(most=10, wait=1) == []
    assert time.monotonic() - started >= 0.9
