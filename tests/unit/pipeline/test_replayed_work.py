"""Parked work is tried again from where it was, and nothing of it is written or sent twice."""

from __future__ import annotations

import pytest

from chalicelib import words
from chalicelib.domain.work import Verb
from chalicelib.errors import AmbiguousError, Refused, TransientError
from tests.builders import message, ticket_changed
from tests.fakes.faults import ALWAYS, ProcessDied
from tests.fakes.world import World
from tests.unit.pipeline.letting_go import let_go, parked

NOT_SHOWN = f"note: {words.say('en', 'not_shown')}"


def unclear(world: World, call: str, text: str, *, performed: bool = True) -> None:
    """Have a write's answer be lost and every look for it fail, until it is parked."""
    world.desk.faults.plan(call, AmbiguousError("lost"), text=text, performed=performed)
    for look in ("find", "find_entry"):
        world.desk.faults.plan(look, TransientError("no"), times=5)
    world.hear(message(text))
    world.run_until_quiet()
    assert [work.text for work in world.parked_work()] == [text]
    world.desk.faults.planned.clear()


def references(world: World) -> list[str]:
    return [ticket.opening.reference for ticket in world.desk.tickets]


def test_an_entry_that_the_desk_refused_is_written_once_it_takes_it(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", Refused("desk_refused"), text="two")
    world.hear(message("two"))
    world.run_until_quiet()
    assert [work.parked for work in world.parked_work()] == ["desk_refused"]
    let_go(world)
    let_go(world)
    world.run_until_quiet()
    assert world.ticket().texts().count("two") == 1
    assert parked(world) == []


def test_an_entry_that_was_written_before_it_was_parked_is_found_behind_later_ones(world):
    world.open_ticket("one")
    unclear(world, "append", "two")
    world.hear(message("three"))
    world.run_until_quiet()
    let_go(world)
    world.run_until_quiet()
    assert world.ticket().texts().count("two") == 1
    assert parked(world) == []


def test_what_was_written_behind_an_entry_found_late_is_not_mistaken_for_the_next(world):
    world.open_ticket("one")
    unclear(world, "append", "two")
    world.hear(message("ok", mid="1"))
    world.run_until_quiet()
    let_go(world)
    world.run_until_quiet()
    world.desk.faults.plan("append", AmbiguousError("lost"), text="ok")
    world.hear(message("ok", mid="2"))
    world.run_until_quiet()
    assert world.ticket().texts().count("ok") == 2


def test_an_entry_that_was_written_before_a_follow_up_ticket_is_found_in_the_first(world):
    ticket = world.open_ticket("one")
    unclear(world, "append", "two")
    world.hear_desk(ticket_changed(ticket, "gone", at=world.clock()))
    world.hear(message("three"))
    world.run_until_quiet()
    let_go(world)
    world.run_until_quiet()
    texts = [text for each in world.desk.tickets for text in each.texts()]
    # The note about what was set aside opened the second one.
    assert references(world) == [world.conversation().id, f"{world.conversation().id}.4"]
    assert texts.count("two") == 1
    link = world.conversation().link
    assert link
    assert link.ticket_id == world.desk.tickets[-1].id


def test_an_entry_that_was_never_written_is_written_into_the_follow_up_ticket(world):
    ticket = world.open_ticket("one")
    unclear(world, "append", "two", performed=False)
    world.desk.remove(ticket)
    world.hear(message("three"))
    world.run_until_quiet()
    let_go(world)
    world.run_until_quiet()
    three, goes_on, two = world.ticket().texts()
    assert (three, two) == ("three", "two")
    assert goes_on.startswith("note: This conversation goes on here")


def test_of_two_operators_at_once_both_are_right_about_what_they_let_go(world):
    world.open_ticket("one")
    for text in ("two", "three"):
        world.desk.faults.plan("append", Refused("desk_refused"), text=text)
        world.hear(message(text))
    world.run_until_quiet()
    first, second = parked(world)
    world.table.before_write("CONV#WORK", lambda: let_go(world, first))
    assert let_go(world, first, second) == 1
    world.run_until_quiet()
    assert [world.ticket().texts().count(text) for text in ("two", "three")] == [1, 1]


def test_a_ticket_that_was_created_before_its_entry_was_parked_is_found(world):
    unclear(world, "create", "one")
    world.hear(message("two"))
    world.run_until_quiet()
    let_go(world)
    world.run_until_quiet()
    assert [ticket.texts()[0] for ticket in world.desk.tickets] == ["one", NOT_SHOWN]
    assert references(world) == [world.conversation().id, f"{world.conversation().id}.2"]
    first, second = world.desk.tickets
    link = world.conversation().link
    assert link
    assert link.ticket_id == second.id
    world.answer(first.id, "hi")
    assert world.arrived() == ["hi"]


def test_a_ticket_that_was_created_in_place_of_a_removed_one_is_found(world):
    world.desk.remove(world.open_ticket("one"))
    unclear(world, "create", "two")
    world.hear(message("three"))
    world.run_until_quiet()
    let_go(world)
    world.run_until_quiet()
    said = [text for ticket in world.desk.tickets for text in ticket.texts()]
    assert said.count("two") == 1
    assert len(set(references(world))) == len(world.desk.tickets)
    assert parked(world) == []


def test_no_entry_takes_a_ticket_for_its_own_that_another_one_may_have_created(world):
    ticket = world.open_ticket("one")
    world.desk.faults.plan("append", Refused("desk_refused"), text="two")
    world.hear(message("two"))
    world.run_until_quiet()
    world.desk.faults.plan("append", AmbiguousError("lost"), text="three", performed=False)
    world.desk.faults.plan("find_entry", TransientError("no", retry_after=3000.0))
    world.hear(message("three"))
    world.run(10)
    world.desk.remove(ticket)
    world.desk.faults.plan("create", AmbiguousError("lost"), text="two", performed=True)
    world.desk.faults.plan("find_entry", TransientError("no"), times=5)
    let_go(world)
    world.run_until_quiet()
    let_go(world)
    world.run_until_quiet()
    said = [text for each in world.desk.tickets for text in each.texts()]
    assert (said.count("two"), said.count("three")) == (1, 1)
    assert parked(world) == []


def test_a_process_that_dies_before_the_wake_up_leaves_the_entry_to_the_sweep(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", Refused("desk_refused"), text="two")
    world.hear(message("two"))
    world.run_until_quiet()

    def die() -> None:
        raise ProcessDied

    world.queues[Verb.FORWARD].before_send = die
    with pytest.raises(ProcessDied):
        let_go(world)
    world.queues[Verb.FORWARD].before_send = None
    world.run_until_quiet()
    assert world.ticket().texts().count("two") == 1


def test_a_reply_whose_account_was_removed_is_sent_once_it_is_back(world):
    ticket = world.open_ticket("hello")
    world.channel.faults.plan("send", TransientError("later"))
    world.answer(ticket, "hi")
    world.directory.accounts.clear()
    world.run_until_quiet()
    assert [work.parked for work in world.parked_work()] == ["no_account"]
    world.directory.accounts[world.account.ref] = world.account
    let_go(world)
    let_go(world)
    world.run_until_quiet()
    assert world.arrived() == ["hi"]


def test_a_reply_that_may_have_been_sent_is_not_sent_again(world):
    ticket = world.open_ticket("hello")
    world.channel.faults.plan("send", AmbiguousError("lost"), performed=True, times=ALWAYS)
    world.answer(ticket, "hi")
    world.directory.accounts.clear()
    world.run_until_quiet()
    assert [work.parked for work in world.parked_work()] == ["no_account"]
    world.directory.accounts[world.account.ref] = world.account
    let_go(world)
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    assert parked(world) == []
