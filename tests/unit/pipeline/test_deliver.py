"""Delivering: every reply at most once, in order, and the agent knows what became of it."""

from __future__ import annotations

import pytest

from chalicelib import words
from chalicelib.domain.message import Status
from chalicelib.errors import (
    AmbiguousError,
    ConfigurationError,
    Refused,
    TransientError,
    Unauthorised,
)
from chalicelib.pipeline.drain import LONG_WAIT
from tests.builders import message, reply
from tests.fakes.faults import ALWAYS, ProcessDied

MINUTE = 60
LOST = AmbiguousError("the answer was lost")


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def test_a_reply_is_sent_once_and_known_by_the_platforms_id(world, ticket):
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    (sent,) = world.channel.arrived
    assert sent.contact == world.conversation().contact
    assert sent.reference == f"{world.conversation().id}.2"
    ended = world.delivery(2)
    assert (ended.status, ended.message_id) == (Status.ACCEPTED, "out-1")
    assert world.sent("out-1").sequence == 2
    assert world.ticket().texts() == ["hello"], "what an agent wrote is there already"


def test_replies_arrive_in_the_order_in_which_they_were_written(world, ticket):
    world.channel.faults.plan("send", TransientError("no"), text="two", times=3)
    world.answer(ticket, "one", "two", "three")
    world.run_until_quiet()
    assert world.arrived() == ["one", "two", "three"]


def test_a_reply_told_twice_is_sent_once(world, ticket):
    for _ in range(2):
        world.answer(ticket, "hi")
        world.run(10 * MINUTE)
    assert world.arrived() == ["hi"]
    assert len(world.claim("reply:hi").seen) == 1


def test_a_wake_up_too_many_sends_nothing_again(world, ticket):
    world.answer(ticket, "hi")
    world.wake(world.conversation().id)
    world.wake(world.conversation().id)
    world.run_until_quiet()
    assert world.channel.attempts == 1


def test_a_refused_reply_leaves_a_note_that_says_why(world, ticket):
    world.channel.faults.plan("send", Refused("not_reachable", "(#551) away"), text="late")
    world.answer(ticket, "late", "next")
    world.run_until_quiet()
    assert world.arrived() == ["next"]
    (note,) = world.notes()
    assert note.startswith("This reply was not sent:")
    assert "cannot reach" in note
    assert note.endswith("late")
    ended = world.delivery(2)
    assert (ended.status, ended.reason, ended.detail) == (
        Status.FAILED,
        "not_reachable",
        "(#551) away",
    )
    assert world.parked_work() == []


def test_the_note_of_a_refusal_is_not_lost_with_its_wake_up(world, ticket):
    world.channel.faults.plan("send", Refused("not_reachable"))
    world.queues["forward"].down = True
    world.hear_desk(reply(ticket, "late"))
    world.pump("ingest")
    world.pump("deliver")
    world.queues["forward"].down = False
    world.run_until_quiet()
    assert len(world.notes()) == 1


def test_the_note_of_a_refusal_is_not_lost_with_the_process(world, ticket):
    def die(*_):
        raise ProcessDied

    world.channel.faults.plan("send", Refused("not_reachable"))
    world.hear_desk(reply(ticket, "late"))
    world.pump("ingest")
    world.queues["forward"].before_send = die
    world.pump("deliver")
    world.queues["forward"].before_send = None
    world.run_until_quiet()
    assert len(world.notes()) == 1


def test_a_customer_who_writes_during_a_refusal_is_shown_before_the_note(world, ticket):
    def write() -> None:
        world.hear(message("wait"))
        world.pump("ingest")

    world.channel.faults.plan("send", Refused("not_reachable"))
    world.hear_desk(reply(ticket, "late"))
    world.pump("ingest")
    world.table.before_write("STATE", write)
    world.run_until_quiet()
    hello, wait, note = world.ticket().texts()
    assert (hello, wait) == ("hello", "wait")
    assert note.startswith("note: This reply was not sent")


@pytest.mark.parametrize("performed", [True, False])
@pytest.mark.parametrize("error", [LOST, ProcessDied(), ZeroDivisionError()])
def test_a_reply_that_may_not_have_arrived_is_never_sent_again(world, ticket, error, performed):
    world.channel.faults.plan("send", error, performed=performed)
    world.answer(ticket, "hi")
    world.run(3 * MINUTE)
    assert world.notes() == []
    world.run_until_quiet()
    (note,) = world.notes()
    assert note.startswith("This reply may not have arrived")
    assert note.endswith("hi")
    assert world.channel.attempts == 1
    assert world.delivery(2).status is Status.UNCONFIRMED
    assert world.parked_work() == []


def test_a_reply_that_may_not_have_arrived_does_not_hold_up_the_next(world, ticket):
    world.channel.faults.plan("send", LOST, text="one")
    world.answer(ticket, "one", "two")
    assert world.arrived() == ["two"]
    world.run_until_quiet()
    assert world.channel.attempts == 2


def test_the_agent_is_told_after_ten_minutes_and_not_before(world, ticket):
    world.channel.faults.plan("send", LOST)
    world.answer(ticket, "hi")
    world.run(5 * MINUTE)
    world.answer(ticket, "are you there?")
    world.run(5 * MINUTE - 1)
    assert world.notes() == []
    world.run(MINUTE + 1)
    assert len(world.notes()) == 1


def test_an_adapter_that_breaks_raises_an_alarm_and_lets_the_next_reply_go(world, ticket):
    world.channel.faults.plan("send", ZeroDivisionError(), text="bad")
    world.answer(ticket, "bad", "good")
    assert world.arrived() == ["good"]
    assert world.log.alarms() == ["send broke"]


