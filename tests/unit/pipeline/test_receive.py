"""Receiving: one call, everything durable or nothing accepted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chalicelib.errors import InvalidSignature, MalformedPayload, TooLarge, TransientError
from chalicelib.pipeline.receive import BATCH_ENTRIES, LARGEST_BODY
from tests.builders import Raw, body, message
from tests.fakes.channel import SIGNED
from tests.fakes.deployment import CHANNEL
from tests.fakes.world import World


class CountingQueue:
    """Stands before a queue: counts calls, and refuses entries that carry a word."""

    def __init__(self, queue, *, refuses: str = ""):
        self._queue = queue
        self._refuses = refuses
        self.batches: list[int] = []

    def send(self, messages):
        self.batches.append(len(messages))
        if not self._refuses:
            return self._queue.send(messages)
        taken = [m for m in messages if self._refuses not in m.body]
        ids = iter(self._queue.send(taken))
        return [next(ids) if m in taken else None for m in messages]


@pytest.fixture
def intake(world):
    def standing_before(**how):
        counting = CountingQueue(world.queues["ingest"], **how)
        world.receive_through(counting)
        return counting

    return standing_before


def receive(world: World, payload: bytes, headers: Mapping[str, str] = SIGNED) -> None:
    world.receiver.receive(
        world.channel,
        source=f"channel:{CHANNEL}",
        body=payload,
        headers=headers,
    )


def crowd(count: int) -> list[Raw]:
    return [message(f"text {n}", contact=f"c{n}") for n in range(count)]


def shown(world: World) -> list[str]:
    return sorted(text for ticket in world.desk.tickets for text in ticket.texts())


def test_ten_lanes_are_one_call_and_ten_queue_messages(world, intake):
    counting = intake()
    world.hear(*crowd(BATCH_ENTRIES))
    assert counting.batches == [10]
    assert world.bodies.kept == {}
    world.run_until_quiet()
    assert len(world.desk.tickets) == BATCH_ENTRIES


def test_a_lanes_items_share_a_queue_message(world, intake):
    counting = intake()
    world.hear(*(message(f"{n}") for n in range(25)))
    assert counting.batches == [1]
    world.run_until_quiet()
    assert world.ticket().texts() == [f"{n}" for n in range(25)]


def test_an_eleventh_lane_makes_a_pointer_to_the_body(world, intake):
    counting = intake()
    world.hear(*crowd(BATCH_ENTRIES + 1))
    assert counting.batches == [1]
    assert len(world.bodies.kept) == 1
    world.run_until_quiet()
    assert shown(world) == sorted(f"text {n}" for n in range(BATCH_ENTRIES + 1))


def test_more_than_256_kib_makes_a_pointer_to_the_body(world, intake):
    counting = intake()
    long = "long " * 20_000
    world.hear(*(message(f"{n} {long}") for n in range(4)))
    assert counting.batches == [1]
    assert len(world.bodies.kept) == 1
    world.run_until_quiet()
    assert world.ticket().texts() == [f"{n} {long}" for n in range(4)]


def test_an_item_that_fits_no_queue_message_is_shown_in_its_turn(world):
    large = "x" * 300_000
    world.hear(message("before"), message(large, mid="large"), message("after"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["before", large, "after"]
    claim = world.claim("m:large")
    assert claim.outcome == "forward"
    assert next(iter(world.bodies.kept)) in claim.raw


def test_an_entry_that_sqs_refuses_goes_by_pointer_and_no_other_does(world, intake):
    counting = intake(refuses='"text 1"')
    world.hear(*crowd(3))
    assert counting.batches == [3, 1]
    world.run_until_quiet()
    assert shown(world) == ["text 0", "text 1", "text 2"]
    assert all(not claim.seen for claim in world.claims()), "nothing came in twice"


def test_a_pointer_that_sqs_refuses_is_an_error_for_the_sender(world, intake):
    intake(refuses="source")
    with pytest.raises(TransientError):
        world.hear(message("hello"))


def test_nothing_is_accepted_while_the_queue_is_down(world):
    world.queues["ingest"].down = True
    with pytest.raises(TransientError):
        world.hear(message("hello"))
    world.queues["ingest"].down = False
    world.run_until_quiet()
    assert world.claims() == []


def test_a_large_body_is_not_accepted_while_bodies_cannot_be_kept(world):
    world.bodies.down = True
    with pytest.raises(TransientError):
        world.hear(*crowd(20))
    assert world.queues["ingest"].depth() == 0
    world.bodies.down = False
    world.hear(*crowd(20))
    world.run_until_quiet()
    assert len(world.desk.tickets) == 20


def test_what_was_accepted_of_a_refused_webhook_is_not_doubled_when_it_comes_again(world, intake):
    intake(refuses='"text 1"')
    world.bodies.down = True
    with pytest.raises(TransientError):
        world.hear(*crowd(3))
    world.bodies.down = False
    world.clock.advance(400)
    world.hear(*crowd(3))
    world.run_until_quiet()
    assert shown(world) == ["text 0", "text 1", "text 2"]


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"x" * (LARGEST_BODY + 1), TooLarge),
        (b"{", MalformedPayload),
        (b"[]", MalformedPayload),
        (b"\xff", MalformedPayload),
        (b"[" * 100_000, MalformedPayload),
    ],
    ids=["too large", "no JSON", "no object", "no text", "too deep"],
)
def test_what_is_no_webhook_is_refused(world, payload, error):
    with pytest.raises(error):
        receive(world, payload)
    assert world.queues["ingest"].depth() == 0


def test_a_forged_webhook_is_refused_before_it_is_read(world):
    with pytest.raises(InvalidSignature):
        receive(world, b"{", headers={"signature": "forged"})


def test_an_empty_webhook_is_accepted_and_queues_nothing(world, intake):
    counting = intake()
    receive(world, body())
    assert counting.batches == []


def test_what_is_received_is_counted_by_book_and_queue_message(world):
    world.hear(message("one"), message("two"), message("three", contact="bert"))
    (line,) = world.log.keys_of("received")
    assert line["source"] == f"channel:{CHANNEL}"
    assert [counted["items"] for counted in line["messages"]] == [{"in": 2}, {"in": 1}]
