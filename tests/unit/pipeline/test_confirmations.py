"""Echoes and receipts: of our own sends, of others', in whatever order they come."""

from __future__ import annotations

import pytest

from chalicelib.domain.message import Status, highest
from chalicelib.errors import AmbiguousError
from tests.builders import Raw, echo, echo_of, message, reply, status, watermark
from tests.fakes.world import World

MINUTE = 60
LOST = AmbiguousError("the answer was lost")


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def hear_now(world: World, item: Raw) -> None:
    """Let a webhook come in, and be ingested, at this very moment."""
    world.hear(item)
    world.pump("ingest")


def test_the_echo_of_a_reply_is_recorded_and_not_shown(world, ticket):
    world.answer(ticket, "hi")
    world.hear(echo_of(world.channel.arrived[0]))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]
    assert world.claim("e:out-1").outcome == "recorded"


@pytest.mark.parametrize("bare", [False, True], ids=["with our reference", "bare"])
def test_an_echo_before_the_answer_confirms_the_send(world, ticket, bare):
    world.channel.during_send.append(lambda sent: hear_now(world, echo_of(sent, bare=bare)))
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
    world.channel.during_send.append(lambda sent: hear_now(world, echo_of(sent)))
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
    assert relief == "The reply that was not confirmed has arrived after all."
    assert world.delivery(2).status is Status.ACCEPTED


def test_a_late_failure_of_an_unconfirmed_reply_does_not_say_that_it_arrived(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True)
    world.answer(ticket, "hi")
    world.run(20 * MINUTE)
    (sent,) = world.channel.arrived
    world.hear(status("failed", mid=sent.id, delivery=sent.reference, reason="window_closed"))
    world.run_until_quiet()
    _, failure = world.notes()
    assert failure.startswith("A reply did not reach the customer")


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


def test_an_echo_to_somebody_new_opens_a_ticket(world):
    world.hear(echo("good day", mid="x", contact="carl"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["[sent to the customer outside the helpdesk]\ngood day"]


def test_a_receipt_with_our_reference_before_the_answer_confirms_the_send(world, ticket):
    world.channel.during_send.append(
        lambda sent: hear_now(world, status("delivered", mid=sent.id, delivery=sent.reference))
    )
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.delivery(2).status is Status.ACCEPTED
    assert world.sent("out-1").receipts == {Status.DELIVERED}


def test_a_receipt_confirms_a_send_whose_answer_was_lost(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True)
    world.answer(ticket, "hi")
    (sent,) = world.channel.arrived
    world.hear(status("sent", mid=sent.id, delivery=sent.reference))
    world.run_until_quiet()
    assert world.notes() == []
    assert world.channel.attempts == 1


@pytest.mark.parametrize(
    "order", [["sent", "delivered", "read"], ["read", "sent", "delivered"], ["read", "read"]]
)
def test_a_status_never_goes_down(world, ticket, order):
    world.answer(ticket, "hi")
    for word in order:
        world.hear(status(word, mid="out-1"))
        world.run_until_quiet()
    assert highest(world.sent("out-1").receipts) is Status.READ


def test_a_receipt_before_the_answer_is_kept_without_our_reference_too(world, ticket):
    world.channel.during_send.append(lambda sent: hear_now(world, status("delivered", mid=sent.id)))
    world.answer(ticket, "hi")
    world.run_until_quiet()
    known = world.sent("out-1")
    assert (known.sequence, known.receipts) == (2, {Status.DELIVERED})


def test_a_late_failure_leaves_a_note(world, ticket):
    world.answer(ticket, "hi")
    world.hear(status("failed", mid="out-1", reason="unheard_of", detail="(#131) no"))
    world.run_until_quiet()
    assert world.notes() == [
        "A reply did not reach the customer: the platform refused it. It said: (#131) no"
    ]


def test_a_failure_told_twice_leaves_one_note(world, ticket):
    world.answer(ticket, "hi")
    for _ in range(2):
        world.hear(status("failed", mid="out-1", reason="unheard_of"))
        world.run(10 * MINUTE)
    assert len(world.notes()) == 1


def test_a_failure_before_the_answer_leaves_a_note(world, ticket):
    world.channel.during_send.append(
        lambda sent: hear_now(world, status("failed", mid=sent.id, delivery=sent.reference))
    )
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert len(world.notes()) == 1
    assert highest(world.sent("out-1").receipts) is Status.FAILED


def test_a_failure_after_the_delivery_is_not_believed(world, ticket):
    world.answer(ticket, "hi")
    world.hear(status("delivered", mid="out-1"))
    world.run_until_quiet()
    world.hear(status("failed", mid="out-1"))
    world.run_until_quiet()
    assert world.notes() == []


def test_the_note_of_a_failure_is_not_lost_with_its_wake_up(world, ticket):
    world.answer(ticket, "hi")
    world.queues["forward"].down = True
    hear_now(world, status("failed", mid="out-1"))
    world.queues["forward"].down = False
    world.run_until_quiet()
    assert len(world.notes()) == 1


def test_a_receipt_of_a_message_nobody_knows_is_recorded(world):
    world.hear(status("read", mid="unheard of"))
    world.run_until_quiet()
    assert world.claim("s:unheard of:read").outcome == "recorded"


def test_watermarks_never_go_back(world, ticket):
    for until in (200, 300, 100):
        world.hear(watermark("read", until=until))
        world.hear(watermark("delivered", until=until + 1))
    world.run_until_quiet()
    conversation = world.conversation()
    assert (conversation.read_until, conversation.delivered_until) == (300, 301)


def test_watermarks_raced_by_a_message_lose_neither(world, ticket):
    world.hear(watermark("read", until=500))
    world.table.before_write("CONV", lambda: hear_now(world, message("more")))
    world.run_until_quiet()
    assert world.conversation().read_until == 500
    assert world.ticket().texts() == ["hello", "more"]
