"""Writes at the desk whose answers are lost: looked for before anything is written again."""

from __future__ import annotations

import pytest

from chalicelib.domain.ticket import Promise
from chalicelib.errors import AmbiguousError, TransientError
from tests.builders import message, ticket_changed
from tests.fakes.faults import ALWAYS, ProcessDied
from tests.fakes.helpdesk import LAG

ERRORS = [AmbiguousError("the answer was lost"), ProcessDied()]
either = pytest.mark.parametrize("error", ERRORS, ids=["lost", "died"])


@either
def test_a_created_ticket_whose_answer_was_lost_is_found_and_not_created_again(world, error):
    world.desk.faults.plan("create", error, performed=True)
    world.hear(message("one"), message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert world.desk.writes() == ["create", "append"]


@either
def test_an_entry_whose_answer_was_lost_is_found_and_not_written_again(world, error):
    world.hear(message("one"))
    world.run_until_quiet()
    world.desk.faults.plan("append", error, performed=True)
    world.hear(message("two"), message("three"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two", "three"]
    assert world.desk.writes() == ["create", "append", "append"]


@either
@pytest.mark.parametrize("call", ["create", "append"])
def test_a_write_that_never_happened_is_written_once_after_two_looks(world, error, call):
    if call == "append":
        world.hear(message("one"))
        world.run_until_quiet()
    world.desk.faults.plan(call, error)
    world.hear(message("two"))
    before = world.clock()
    world.run_until_quiet()
    assert world.ticket().texts()[-1] == "two"
    assert world.desk.writes().count(call) == 2
    assert world.desk.calls.count("find") == 2
    assert world.clock() - before >= LAG * 1000


def test_the_second_look_comes_a_lag_after_the_first_whatever_wakes_it_earlier(world):
    world.hear(message("one"))
    world.run_until_quiet()
    world.desk.promise = Promise(lookup_lag=90.0)
    world.desk.faults.plan("append", AmbiguousError("lost"))
    world.hear(message("two"))
    world.run(30)
    world.start()
    world.forwarder.forward(world.conversation().id, time_left=lambda: 900.0)
    assert world.desk.writes().count("append") == 1
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]


def test_words_said_twice_are_not_mistaken_for_the_lost_ones(world):
    world.hear(message("hello"), message("ok", mid="1"))
    world.run_until_quiet()
    world.desk.faults.plan("append", AmbiguousError("lost"))
    world.hear(message("ok", mid="2"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "ok", "ok"]


def test_answers_lost_again_and_again_write_once(world):
    world.desk.faults.plan("create", AmbiguousError("lost"), performed=True)
    world.desk.faults.plan("append", AmbiguousError("lost"), performed=True, times=3)
    world.hear(*(message(f"{n}") for n in range(5)))
    world.run_until_quiet()
    assert world.ticket().texts() == [f"{n}" for n in range(5)]


def test_a_desk_that_fails_while_being_looked_at_is_looked_at_again(world):
    world.hear(message("one"))
    world.run_until_quiet()
    world.desk.faults.plan("append", AmbiguousError("lost"), performed=True)
    world.desk.faults.plan("find_entry", TransientError("no"), times=2)
    world.hear(message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]


def test_a_desk_that_goes_down_after_a_lost_answer_is_looked_at_when_it_is_back(world):
    world.hear(message("one"))
    world.run_until_quiet()
    world.desk.faults.plan("append", AmbiguousError("lost"), performed=True)
    world.desk.faults.plan("check", TransientError("down"), times=3)
    world.hear(message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]


def test_a_ticket_removed_after_a_lost_answer_is_followed_by_a_new_one(world):
    world.hear(message("one"))
    world.run_until_quiet()
    world.desk.faults.plan("append", AmbiguousError("lost"), performed=True)
    world.hear(message("two"))
    world.work()
    world.desk.remove(world.ticket().id)
    world.run_until_quiet()
    assert world.ticket().texts()[0] == "two"


def test_a_lost_follow_up_ticket_is_found_under_its_own_reference(world):
    world.hear(message("one"))
    world.run_until_quiet()
    first = world.ticket().id
    world.hear_desk(ticket_changed(first, "gone", at=world.clock()))
    world.desk.faults.plan("create", AmbiguousError("lost"), performed=True)
    world.hear(message("two"), message("three"))
    world.run_until_quiet()
    assert [t.texts()[:2] for t in world.desk.tickets] == [["one"], ["two", "three"]]


def test_a_store_that_fails_behind_a_write_writes_nothing_twice(world):
    def fail() -> None:
        world.table.down = True

    world.hear(message("one"))
    world.pump("ingest")
    world.table.before_write("CONV#WORK", lambda: world.table.before_write("CONV", fail))
    world.pump("forward")
    assert world.ticket().texts() == ["one"]
    world.table.down = False
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]
    assert world.desk.writes() == ["create"]


def test_a_store_that_fails_only_once_behind_a_write_writes_nothing_twice(world):
    def fail_once() -> None:
        raise TransientError("throttled")

    world.open_ticket("one")
    world.hear_now(message("two"))
    world.table.before_write("CONV#WORK", lambda: world.table.before_write("CONV#WORK", fail_once))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert world.desk.writes() == ["create", "append"]


def test_an_entry_that_is_always_unclear_is_parked_and_the_next_goes_on(world):
    world.hear(message("one"))
    world.run_until_quiet()
    world.desk.faults.plan("append", AmbiguousError("lost"), text="bad", times=ALWAYS)
    world.hear(message("bad"), message("good"))
    world.run_until_quiet()
    assert [w.text for w in world.parked_work()] == ["bad"]
    assert world.ticket().texts()[:2] == ["one", "good"]


def test_a_second_lost_answer_takes_two_looks_of_its_own(world):
    world.hear(message("one"))
    world.run_until_quiet()
    world.desk.promise = Promise(lookup_lag=20.0)
    world.desk.faults.plan("append", AmbiguousError("lost"))
    world.desk.faults.plan("append", AmbiguousError("lost"), performed=True)
    world.hear(message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
