"""Receipts: of our own sends and of others', in whatever order they come."""

from __future__ import annotations

import pytest

from chalicelib.domain.message import Status, highest
from chalicelib.errors import AmbiguousError
from tests.builders import echo, message, status, watermark

MINUTE = 60
LOST = AmbiguousError("the answer was lost")


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def test_a_late_failure_of_an_unconfirmed_reply_does_not_say_that_it_arrived(world, ticket):
    world.channel.faults.plan("send", LOST, performed=True)
    world.answer(ticket, "hi")
    world.run(20 * MINUTE)
    (sent,) = world.channel.arrived
    world.hear(status("failed", mid=sent.id, delivery=sent.reference, reason="window_closed"))
    world.run_until_quiet()
    _, failure = world.notes()
    assert failure.startswith("A reply did not reach the customer")


def test_only_what_a_customer_says_keeps_the_window_open(world, ticket):
    said_at = world.conversation().last_inbound_at
    world.hear(echo("from the phone", mid="x", at=said_at + 1000))
    world.run_until_quiet()
    assert world.conversation().last_inbound_at == said_at
    world.hear(message("more", at=said_at + 2000))
    world.run_until_quiet()
    assert world.conversation().last_inbound_at == said_at + 2000


def test_a_receipt_with_our_reference_before_the_answer_confirms_the_send(world, ticket):
    world.channel.during_send.append(
        lambda sent: world.hear_now(status("delivered", mid=sent.id, delivery=sent.reference))
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
    world.channel.during_send.append(lambda sent: world.hear_now(status("delivered", mid=sent.id)))
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
        lambda sent: world.hear_now(status("failed", mid=sent.id, delivery=sent.reference))
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
    world.hear_now(status("failed", mid="out-1"))
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
    world.table.before_write("CONV", lambda: world.hear_now(message("more")))
    world.run_until_quiet()
    assert world.conversation().read_until == 500
    assert world.ticket().texts() == ["hello", "more"]
