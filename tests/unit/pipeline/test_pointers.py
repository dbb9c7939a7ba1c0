"""Bodies too large for the queue: fanned out, resumed where it stopped, nothing lost or doubled."""

from __future__ import annotations

import pytest

from chalicelib.errors import Refused, TransientError
from tests.builders import Raw, message
from tests.fakes.faults import ProcessDied
from tests.fakes.world import World

CUSTOMERS = 35  #: four batches of queue messages


def crowd() -> list[Raw]:
    return [message(f"{n}/{m}", contact=f"c{n}") for m in range(2) for n in range(CUSTOMERS)]


def assert_all_shown_once(world: World) -> None:
    shown = sorted(ticket.texts() for ticket in world.desk.tickets)
    assert shown == sorted([f"{n}/0", f"{n}/1"] for n in range(CUSTOMERS))
    assert len(world.claims()) == 2 * CUSTOMERS


def fail_in_the_third_batch(world: World, error: BaseException) -> None:
    sends = 0

    def fail() -> None:
        nonlocal sends
        sends += 1
        if sends == 3:
            raise error

    world.queues["ingest"].before_send = fail


@pytest.mark.parametrize("later", [0, 400], ids=["at once", "after five minutes"])
@pytest.mark.parametrize("error", [TransientError("no"), ProcessDied()], ids=["failed", "died"])
def test_a_fan_out_that_stops_in_the_middle_is_resumed(world, error, later):
    world.hear(*crowd())
    fail_in_the_third_batch(world, error)
    world.pump("ingest")
    world.clock.advance(later)
    world.run_until_quiet()
    assert_all_shown_once(world)
    assert not any(claim.seen for claim in world.claims()), "no item came in twice"


def test_a_fan_out_whose_messages_are_refused_is_done_again(world):
    world.hear(*crowd())
    world.queues["ingest"].refuse = True
    world.pump("ingest")
    world.queues["ingest"].refuse = False
    world.run_until_quiet()
    assert_all_shown_once(world)


def test_two_copies_in_two_lanes_of_a_body_are_two(world):
    twin = message("twin", aliases=[("psid", "twin")], lane="x")
    world.hear(*crowd(), twin, twin | {"lane": "y"})
    world.run_until_quiet()
    assert len(world.claim("m:twin").seen) == 1


def test_two_copies_in_two_parts_of_a_lane_are_two(world):
    long = message("long " * 30_000, mid="twin")
    world.hear(long, long)
    world.run_until_quiet()
    assert len(world.claim("m:twin").seen) == 1


def test_a_large_webhook_told_twice_is_shown_once_and_counted(world):
    world.hear(*crowd())
    world.run_until_quiet()
    world.clock.advance(600)
    world.hear(*crowd())
    world.run_until_quiet()
    assert_all_shown_once(world)
    assert {len(claim.seen) for claim in world.claims()} == {1}


def test_a_pointer_waits_while_the_bodies_cannot_be_read(world):
    world.hear(*crowd())
    world.bodies.down = True
    world.run(2 * 3600)
    assert world.claims() == []
    world.bodies.down = False
    world.run_until_quiet()
    assert_all_shown_once(world)


def test_a_pointer_to_a_body_that_is_gone_is_parked_as_it_is(world):
    world.hear(*crowd())
    (key,) = world.bodies.kept
    world.bodies.kept.clear()
    world.run_until_quiet()
    (parked,) = world.claims()
    assert (parked.outcome, parked.reason) == ("parked", "dead_letter")
    assert key in parked.raw


@pytest.mark.parametrize("error", [Refused("no"), KeyError("no")])
def test_a_body_that_cannot_be_split_is_parked_as_it_is(world, monkeypatch, error):
    world.hear(*crowd())

    def refuse(_: object) -> None:
        raise error

    monkeypatch.setattr(world.channel, "split", refuse)
    world.run_until_quiet()
    assert [claim.reason for claim in world.claims()] == ["dead_letter"]
