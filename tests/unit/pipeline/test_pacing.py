"""Pacing: nobody is written to so fast that the platform would refuse it."""

from __future__ import annotations

import pytest

from chalicelib.domain.pace import Pace
from chalicelib.errors import AmbiguousError, Refused, TooFast
from tests.builders import reply
from tests.fakes.world import World

PACE = Pace(burst=8, interval=6.0)


@pytest.fixture
def ticket(world):
    world.channel.pace = PACE
    return world.open_ticket("hello")


def numbered(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first, last + 1)]


def sent_after(world: World, began: int) -> list[int]:
    """Return after how many seconds each message was sent."""
    ids = [sent.id for sent in world.channel.arrived]
    return [round((world.sent(each).sent_at - began) / 1000) for each in ids]


def test_a_long_reply_goes_as_fast_as_the_platform_takes_it(world, ticket):
    began = world.clock()
    world.answer(ticket, "\f".join(numbered(1, 10)))
    world.answer(ticket, "\f".join(numbered(11, 14)))
    world.run_until_quiet()
    assert world.arrived() == numbered(1, 14)
    assert sent_after(world, began) == [0] * 8 + [30] * 5 + [60]
    assert world.notes() == []
    assert world.log.alarms() == []


def test_files_are_paced_like_texts(world, ticket):
    began = world.clock()
    world.hear_desk(reply(ticket, "look", files=numbered(1, 9)))
    world.run_until_quiet()
    assert [bool(sent.file) for sent in world.channel.arrived] == [False] + [True] * 9
    assert sent_after(world, began) == [0] * 8 + [30] * 2


def test_what_was_paid_back_is_free_again(world, ticket):
    world.answer(ticket, "\f".join(numbered(1, 8)))
    world.run(8 * 6)
    began = world.clock()
    world.answer(ticket, "\f".join(numbered(9, 16)))
    world.run_until_quiet()
    assert sent_after(world, began)[8:] == [0] * 8


def test_one_customers_pause_is_no_others(world, ticket):
    other = world.open_ticket("good day", contact="bert")
    world.answer(ticket, "\f".join(numbered(1, 10)))
    world.answer(other, "hi")
    assert "hi" in world.arrived()
    assert len(world.arrived()) == 9


def test_a_pause_is_no_failure_of_the_reply_and_costs_the_platform_nothing(world, ticket):
    world.answer(ticket, "\f".join(numbered(1, 10)))
    assert world.channel.attempts == 8
    waiting = [work for work in world.open_work() if work.attempts or work.due_at]
    assert waiting == []


def test_what_may_have_been_sent_counts_and_what_was_refused_does_not(world, ticket):
    world.channel.faults.plan("send", AmbiguousError("lost"), text="2", performed=True)
    world.channel.faults.plan("send", Refused("not_reachable"), text="3")
    world.answer(ticket, "\f".join(numbered(1, 9)))
    assert world.arrived() == ["1", "2", "4", "5", "6", "7", "8", "9"]
    assert world.conversation().paced_until - world.clock() == 8 * 6_000


def test_a_platform_that_is_stricter_than_it_says_is_waited_for_all_the_same(world, ticket):
    world.channel.faults.plan("send", TooFast("131056"), times=3)
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.arrived() == ["hi"]


def test_where_no_pace_is_known_nothing_waits_and_nothing_is_counted(world):
    ticket = world.open_ticket("hello")
    began = world.clock()
    world.answer(ticket, *numbered(1, 50))
    assert sent_after(world, began) == [0] * 50
    assert world.conversation().paced_until == 0


def test_counting_costs_no_call(world, ticket):
    calls = len(world.table.calls)
    world.hear_desk(reply(ticket, "hi"))
    world.pump("ingest")
    world.pump("deliver")
    assert len(world.table.calls) - calls <= 6


def test_very_long_pauses_do_not_wear_a_wake_up_out(world, ticket):
    world.hear_desk(reply(ticket, "\f".join(numbered(1, 10)), files=numbered(11, 40)))
    world.run_until_quiet()
    assert len(world.arrived()) == 40
    assert "wake-up given up" not in world.log.alarms()
