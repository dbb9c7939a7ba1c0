"""What was parked whole, as a body or a queue message, is opened when it is let go."""

from __future__ import annotations

from chalicelib.domain.ports import Outgoing
from tests import builders
from tests.builders import message
from tests.fakes.world import World
from tests.unit.pipeline.letting_go import books, let_go, parked, reasons

DAY = 86400.0


def large() -> list[builders.Raw]:
    """Return a webhook that no queue message takes."""
    return [message(f"{n}", contact=f"c{n}") for n in range(12)]


def test_a_body_that_could_not_be_had_is_fanned_out_once_it_can(world):
    pointed_to(world)
    let_go(world)
    let_go(world)
    world.run_until_quiet()
    assert sorted(t.texts() for t in world.desk.tickets) == sorted([f"{n}"] for n in range(12))
    assert parked(world) == []


def pointed_to(world: World) -> None:
    """Receive a large webhook whose body cannot be had until it is parked as it is."""
    world.hear(*large())
    kept = dict(world.bodies.kept)
    world.bodies.kept.clear()
    world.run_until_quiet()
    world.bodies.kept.update(kept)
    assert reasons(world) == ["dead_letter"]


def test_a_body_that_came_twice_and_was_parked_is_two_copies_of_each_item(world):
    pointed_to(world)
    world.clock.advance(DAY)
    pointed_to(world)
    let_go(world)
    world.run_until_quiet()
    assert {len(claim.seen) for claim in world.claims()} == {1}
    assert books(world).received == 24
    assert (books(world).forwarded, books(world).duplicate) == (12, 12)


def test_a_body_that_is_gone_stays_parked_and_holds_up_nothing(world):
    pointed_to(world)
    world.bodies.kept.clear()
    world.hear(message("later"))
    let_go(world)
    world.run_until_quiet()
    assert reasons(world) == ["dead_letter"]
    assert world.log.alarms()[-1] == "replay failed"
    assert world.ticket().texts() == ["later"]


def test_a_queue_message_that_is_no_envelope_stays_parked(world):
    world.queues["ingest"].send([Outgoing(body="nonsense", group="g", deduplication="d")])
    world.run_until_quiet()
    assert reasons(world) == ["no_envelope"]
    let_go(world)
    world.run_until_quiet()
    assert reasons(world) == ["no_envelope"]
