"""A desk that takes few updates of a ticket gets what waits in one entry, and nothing too fast."""

from __future__ import annotations

import pytest

from chalicelib.domain.pace import Pace
from chalicelib.domain.ticket import Promise
from chalicelib.errors import AmbiguousError, Refused, TransientError
from tests.builders import echo, message
from tests.fakes.faults import ALWAYS
from tests.fakes.helpdesk import LAG
from tests.fakes.world import World

INTERVAL = 20.0
FORWARD = "CONV#WORK#forward"


@pytest.fixture
def world(world: World) -> World:
    world.desk.promise = Promise(lookup_lag=LAG, pace=Pace(burst=2, interval=INTERVAL))
    return world


def test_what_waits_together_is_written_together(world):
    world.open_ticket("hello")
    world.hear(message("one"), message("two"), message("three"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "one\ntwo\nthree"]
    assert world.desk.writes() == ["create", "append"]


def test_every_item_of_a_joint_entry_is_in_the_books(world):
    world.open_ticket("hello")
    world.hear(message("one"), message("two"))
    world.run_until_quiet()
    assert {world.claim(f"m:{text}").outcome for text in ("one", "two")} == {"forward"}
    assert world.open_work() == []


def test_more_than_the_pace_allows_waits_and_comes_together(world):
    world.open_ticket("hello")
    world.hear(message("one"))
    world.run(1)
    began = world.clock()
    for text in ("two", "three", "four"):
        world.hear(message(text))
        world.run(1)
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "one", "two\nthree\nfour"]
    assert world.clock() - began >= (INTERVAL - 3) * 1000


def test_what_others_said_or_what_is_for_others_is_not_mixed_in(world):
    world.open_ticket("hello")
    world.hear(message("one"), echo("from the phone", mid="e1"), message("two"))
    world.run_until_quiet()
    assert [text.splitlines()[-1] for text in world.ticket().texts()] == [
        "hello",
        "one",
        "from the phone",
        "two",
    ]


def test_what_could_not_be_stored_as_joint_is_not(world):
    def fail() -> None:
        raise TransientError("throttled")

    world.open_ticket("hello")
    then = world.table.before_write
    # Behind the two writes that take them in.
    then(FORWARD, lambda: then(FORWARD, lambda: then(FORWARD, fail)))
    world.hear(message("one"), message("two"))
    world.run_until_quiet()
    assert "\n".join(world.ticket().texts()) == "hello\none\ntwo"


@pytest.mark.parametrize("performed", [True, False])
def test_a_joint_entry_whose_answer_was_lost_is_there_once(world, performed):
    world.open_ticket("hello")
    world.desk.faults.plan("append", AmbiguousError("lost"), performed=performed)
    world.hear(message("one"), message("two"))
    world.hear(message("three"))
    world.run_until_quiet()
    assert "\n".join(world.ticket().texts()) == "hello\none\ntwo\nthree"


def test_a_joint_entry_that_is_refused_is_parked_whole_and_let_go_whole(world):
    world.open_ticket("hello")
    world.desk.faults.plan("append", Refused("desk_refused"), text="one\ntwo", times=ALWAYS)
    world.hear(message("one"), message("two"))
    world.run_until_quiet()
    (parked,) = world.parked_work()
    assert [parked.sequence, *(each.sequence for each in parked.joined)] == [2, 3]


def test_a_desk_without_a_limit_gets_each_by_itself():
    world = World()
    world.open_ticket("hello")
    world.hear(message("one"), message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "one", "two"]
