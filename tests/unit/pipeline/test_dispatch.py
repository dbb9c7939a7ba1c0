"""How replies are handed over: in portions, by the passage that is open, and what else is tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.message import Status
from chalicelib.domain.window import HOUR, Window
from chalicelib.errors import (
    AmbiguousError,
    Refused,
    TooFast,
    TransientError,
    Unauthorised,
)
from chalicelib.pipeline.drain import LONG_WAIT
from tests.builders import echo, echo_of, message, reply
from tests.fakes.faults import ALWAYS, ProcessDied
from tests.fakes.world import World

THREAD = ("thread", "post:anna")


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def choose(world: World, **options: str) -> None:
    """Have an operator choose options of the account."""
    ref = world.account.ref
    world.directory.accounts[ref] = replace(world.directory.accounts[ref], options=options)


def later(world: World, ms: int) -> None:
    """Let it be so many ms since the customer's last message."""
    world.clock.advance((world.conversation().last_inbound_at + ms - world.clock()) / 1000)


# --- portions


def test_a_long_reply_arrives_in_portions_in_order(world, ticket):
    world.hear_desk(reply(ticket, "one\ftwo\fthree", comment="c", files=["a.png", "b.png"]))
    world.run_until_quiet()
    said = [sent.text or sent.file.name for sent in world.channel.arrived]
    assert said == ["one", "two", "three", "a.png", "b.png"]
    assert [world.delivery(n).status for n in range(2, 7)] == [Status.ACCEPTED] * 5
    assert (world.claim("reply:c").sequence, world.claim("reply:c").parts) == (2, 5)


@pytest.mark.parametrize("text", ["one", "two", "three"])
def test_a_portion_that_is_refused_holds_up_no_other_and_is_told(world, ticket, text):
    world.channel.faults.plan("send", Refused("not_permitted"), text=text)
    world.answer(ticket, "one\ftwo\fthree")
    world.run_until_quiet()
    assert world.arrived() == [each for each in ("one", "two", "three") if each != text]
    (note,) = world.notes()
    assert note.endswith(f"\n\n{text}")


@pytest.mark.parametrize("text", ["one", "two", "three"])
@pytest.mark.parametrize("performed", [True, False])
@pytest.mark.parametrize("error", [AmbiguousError("lost"), ProcessDied()])
def test_a_portion_whose_answer_is_lost_is_sent_once_and_the_others_once(
    world, ticket, text, performed, error
):
    world.channel.faults.plan("send", error, text=text, performed=performed)
    world.answer(ticket, "one\ftwo\fthree")
    world.run_until_quiet()
    others = [each for each in ("one", "two", "three") if each != text or performed]
    assert world.arrived() == others
    assert world.channel.attempts == 3
    assert len(world.notes()) == 1


def test_a_portion_that_has_to_wait_is_not_overtaken(world, ticket):
    world.channel.faults.plan("send", TransientError("no"), text="two", times=3)
    world.answer(ticket, "one\ftwo\fthree", "four")
    assert world.arrived() == ["one"]
    world.run_until_quiet()
    assert world.arrived() == ["one", "two", "three", "four"]


def test_what_is_longer_than_a_reply_may_be_is_refused_whole(world, ticket):
    world.answer(ticket, "\f".join("x" * 11))
    world.answer(ticket, "\f".join("x" * 10))
    world.run_until_quiet()
    assert world.arrived() == ["x"] * 10
    (note,) = world.notes()
    assert "shorter parts" in note
    assert world.delivery(2).status is Status.FAILED


def test_a_whole_book_is_refused_like_any_long_reply(world, ticket):
    world.answer(ticket, "Lorem ipsum " * 40_000)
    world.run_until_quiet()
    assert world.channel.attempts == 0
    (note,) = world.notes()
    assert "shorter parts" in note
    assert len(note) < 51_000
    assert world.parked_work() == []


def test_two_portions_of_the_same_words_are_confirmed_one_by_one(world, ticket):
    world.channel.faults.plan("send", AmbiguousError("lost"), performed=True, times=2)
    world.answer(ticket, "ha\fha")
    assert len(world.channel.arrived) == 2
    for sent in world.channel.arrived:
        world.hear(echo_of(sent, bare=True))
    world.run_until_quiet()
    assert world.arrived() == ["ha", "ha"]
    assert world.notes() == []
    assert [world.delivery(n).status for n in (2, 3)] == [Status.ACCEPTED] * 2


@pytest.mark.parametrize("text", ["/template order it", "/private psst", "/whatsap"])
def test_a_portion_that_begins_like_a_command_is_none(world, ticket, text):
    world.answer(ticket, f"You can write:\f{text}\fand so on")
    world.run_until_quiet()
    assert world.arrived() == ["You can write:", text, "and so on"]
    assert {s.template for s in world.channel.sendings} == {None}
    assert {s.private for s in world.channel.sendings} == {False}


