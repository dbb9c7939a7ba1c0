"""Desks that are down: left alone, waited for, and caught up with in order."""

from __future__ import annotations

import pytest

from chalicelib.errors import TransientError, Unauthorised
from tests.builders import message
from tests.fakes.deployment import DESK, OTHER_DESK

HOUR = 3600


@pytest.fixture
def down(world):
    world.hear(message("a0", contact="anna"), message("b0", contact="bert"))
    world.run_until_quiet()
    world.desk.down = TransientError("unreachable")
    world.hear(message("a1", contact="anna"), message("b1", contact="bert"))
    world.work()
    return world


def test_a_desk_that_is_down_is_left_alone_and_loses_no_attempts(down):
    writes = len(down.desk.writes())
    down.hear(message("a2", contact="anna"), message("c0", contact="carl"))
    down.run(6 * HOUR)
    assert len(down.desk.writes()) == writes
    assert down.store.breaker(DESK).is_open
    assert {work.attempts for work in down.open_work()} == {0}
    assert down.queues["forward"].depth() == 0
    assert down.log.alarms() == ["breaker opened"]


def test_a_desk_that_is_back_gets_everything_in_order(down):
    down.run(2 * HOUR)
    down.hear(message("a2", contact="anna"), message("c0", contact="carl"))
    down.run(2 * HOUR)
    down.hear(message("a3", contact="anna"))
    down.desk.down = None
    down.run_until_quiet()
    assert [t.texts() for t in down.desk.tickets] == [
        ["a0", "a1", "a2", "a3"],
        ["b0", "b1"],
        ["c0"],
    ]
    assert not down.store.breaker(DESK).is_open


def test_a_new_process_finds_the_breaker_open(down):
    down.start()
    down.hear(message("a2", contact="anna"))
    calls = len(down.desk.calls)
    down.work()
    assert len(down.desk.calls) == calls


def test_the_first_failure_of_a_desk_that_answers_opens_nothing(world):
    world.desk.faults.plan("create", TransientError("no"))
    world.hear(message("one"))
    world.run_until_quiet()
    assert world.desk.calls == ["create", "check", "create"]
    assert not world.store.breaker(DESK).is_open


def test_a_desk_that_refuses_our_token_is_waited_for(world):
    world.desk.down = Unauthorised("token")
    world.hear(message("one"))
    world.run(24 * HOUR)
    assert world.parked_work() == []
    assert world.store.breaker(DESK).reason == "Unauthorised"
    world.desk.down = None
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]


def test_a_desk_that_is_down_again_when_it_is_asked_is_waited_for_again(down):
    down.desk.down = None
    down.desk.faults.plan("append", TransientError("overloaded"))
    down.desk.faults.plan("check", TransientError("overloaded"), times=2)
    down.run_until_quiet()
    assert [t.texts() for t in down.desk.tickets] == [["a0", "a1"], ["b0", "b1"]]


def test_a_desk_that_is_down_does_not_delay_the_others(down):
    account = down.account
    down.directory.accounts[account.ref] = type(account)(ref=account.ref, desk=OTHER_DESK)
    down.hear(message("c0", contact="carl"))
    down.work()
    assert [t.texts() for t in down.other_desk.tickets] == [["c0"]]


def a_broken_adapter(world):
    world.desk.down = ZeroDivisionError()


def no_adapter(world):
    del world.adapters[DESK]


@pytest.mark.parametrize("trouble", [a_broken_adapter, no_adapter])
def test_a_desk_that_cannot_be_asked_does_not_stop_the_sweep(down, trouble):
    account = down.account
    down.directory.accounts[account.ref] = type(account)(ref=account.ref, desk=OTHER_DESK)
    down.other_desk.faults.plan("create", TransientError("later", retry_after=HOUR))
    trouble(down)
    down.hear(message("c0", contact="carl"))
    down.run(HOUR + 120)
    assert [t.texts() for t in down.other_desk.tickets] == [["c0"]]
    assert "desk cannot be asked" in down.log.alarms()
    down.desk.down = None
    down.adapters[DESK] = down.desk
    down.run_until_quiet()
    assert [t.texts() for t in down.desk.tickets] == [["a0", "a1"], ["b0", "b1"]]


def test_a_sweep_whose_wake_ups_are_lost_is_followed_by_the_next(down):
    down.desk.down = None
    down.queues["forward"].lose = True
    down.run(70)
    assert len(down.desk.writes()) == 3
    down.queues["forward"].lose = False
    down.run_until_quiet()
    assert [t.texts() for t in down.desk.tickets] == [["a0", "a1"], ["b0", "b1"]]
