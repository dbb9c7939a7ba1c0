"""A conversation follows its ticket into the one that took it over, unless that is another customer's."""

from __future__ import annotations

import pytest

from chalicelib.domain.ticket import Idempotency, Promise
from chalicelib.errors import AmbiguousError
from tests.builders import message, reply, ticket_merged
from tests.fakes.faults import ProcessDied

told = pytest.mark.parametrize("told", [True, False], ids=["told", "met"])


def merge(world, ticket: str, into: str, *, told: bool) -> None:
    world.desk.merge(ticket, into=into)
    if told:
        world.hear_desk(ticket_merged(ticket, into=into, at=world.clock()))
        world.run_until_quiet()


@told
def test_it_goes_on_in_a_ticket_of_nobody(world, told):
    ticket, own = world.open_ticket("hello"), world.desk.open("opened by an agent")
    merge(world, ticket, own, told=told)
    world.hear(message("more"))
    world.run_until_quiet()
    assert world.desk.tickets[-1].id == own
    assert world.desk.tickets[-1].texts() == ["opened by an agent", "hello", "more"]
    link = world.conversation().link
    assert (link.ticket_id, link.url) == (own, f"https://desk.test/{own}")


@told
def test_an_answer_in_the_ticket_that_took_it_over_reaches_the_customer(world, told):
    ticket, own = world.open_ticket("hello"), world.desk.open("opened by an agent")
    merge(world, ticket, own, told=told)
    world.hear(message("more"))
    world.run_until_quiet()
    world.answer(own, "hi")
    assert world.arrived() == ["hi"]


@told
def test_in_a_ticket_of_another_customer_it_does_not_go_on(world, told):
    ticket = world.open_ticket("hello")
    world.hear(message("mine", contact="bert"))
    world.run_until_quiet()
    other = world.desk.tickets[-1].id
    merge(world, ticket, other, told=told)
    world.hear(message("more"))
    world.run_until_quiet()
    assert world.desk.tickets[-1].id not in (ticket, other)
    said, goes_on = world.desk.tickets[-1].texts()
    assert said == "more"
    assert goes_on.startswith("note: This conversation goes on here")
    world.hear_desk(reply(other, "for bert"))
    world.run_until_quiet()
    assert [sent.contact.aliases[0].value for sent in world.channel.arrived] == ["bert"]


@pytest.mark.parametrize("error", [AmbiguousError("lost"), ProcessDied()], ids=["lost", "died"])
def test_an_entry_whose_answer_was_lost_on_the_way_is_there_once(world, error):
    ticket, own = world.open_ticket("hello"), world.desk.open("opened by an agent")
    world.desk.merge(ticket, into=own)
    world.desk.faults.plan("append", error, performed=True, text="more")
    world.hear(message("more"))
    world.run_until_quiet()
    assert world.desk.tickets[-1].texts().count("more") == 1


def test_news_of_a_merge_of_a_ticket_that_is_not_ours_is_counted(world):
    one, two = world.desk.open("one"), world.desk.open("two")
    world.hear_desk(ticket_merged(one, into=two, at=world.clock()))
    world.run_until_quiet()
    assert world.claim(f"merged:{one}:{two}").outcome == "ignored"


def test_a_merge_into_itself_changes_nothing(world):
    ticket = world.open_ticket("hello")
    world.hear_desk(ticket_merged(ticket, into=ticket, at=world.clock()))
    world.hear(message("more"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "more"]


@pytest.mark.parametrize("how", [Idempotency.NATIVE, Idempotency.NONE])
def test_where_a_look_tells_nothing_it_is_written_again_under_its_key(world, how):
    world.open_ticket("hello")
    world.desk.promise = Promise(creates=how, appends=how)
    keys = []
    append = world.desk.append

    def spied(ticket_id, entry):
        keys.append(entry.key)
        return append(ticket_id, entry)

    world.desk.append = spied
    world.desk.faults.plan("append", AmbiguousError("lost"), times=2)
    world.hear(message("more"))
    world.run_until_quiet()
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert "find_entry" not in world.desk.calls