# --- windows

WINDOW = Window(response=24 * HOUR, human_agent=7 * 24 * HOUR)
ONLY_A_DAY = Window(response=24 * HOUR)


@pytest.mark.parametrize(
    ("window", "ms", "passage"),
    [
        (WINDOW, 0, "open"),
        (WINDOW, 24 * HOUR - 1, "open"),
        (WINDOW, 24 * HOUR, "human"),
        (WINDOW, 7 * 24 * HOUR - 1, "human"),
        (WINDOW, 7 * 24 * HOUR, "closed"),
        (ONLY_A_DAY, 24 * HOUR - 1, "open"),
        (ONLY_A_DAY, 24 * HOUR, "closed"),
    ],
)
def test_a_reply_goes_by_the_passage_that_is_open(world, ticket, window, ms, passage):
    world.channel.window = window
    later(world, ms)
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert [s.human_agent for s in world.channel.sendings] == {
        "open": [False],
        "human": [True],
        "closed": [],
    }[passage]
    assert len(world.notes()) == (passage == "closed")


@pytest.mark.parametrize("ms", [24 * HOUR, 7 * 24 * HOUR - 1])
def test_an_account_without_that_permission_sends_nothing_as_a_person(world, ticket, ms):
    choose(world, human_agent="off")
    later(world, ms)
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.channel.sendings == []
    assert "too long ago" in world.notes()[0]


def test_a_file_is_never_sent_as_what_a_person_wrote(world, ticket):
    later(world, 24 * HOUR)
    world.hear_desk(reply(ticket, "see", comment="c", files=["a.png"], at=world.clock()))
    world.run_until_quiet()
    assert world.arrived() == ["see"]
    assert "[a.png]" in world.notes()[0]


def test_a_customer_who_writes_again_opens_the_window(world, ticket):
    later(world, 8 * 24 * HOUR)
    world.hear(message("and now?", at=world.clock()))
    world.answer(ticket, "hi")
    assert [s.human_agent for s in world.channel.sendings] == [False]


def test_a_window_that_only_the_platform_finds_closed_is_passed_as_a_person_once(world, ticket):
    world.channel.faults.plan("send", Refused("window_closed"))
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert [s.human_agent for s in world.channel.sendings] == [False, True]
    assert world.arrived() == ["hi"]
    world.channel.faults.plan("send", Refused("window_closed"), times=ALWAYS)
    world.answer(ticket, "there?")
    world.run_until_quiet()
    assert [s.human_agent for s in world.channel.sendings] == [False, True, False, True]
    assert len(world.notes()) == 1


@pytest.mark.parametrize("file", [True, False])
def test_a_window_that_is_open_here_and_not_there_yet_is_tried_once_more(world, ticket, file):
    world.channel.window = WINDOW if file else ONLY_A_DAY
    text, files = ("", ["a.png"]) if file else ("hi", [])
    world.channel.faults.plan("send", Refused("window_closed"))
    world.hear_desk(reply(ticket, text, comment="1", files=files))
    world.run_until_quiet()
    assert len(world.channel.arrived) == 1
    world.channel.faults.plan("send", Refused("window_closed"), times=ALWAYS)
    world.hear_desk(reply(ticket, text, comment="2", files=files))
    world.run_until_quiet()
    assert len(world.channel.sendings) == 4
    assert len(world.notes()) == 1


def test_where_no_message_of_the_customer_is_known_the_platform_is_asked_once(world):
    world.channel.window = ONLY_A_DAY
    world.channel.faults.plan("send", Refused("window_closed"), times=ALWAYS)
    world.hear(echo("from the inbox", mid="e"))
    world.run_until_quiet()
    world.answer(world.ticket().id, "hi")
    world.run_until_quiet()
    assert len(world.channel.sendings) == 1


# --- templates and private answers


def test_a_template_goes_out_whatever_the_window_says(world, ticket):
    later(world, 30 * 24 * HOUR)
    world.answer(ticket, '/template order it "Anna"')
    world.run_until_quiet()
    (sending,) = world.channel.sendings
    assert (sending.template.name, sending.template.values) == ("order", ("Anna",))
    assert (sending.text, sending.human_agent) == ("", False)


def test_a_template_that_the_window_stops_all_the_same_is_not_tried_as_a_person(world, ticket):
    world.channel.faults.plan("send", Refused("window_closed"), times=ALWAYS)
    world.answer(ticket, "/template order it")
    world.run_until_quiet()
    assert len(world.channel.sendings) == 1
    assert len(world.notes()) == 1