def test_a_time_the_platform_names_is_kept(world, ticket):
    world.channel.faults.plan("send", TransientError("slow down", retry_after=100))
    world.answer(ticket, "hi")
    world.run(99)
    assert world.channel.attempts == 1
    world.run(1)
    assert world.arrived() == ["hi"]


def test_a_platform_that_is_down_for_hours_is_waited_for(world, ticket):
    world.channel.faults.plan("send", TransientError("no"), times=30)
    world.answer(ticket, "one", "two")
    world.run_until_quiet(at_most=6 * 3600)
    assert world.arrived() == ["one", "two"]
    assert world.notes() == []


def test_a_token_that_is_refused_alarms_and_waits(world, ticket):
    world.channel.faults.plan("send", Unauthorised("token"), times=3)
    world.answer(ticket, "hi")
    assert world.log.alarms() == ["token refused"]
    assert world.queues["deliver"].depth() == 0
    world.answer(ticket, "are you there?")
    assert world.channel.attempts == 1
    world.run_until_quiet()
    assert world.arrived() == ["hi", "are you there?"]


def test_a_reply_for_an_account_nobody_configures_any_more_is_parked_and_its_agent_told(
    world, ticket
):
    world.hear_desk(reply(ticket, "hi"))
    world.pump("ingest")
    del world.directory.accounts[world.account.ref]
    world.run_until_quiet()
    assert [work.parked for work in world.parked_work()] == ["no_account"]
    assert world.arrived() == []
    assert world.notes() == [
        "This reply was not sent: it waits for an operator, who has been told.\n\nhi"
    ]


def test_no_send_begins_without_time_for_it(world, ticket):
    world.hear_desk(reply(ticket, "hi"))
    world.pump("ingest")
    world.time_left = 20
    world.pump("deliver")
    assert world.channel.attempts == 0
    world.time_left = 900
    world.run_until_quiet()
    assert world.arrived() == ["hi"]


def test_wake_ups_that_fail_again_and_again_leave_the_reply_to_the_sweep(world, ticket):
    world.time_left = 35
    world.answer(ticket, "hi")
    assert "wake-up given up" in world.log.alarms()
    world.time_left = 900
    world.run_until_quiet()
    assert world.arrived() == ["hi"]


def test_one_contacts_trouble_is_no_others(world, ticket):
    other = world.open_ticket("good day", contact="bert")
    world.channel.faults.plan("send", TransientError("no"), text="stuck", times=ALWAYS)
    world.answer(ticket, "stuck")
    world.answer(other, "hi")
    assert world.arrived() == ["hi"]


def test_a_second_process_at_a_send_under_way_neither_sends_nor_warns(world, ticket):
    conversation = world.conversation().id

    def intrude(_: object) -> None:
        world.deliverer.deliver(conversation, time_left=lambda: 900.0)

    world.channel.during_send.append(intrude)
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.channel.attempts == 1
    assert world.notes() == []
    assert world.delivery(2).status is Status.ACCEPTED


def test_a_reply_that_waits_for_a_token_is_told_once_and_sent_when_it_is_renewed(world, ticket):
    world.channel.faults.plan("send", Unauthorised("190"), times=4)
    world.hear_desk(reply(ticket, "hi"))
    world.run(3 * LONG_WAIT)
    assert len(world.notes()) == 1
    assert "waits" in world.notes()[0]
    assert world.arrived() == []
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    assert len(world.notes()) == 1


def test_a_customer_who_writes_while_a_reply_is_put_off_takes_no_note_away(world, ticket):
    world.channel.faults.plan("send", Unauthorised("190"), times=2)
    world.answer(ticket, "hi")
    world.run(LONG_WAIT - 1)
    world.table.before_write("CONV", lambda: world.hear_now(message("and now?")))
    world.run_until_quiet()
    assert len(world.notes()) == 1
    assert "waits" in world.notes()[0]
    assert world.arrived() == ["hi"]


def test_a_deployment_without_what_a_send_needs_waits_and_loses_nothing(world, ticket):
    world.channel.faults.plan("send", ConfigurationError("no such secret"), times=2)
    world.answer(ticket, "hi")
    assert world.log.alarms() == ["token refused"]
    assert world.arrived() == []
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    assert world.parked_work() == []


def test_of_a_file_that_is_set_aside_the_agent_reads_the_name(world, ticket):
    world.hear_desk(reply(ticket, "", comment="c", files=["a.pdf"]))
    world.pump("ingest")
    del world.directory.accounts[world.account.ref]
    world.run_until_quiet()
    assert "[a.pdf]" in world.notes()[0]


def test_a_send_that_was_given_up_and_then_is_answered_withdraws_the_doubt(world, ticket):
    def meanwhile() -> None:
        """Another process finds the mark, and ten minutes later nobody has confirmed anything."""
        id_ = world.conversation().id
        world.deliverer.deliver(id_, time_left=lambda: 900.0)
        world.clock.advance(11 * MINUTE)
        world.deliverer.deliver(id_, time_left=lambda: 900.0)

    world.hear_desk(reply(ticket, "slow"))
    world.pump("ingest")
    world.table.before_write("STATE", meanwhile)
    world.deliverer.deliver(world.conversation().id, time_left=lambda: 900.0)
    world.run_until_quiet()
    assert world.arrived() == ["slow"]
    hello, doubt, withdrawn = world.ticket().texts()
    assert hello == "hello"
    assert "may not have arrived" in doubt
    assert withdrawn == f"note: {words.say('en', 'arrived_after_all', text='slow')}"
    assert world.delivery(2).status is Status.ACCEPTED
    assert world.sent("out-1").sequence == 2
