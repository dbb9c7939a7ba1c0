"""What a helpdesk tells: replies go to whom they are for, and to nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.errors import AmbiguousError
from tests.builders import desk_noise, message, reply, ticket_changed
from tests.fakes.deployment import DESK, OTHER_DESK

DAY = 86400


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def test_a_reply_in_a_ticket_of_nobody_is_parked(world, ticket):
    world.answer("ticket-99", "hi")
    assert (world.claim("reply:hi").outcome, world.claim("reply:hi").reason) == (
        "parked",
        "no_ticket",
    )
    assert world.arrived() == []


def test_a_reply_from_a_desk_that_does_not_own_the_conversation_is_parked(world, ticket):
    named = world.conversation().id
    world.hear_desk(reply(ticket, "by ticket"), desk=OTHER_DESK)
    world.hear_desk(reply("", "by conversation", conversation=named), desk=OTHER_DESK)
    world.run_until_quiet()
    assert world.claim("reply:by ticket").reason == "no_ticket"
    assert world.claim("reply:by conversation").reason == "foreign_ticket"
    assert world.arrived() == []


def test_a_reply_that_names_the_conversation_alone_is_sent(world, ticket):
    world.hear_desk(reply("", "hi", conversation=world.conversation().id))
    world.run_until_quiet()
    assert world.arrived() == ["hi"]


@pytest.mark.parametrize("tickets_before", [0, 1])
def test_an_agent_faster_than_the_answer_to_the_tickets_creation_is_heard(world, tickets_before):
    for _ in range(tickets_before):
        world.desk.remove(world.open_ticket("earlier"))
    world.desk.faults.plan("create", AmbiguousError("lost"), performed=True)
    world.hear(message("hello"))
    world.work()
    ticket = world.ticket()
    world.hear_desk(reply(ticket.id, "hi", conversation=ticket.opening.reference))
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    assert world.ticket().texts()[0] == "hello"


def test_a_reply_in_a_former_ticket_reaches_the_customer(world, ticket):
    world.hear_desk(ticket_changed(ticket, "gone", at=world.clock()))
    assert world.open_ticket("again") != ticket
    world.answer(ticket, "hi")
    assert world.arrived() == ["hi"]


def test_what_is_not_for_customers_is_not_sent(world, ticket):
    world.hear_desk(desk_noise(mid="private note"))
    world.run_until_quiet()
    assert world.claim("other:private note").outcome == "ignored"
    assert world.channel.attempts == 0


def test_a_reply_with_nothing_to_send_is_told_to_be_so(world, ticket):
    world.hear_desk(reply(ticket, " \n"))
    world.run_until_quiet()
    assert world.channel.attempts == 0
    assert world.ticket().texts()[1].startswith("note: This reply was not sent: there is nothing")


def test_a_reply_older_than_the_books_is_parked(world, ticket):
    world.hear_desk(reply(ticket, "hi", at=world.clock() - 15 * DAY * 1000))
    world.run_until_quiet()
    assert world.claim("reply:hi").reason == "too_old"
    assert world.arrived() == []


def test_a_reply_of_before_the_table_was_restored_is_parked_and_a_later_one_is_sent(world, ticket):
    at = world.clock()
    world.directory.rows[DESK] = replace(world.directory.rows[DESK], restored_at=at)
    world.clock.advance(60)
    world.hear_desk(reply(ticket, "sent before?", at=at))
    world.hear_desk(reply(ticket, "/template hello", at=at))
    world.answer(ticket, "surely not sent")
    world.run_until_quiet()
    assert world.claim("reply:sent before?").reason == "restored"
    assert world.arrived() == ["surely not sent"]


def test_replies_and_messages_at_once_keep_each_others_order(world, ticket):
    for n in range(5):
        world.hear(message(f"in {n}"))
        world.hear_desk(reply(ticket, f"out {n}"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", *(f"in {n}" for n in range(5))]
    assert world.arrived() == [f"out {n}" for n in range(5)]
    assert world.conversation().sequence == 11


def test_news_of_a_ticket_that_is_not_ours_are_counted_and_not_kept(world, ticket):
    world.hear_desk(ticket_changed("ticket-99", "closed", at=world.clock()))
    world.run_until_quiet()
    line = world.claim(f"ticket:ticket-99:{world.claims()[-1].received_at}")
    assert (line.outcome, line.raw) == ("ignored", "")


def test_news_of_a_former_ticket_do_not_touch_the_present_one(world, ticket):
    world.hear_desk(ticket_changed(ticket, "gone", at=world.clock()))
    world.open_ticket("again")
    world.run(60)
    world.hear_desk(ticket_changed(ticket, "closed", at=world.clock()))
    world.run_until_quiet()
    assert world.conversation().link.status == "open"


def test_a_reply_for_a_customer_whose_account_nobody_configures_is_parked(world, ticket):
    del world.directory.accounts[world.account.ref]
    world.answer(ticket, "hi")
    assert world.claim("reply:hi").outcome == "parked"
