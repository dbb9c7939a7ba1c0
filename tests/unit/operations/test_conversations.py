"""The list of conversations, and the story of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.changes import MessageKept, WorkDone
from chalicelib.domain.content import Content
from chalicelib.domain.message import Direction, Message, Status
from chalicelib.domain.work import Stage, Verb
from chalicelib.operations.conversations import conversations, story
from tests.fakes.clock import START
from tests.unit.operations.bridge import Bridge


@pytest.fixture
def bridge() -> Bridge:
    bridge = Bridge()
    bridge.open()
    return bridge


def status(bridge: Bridge, sequence: int) -> Status | None:
    told = story(bridge.audit, "c1")
    assert told is not None
    (said,) = [each for each in told.said if each.sequence == sequence]
    return said.status


def test_the_conversation_that_moved_last_is_listed_first(bridge):
    bridge.open("c2")
    bridge.open("silent")
    bridge.say(conversation_id="c1")
    bridge.clock.advance(5)
    bridge.say(conversation_id="c2")
    bridge.clock.advance(5)
    bridge.say(conversation_id="c1")
    listed = conversations(bridge.audit, most=10)
    assert [(each.conversation.id, each.open_work, each.last_at) for each in listed] == [
        ("c1", 2, START + 10_000),
        ("c2", 1, START + 5_000),
        ("silent", 0, 0),
    ]
    (first,) = conversations(bridge.audit, most=1)
    assert first.conversation.id == "c1"


def test_a_clock_that_went_back_does_not_make_a_conversation_older(bridge):
    bridge.clock.advance(60)
    bridge.say()
    bridge.clock.advance(-60)
    bridge.say()
    (listed,) = conversations(bridge.audit, most=1)
    assert listed.last_at == START + 60_000


def test_a_story_has_what_was_said_in_sequence_and_what_is_open(bridge):
    done = bridge.say(text="one")
    reply = bridge.say(verb=Verb.DELIVER, text="two")
    bridge.store.commit(WorkDone(done))
    told = story(bridge.audit, "c1")
    assert told is not None
    assert told.conversation == bridge.store.conversation("c1")
    assert [(each.sequence, each.message.content) for each in told.said] == [
        (1, Content(text="one")),
        (2, Content(text="two")),
    ]
    assert told.open_work == [reply]


def test_nobody_has_the_story_of_an_unknown_conversation(bridge):
    assert story(bridge.audit, "c") is None
    assert story(bridge.audit, "nobody") is None


def test_what_the_customer_wrote_and_notes_have_no_status(bridge):
    bridge.say()
    assert status(bridge, 1) is None


def test_a_reply_nobody_has_tried_to_send_is_pending(bridge):
    bridge.say(verb=Verb.DELIVER)
    assert status(bridge, 1) is Status.PENDING


def test_a_reply_that_waits_for_its_confirmation_is_unconfirmed(bridge):
    bridge.say(verb=Verb.DELIVER, stage=Stage.UNCONFIRMED)
    assert status(bridge, 1) is Status.UNCONFIRMED


def test_an_unconfirmed_reply_does_not_touch_the_others(bridge):
    bridge.say(verb=Verb.DELIVER)
    bridge.say(verb=Verb.DELIVER, stage=Stage.UNCONFIRMED)
    assert status(bridge, 1) is Status.PENDING


@pytest.mark.parametrize(
    ("receipts", "marks", "expected"),
    [
        ([], {}, Status.ACCEPTED),
        ([Status.DELIVERED, Status.SENT], {}, Status.DELIVERED),
        ([], {"delivered_until": START}, Status.DELIVERED),
        ([], {"delivered_until": START + 1, "read_until": START}, Status.READ),
        ([], {"delivered_until": START - 1, "read_until": START - 1}, Status.ACCEPTED),
        ([Status.FAILED], {}, Status.FAILED),
        ([Status.FAILED], {"read_until": START + 1}, Status.FAILED),
    ],
)
def test_a_reply_has_come_as_far_as_anything_tells(bridge, receipts, marks, expected):
    work = bridge.say(verb=Verb.DELIVER)
    bridge.store.commit(WorkDone(work))
    bridge.end(work, Status.ACCEPTED, message_id="mid")
    bridge.learn("mid", *receipts, work=work, sent_at=START)
    bridge.change(**marks)
    assert status(bridge, 1) is expected


def test_no_watermark_covers_a_reply_that_was_not_sent(bridge):
    work = bridge.say(verb=Verb.DELIVER)
    bridge.store.commit(WorkDone(work))
    bridge.end(work, Status.FAILED)
    bridge.change(read_until=START + 1)
    assert status(bridge, 1) is Status.FAILED


def test_receipts_tell_of_what_was_sent_from_elsewhere_too(bridge):
    said = bridge.say()
    message = Message(
        direction=Direction.OUTSIDE,
        content=Content(text="from the phone"),
        occurred_at=START,
        recorded_at=START,
        message_id="theirs",
    )
    bridge.store.commit(MessageKept("c1", 2, message))
    bridge.learn("theirs", Status.READ, work=replace(said, sequence=2))
    assert status(bridge, 2) is Status.READ


def test_receipts_are_found_for_more_messages_than_one_call_reads(bridge):
    for number in range(101):
        work = bridge.say(verb=Verb.DELIVER)
        bridge.end(work, Status.ACCEPTED, message_id=f"mid{number}")
        bridge.learn(f"mid{number}", Status.DELIVERED, work=work)
    bridge.table.calls.clear()
    told = story(bridge.audit, "c1")
    assert told is not None
    assert {each.status for each in told.said} == {Status.DELIVERED}
    assert bridge.table.calls.count("get") == 2


def test_nothing_is_read_for_what_has_no_receipts(bridge):
    bridge.say(message_id="theirs")
    bridge.table.calls.clear()
    story(bridge.audit, "c1")
    assert "get" not in bridge.table.calls