def test_a_wrong_command_is_told_and_nothing_is_sent(world, ticket):
    world.answer(ticket, '/template order it "Anna')
    world.run_until_quiet()
    (note,) = world.notes()
    assert "quotation mark" in note
    assert note.endswith('/template order it "Anna')
    assert world.channel.sendings == []
    assert world.delivery(2).status is Status.FAILED


@pytest.fixture
def comment(world):
    """The ticket of a public comment, which came two weeks ago."""
    choose(world, comments="tickets")
    world.hear(message("nice", aliases=[THREAD], mid="comment-1"))
    world.run_until_quiet()
    later(world, 14 * 24 * HOUR)
    return world.ticket().id


def test_a_public_comment_is_answered_publicly_whatever_the_window_says(world, comment):
    world.answer(comment, "thank you")
    (sending,) = world.channel.sendings
    assert (sending.text, sending.answers, sending.private) == ("thank you", "comment-1", False)


def test_the_newest_comment_is_the_one_that_is_answered(world, comment):
    world.hear(message("really", aliases=[THREAD], mid="comment-2", at=world.clock()))
    world.run_until_quiet()
    world.answer(comment, "thank you")
    assert world.channel.sendings[0].answers == "comment-2"


def test_or_privately_where_the_agent_asks_for_it(world, comment):
    world.answer(comment, "/private Your order number?")
    (sending,) = world.channel.sendings
    assert (sending.text, sending.answers, sending.private) == (
        "Your order number?",
        "comment-1",
        True,
    )


@pytest.mark.parametrize("text", ["/template order it", "/whatsapp +393331234567 order it"])
def test_neither_templates_nor_starts_answer_a_comment(world, comment, text):
    world.answer(comment, text)
    world.run_until_quiet()
    assert world.channel.sendings == []
    assert len(world.notes()) == 1


def test_a_private_conversation_needs_no_private_answer(world, ticket):
    world.answer(ticket, "/private psst")
    world.run_until_quiet()
    assert world.channel.sendings == []
    assert "/private" in world.notes()[0]


# --- read marks


def test_read_marks_are_shown_where_the_account_wants_them(world, ticket):
    world.answer(ticket, "one")
    assert world.channel.read == []
    choose(world, read_marks="on")
    world.answer(ticket, "two")
    assert world.channel.read == ["hello"]


def test_under_a_comment_nothing_is_shown_as_read(world, comment):
    choose(world, read_marks="on")
    world.answer(comment, "thank you")
    assert world.channel.read == []


# --- what else is tried, and who is told


def test_a_file_that_the_platform_could_not_fetch_is_offered_once_more(world, ticket):
    world.channel.faults.plan("send", Refused("file_not_fetched"))
    world.hear_desk(reply(ticket, "", comment="c", files=["a.png"]))
    world.run_until_quiet()
    assert len(world.channel.sendings) == 2
    assert len(world.channel.arrived) == 1
    assert world.notes() == []


def test_and_then_the_agent_is_told(world, ticket):
    world.channel.faults.plan("send", Refused("file_not_fetched"), times=ALWAYS)
    world.hear_desk(reply(ticket, "", comment="c", files=["a.png"]))
    world.run_until_quiet()
    assert len(world.channel.sendings) == 2
    assert "could not fetch" in world.notes()[0]


def test_who_was_written_to_too_fast_is_written_to_later_and_later(world, ticket):
    world.channel.faults.plan("send", TooFast("131056"), times=4)
    before = world.clock()
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    assert world.log.alarms() == []
    assert world.sent("out-1").sent_at - before == (1 + 4 + 16 + 64) * 1000


def test_the_time_that_the_platform_asks_for_is_waited(world, ticket):
    world.channel.faults.plan("send", TooFast("131056", retry_after=90.0))
    before = world.clock()
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.sent("out-1").sent_at - before >= 90_000


def test_an_alarming_throttle_is_told_once(world, ticket):
    error = TransientError("131048", alarm=True)
    world.channel.faults.plan("send", error, times=3)
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.log.alarms() == ["sends held up"]
    assert world.arrived() == ["hi"]


def test_an_alarming_refusal_is_told_to_operator_and_agent(world, ticket):
    world.channel.faults.plan("send", Refused("test_account", alarm=True))
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.log.alarms() == ["sends refused"]
    assert len(world.notes()) == 1


def test_an_account_that_cannot_send_is_told_once_keeps_all_and_resumes_in_order(world, ticket):
    world.channel.faults.plan("send", TransientError("no"), times=3)
    world.channel.faults.plan("send", Unauthorised("131042"), times=5)
    world.answer(ticket, "one\ftwo", "three")
    world.run(6 * LONG_WAIT)
    world.run_until_quiet()
    assert world.log.alarms() == ["token refused"]
    assert len(world.notes()) == 1
    assert world.arrived() == ["one", "two", "three"]
    assert world.parked_work() == []
