"""Echoes: of our own sends, which they confirm, and of what others sent, which is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.account import AccountRef
from chalicelib.domain.message import Status
from chalicelib.errors import AmbiguousError, TransientError
from tests.builders import echo, echo_of, reply, status
from tests.fakes.deployment import CHANNEL

MINUTE = 60
LOST = AmbiguousError("the answer was lost")


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def test_the_echo_of_a_reply_is_recorded_and_not_shown(world, ticket):
    world.answer(ticket, "hi")
    world.hear(echo_of(world.channel.arrived[0]))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]
    assert world.claim("e:out-1").outcome == "recorded"


@pytest.mark.parametrize("bare", [False, True], ids=["with our reference", "bare"])
def test_an_echo_before_the_answer_confirms_the_send(world, ticket, bare):
    world.channel.during_send.append(lambda sent: world.hear_now(echo_of(sent, bare=bare)))
    world.answer(ticket, "hi", "next")
    world.run_until_quiet()
    assert world.arrived() == ["hi", "next"]
    assert world.ticket().texts() == ["hello"]
    assert world.claim("e:out-1").reason == "confirmed"
    assert world.delivery(2).message_id == "out-1"


@pytest.mark.parametrize("bare", [False, True], ids=["with our reference", "bare"])
def test_an_echo_confirms_a_send_whose_answer_was_lost(world, ticket, bare):
    world.channel.faults.plan("send", LOST, performed=True)
    world.answer(ticket, "hi")
    world.run(5 * MINUTE)
    world.hear(echo_of(world.channel.arrived[0], bare=bare))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]
    assert world.channel.attempts == 1
    assert world.delivery(2).status is Status.ACCEPTED
    assert world.sent("out-1").sequence == 2


def test_an_echo_before_a_lost_answer_confirms_the_send(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True)
    world.channel.during_send.append(lambda sent: world.hear_now(echo_of(sent)))
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.notes() == []
    assert world.delivery(2).status is Status.ACCEPTED


def test_of_two_equal_replies_each_echo_confirms_one(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True, times=2)
    world.hear_desk(reply(ticket, "ok", comment="1"), reply(ticket, "ok", comment="2"))
    world.work()
    for sent in world.channel.arrived:
        world.hear(echo_of(sent, bare=True))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]
    assert [world.sent(f"out-{n}").sequence for n in (1, 2)] == [2, 3]


def test_a_late_confirmation_takes_the_warning_back(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True)
    world.answer(ticket, "hi")
    world.run(20 * MINUTE)
    world.hear(echo_of(world.channel.arrived[0]))
    world.run_until_quiet()
    warning, relief = world.notes()
    assert warning.startswith("This reply may not have arrived")
    assert relief == "The reply that was not confirmed has arrived after all.\n\nhi"
    assert world.delivery(2).status is Status.ACCEPTED


def test_each_warning_that_is_taken_back_says_of_which_reply(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True, times=2)
    world.answer(ticket, "we close at six")
    world.hear_desk(reply(ticket, "", comment="c", files=["a.pdf"]))
    world.run(20 * MINUTE)
    for sent in reversed(world.channel.arrived):
        world.hear(echo_of(sent))
    world.run_until_quiet()
    *_, first, second = world.notes()
    assert first.endswith("\n\n[a.pdf]")
    assert second.endswith("\n\nwe close at six")


def test_what_the_business_wrote_elsewhere_is_shown_as_such(world, ticket):
    world.hear(echo("from the phone", mid="x"))
    world.run_until_quiet()
    assert (
        world.ticket().texts()[1] == "[sent to the customer outside the helpdesk]\nfrom the phone"
    )


def test_what_was_written_elsewhere_is_shown_once_however_often_it_is_told(world, ticket):
    for _ in range(2):
        world.hear(echo("from the phone", mid="x"))
        world.run(10 * MINUTE)
    assert len(world.ticket().texts()) == 2


def test_an_echo_under_a_reference_of_nobody_is_shown(world, ticket):
    for number, delivery in enumerate(["nobody.2", f"{world.conversation().id}.99", "x", ".1"]):
        world.hear(echo(f"text {number}", mid=f"x{number}", delivery=delivery))
    world.run_until_quiet()
    assert len(world.ticket().texts()) == 5


def test_what_was_written_elsewhere_in_the_words_of_a_reply_is_no_reply(world, ticket):
    world.hear_desk(reply(ticket, "hi"))
    world.pump("ingest")
    world.hear_now(echo("hi", mid="x"))
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    assert len(world.ticket().texts()) == 2


def test_what_was_written_elsewhere_confirms_no_reply_in_other_words(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True)
    world.answer(ticket, "hi")
    world.hear(echo("good day", mid="x"))
    world.run_until_quiet()
    assert len(world.notes()) == 1
    assert "good day" in world.ticket().texts()[1]


def test_an_echo_raced_by_the_answer_to_the_send_is_not_shown(world, ticket):
    world.hear_desk(reply(ticket, "hi"))
    world.pump("ingest")
    world.table.before_write("MSG", lambda: world.pump("deliver"))
    world.hear_now(echo("hi, as the platform spells it", mid="out-1"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]


def test_an_echo_behind_its_own_receipt_is_shown(world, ticket):
    world.hear(status("delivered", mid="x"))
    world.run_until_quiet()
    world.hear(echo("from the phone", mid="x"))
    world.run_until_quiet()
    assert len(world.ticket().texts()) == 2


def test_a_reference_on_another_account_confirms_nothing(world, ticket):
    ref = AccountRef(CHANNEL, "other page")
    world.directory.accounts[ref] = replace(world.account, ref=ref)
    world.channel.faults.plan("send", LOST, performed=True)
    world.answer(ticket, "hi")
    world.hear(echo_of(world.channel.arrived[0]) | {"account": ref.id})
    world.run_until_quiet()
    assert len(world.conversations()) == 2
    assert len(world.notes()) == 1


def test_an_echo_of_a_send_that_was_put_off_lets_the_next_one_go(world, ticket):
    busy = TransientError("later, it says, and has sent it", retry_after=1000)
    world.channel.faults.plan("send", busy, performed=True)
    world.answer(ticket, "one", "two")
    assert world.arrived() == ["one"]
    world.hear(echo_of(world.channel.arrived[0]))
    world.work()
    assert world.arrived() == ["one", "two"]


def test_an_echo_to_somebody_new_opens_a_ticket(world):
    world.hear(echo("good day", mid="x", contact="carl"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["[sent to the customer outside the helpdesk]\ngood day"]
