"""While the platform takes no credentials of an account: who is told, and how often."""

from __future__ import annotations

import pytest

from chalicelib.errors import Refused, Unauthorised
from chalicelib.pipeline.drain import LONG_WAIT
from tests.builders import reply
from tests.fakes.faults import ALWAYS

DAY = 86_400


@pytest.fixture
def tickets(world):
    return [world.open_ticket(f"hello from {each}", contact=each) for each in ("anna", "bert")]


def goes_out(world) -> None:
    world.channel.faults.plan("send", Unauthorised("190"), times=ALWAYS)


def comes_back(world) -> None:
    world.channel.faults.planned.clear()


def test_an_operator_is_told_once_of_an_account_however_many_replies_wait(world, tickets):
    goes_out(world)
    for ticket in tickets:
        world.answer(ticket, f"hi {ticket}", f"are you there, {ticket}?")
    world.run(3 * LONG_WAIT)
    assert world.log.alarms() == ["token refused"]


def test_the_agents_are_told_once_in_each_ticket(world, tickets):
    goes_out(world)
    for ticket in tickets:
        world.answer(ticket, "one", f"two {ticket}")
    world.run(3 * LONG_WAIT)
    assert [len(note) > 0 for note in world.notes()] == [True, True]
    assert all("waits" in note for note in world.notes())


def test_a_reply_that_another_one_has_overtaken_is_not_told_again(world, tickets):
    ticket = tickets[0]
    goes_out(world)
    world.answer(ticket, "one")
    world.run(2 * LONG_WAIT)
    (first,) = [work for work in world.open_work() if work.text == "one"]
    world.deliverer.line.park(world.conversations()[0], first, "on_purpose")
    world.answer(ticket, "two")
    world.run(4 * LONG_WAIT)
    assert len([note for note in world.notes() if "waits: the platform" in note]) == 1


def test_once_it_works_again_the_next_outage_is_told_again(world, tickets):
    ticket = tickets[0]
    for words in ("one", "two"):
        goes_out(world)
        world.answer(ticket, words)
        world.run(2 * LONG_WAIT)
        comes_back(world)
        world.run_until_quiet()
    assert world.arrived() == ["one", "two"]
    assert world.log.alarms() == ["token refused"] * 2
    assert len(world.notes()) == 2


def test_an_outage_of_days_is_told_each_day(world, tickets):
    goes_out(world)
    world.answer(tickets[0], "hi")
    world.run(DAY + LONG_WAIT)
    world.answer(tickets[1], "good day")
    assert world.log.alarms() == ["token refused"] * 2


def test_an_account_that_works_costs_no_look_at_its_outages(world, tickets):
    calls = len(world.table.calls)
    world.hear_desk(reply(tickets[0], "hi"))
    world.pump("ingest")
    world.pump("deliver")
    assert len(world.table.calls) - calls <= 6


def test_a_refusal_ends_no_outage_since_it_may_need_no_platform(world, tickets):
    goes_out(world)
    world.answer(tickets[0], "one")
    world.run(2 * LONG_WAIT)
    comes_back(world)
    world.channel.faults.plan("send", Refused("not_reachable"), text="one")
    world.run_until_quiet()
    goes_out(world)
    world.answer(tickets[1], "two")
    assert world.log.alarms() == ["token refused"]
