"""Forwarding: every message once in its ticket, in order, in the right ticket."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.account import Desk
from chalicelib.domain.ticket import Customer, EntryKind
from chalicelib.errors import ConfigurationError, Gone, Refused, TransientError
from chalicelib.pipeline.writing import MOST_ATTEMPTS
from tests.builders import message, ticket_changed
from tests.fakes.deployment import DESK
from tests.fakes.faults import ALWAYS

HOUR = 3600
WINDOW = 72 * HOUR


def test_a_message_opens_a_ticket_that_shows_it(world):
    world.open_ticket("hello")
    assert world.ticket().texts() == ["hello"]
    assert world.claim("m:hello").outcome == "forward"


def test_a_ticket_says_whose_it_is_and_on_which_channel(world):
    world.open_ticket("hello")
    opening = world.ticket().opening
    conversation = world.conversation()
    assert opening.reference == conversation.id
    assert opening.subject == "Messenger: Anna"
    assert opening.account == conversation.account.id
    assert opening.customer == Customer(
        id=conversation.id,
        name="Anna",
        address=f"messenger-{conversation.id}@scripta.invalid",
        handle="anna",
    )
    assert opening.entry.author == "Anna"
    assert opening.entry.kind is EntryKind.COMMENT


def test_later_messages_are_appended_in_order(world):
    for text in ("one", "two", "three"):
        world.hear(message(text))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two", "three"]
    assert world.desk.writes() == ["create", "append", "append"]


def test_the_same_words_said_twice_are_shown_twice(world):
    world.open_ticket("hello")
    world.hear(message("ok", mid="1"), message("ok", mid="2"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "ok", "ok"]


def test_each_contact_has_a_ticket_of_their_own(world):
    world.hear(message("a1", contact="anna"), message("b1", contact="bert"))
    world.hear(message("a2", contact="anna"), message("b2", contact="bert"))
    world.run_until_quiet()
    assert [t.texts() for t in world.desk.tickets] == [["a1", "a2"], ["b1", "b2"]]


def test_repeated_and_empty_wake_ups_change_nothing(world):
    world.open_ticket("hello")
    conversation = world.conversation().id
    calls = list(world.desk.calls)
    for wakes in ([conversation], [conversation, "nobody"]):
        world.wake(*wakes)
        world.run_until_quiet()
    assert world.desk.calls == calls


def test_a_closed_ticket_is_reopened_within_its_window(world):
    ticket = world.open_ticket("one")
    world.desk.close(ticket)
    world.hear_desk(ticket_changed(ticket, "closed", at=world.clock()))
    world.run(WINDOW - 60)
    world.hear(message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert world.desk.reopened == [ticket]
    assert world.conversation().link.status == "open"


def test_an_entry_says_that_its_ticket_was_closed(world):
    ticket = world.open_ticket("one")
    world.desk.close(ticket)
    world.hear_desk(ticket_changed(ticket, "closed", at=world.clock()))
    world.run_until_quiet()
    world.hear(message("two"))
    world.run_until_quiet()
    world.hear(message("three"))
    world.run_until_quiet()
    entries = [each.entry for each in world.ticket().entries]
    assert [(each.text, each.reopens) for each in entries] == [
        ("one", False),
        ("two", True),
        ("three", False),
    ]


def test_a_ticket_closed_for_longer_is_followed_by_a_new_one(world):
    ticket = world.open_ticket("one")
    world.desk.close(ticket)
    world.hear_desk(ticket_changed(ticket, "closed", at=world.clock()))
    world.run(WINDOW + 60)
    world.hear(message("two"), message("three"))
    world.run_until_quiet()
    assert [t.texts() for t in world.desk.tickets] == [["one"], ["two", "three"]]
    assert world.conversation().tickets == 2
    assert world.store.find(ticket=(DESK, ticket)).ticket == world.conversation().id


def test_a_ticket_closed_and_opened_again_by_agents_is_written_to_for_ever(world):
    ticket = world.open_ticket("one")
    world.hear_desk(ticket_changed(ticket, "closed", at=world.clock()))
    world.run(60)
    world.hear_desk(ticket_changed(ticket, "open", at=world.clock()))
    world.run(WINDOW + 60)
    world.hear(message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]


def test_news_of_a_ticket_that_came_late_are_not_believed(world):
    ticket = world.open_ticket("one")
    before = world.clock() - 1
    world.run(60)
    world.hear_desk(ticket_changed(ticket, "gone", at=before))
    world.run_until_quiet()
    assert world.conversation().link.status == "open"


def test_a_ticket_that_is_gone_is_followed_by_a_new_one(world):
    ticket = world.open_ticket("one")
    world.desk.remove(ticket)
    world.hear(message("two"))
    world.run_until_quiet()
    two, goes_on = world.ticket().texts()
    assert two == "two"
    assert goes_on.startswith("note: This conversation goes on here")
    assert f"https://desk.test/{ticket}" in goes_on
    assert world.ticket().id != ticket
    assert world.ticket().opening.follows == ticket


def test_a_ticket_said_to_be_gone_is_not_even_tried(world):
    ticket = world.open_ticket("one")
    world.desk.remove(ticket)
    world.hear_desk(ticket_changed(ticket, "gone", at=world.clock()))
    world.hear(message("two"))
    world.run_until_quiet()
    assert world.ticket().texts()[0] == "two"
    assert world.desk.writes() == ["create", "create", "append"]


def test_what_the_desk_refuses_is_parked_and_the_agents_are_told(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", Refused("desk_refused"), text="bad", times=ALWAYS)
    world.hear(message("bad"), message("good"))
    world.run_until_quiet()
    one, good, note = world.ticket().texts()
    assert (one, good) == ("one", "good")
    assert note.startswith("note: A message of the customer could not be shown")
    assert [(w.text, w.parked) for w in world.parked_work()] == [("bad", "desk_refused")]
    assert world.log.alarms() == ["work parked"]


def test_a_new_ticket_that_is_gone_at_once_is_no_reason_to_try_for_ever(world):
    world.desk.faults.plan("create", Gone("no"), text="bad", times=ALWAYS)
    world.hear(message("bad"))
    world.run_until_quiet()
    assert [w.parked for w in world.parked_work()] == ["Gone"]


def test_an_entry_that_always_fails_is_parked_after_six_attempts(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", TransientError("no"), text="bad", times=ALWAYS)
    world.hear(message("bad"), message("good"))
    world.run_until_quiet()
    assert [(w.text, w.parked) for w in world.parked_work()] == [("bad", "keeps_failing")]
    assert world.desk.writes().count("append") == MOST_ATTEMPTS + 2
    assert world.ticket().texts()[:2] == ["one", "good"]
    assert world.ticket().texts()[2].startswith("note:")


def test_an_entry_that_fails_does_not_delay_other_conversations(world):
    world.desk.faults.plan("create", TransientError("no"), text="bad", times=ALWAYS)
    world.hear(message("bad"), message("good", contact="bert"))
    world.work()
    assert world.ticket().texts() == ["good"]


def test_an_adapter_that_breaks_costs_its_message_and_no_other(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", ZeroDivisionError(), text="bad", times=ALWAYS)
    world.hear(message("bad"), message("good"))
    world.run_until_quiet()
    assert [w.parked for w in world.parked_work()] == ["crash:ZeroDivisionError"]
    assert world.ticket().texts()[:2] == ["one", "good"]
    assert world.log.alarms() == ["work parked"]


def test_a_customer_who_writes_while_a_message_is_parked_loses_nothing(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", Refused("desk_refused"), text="bad", times=ALWAYS)
    world.hear(message("bad"))
    world.pump("ingest")

    def write() -> None:
        world.hear(message("two"))
        world.pump("ingest")

    world.table.before_write("CONV", lambda: world.table.before_write("CONV", write))
    world.run_until_quiet()
    texts = world.ticket().texts()
    assert texts[:2] == ["one", "two"]
    assert len(texts) == 3
    assert [w.text for w in world.parked_work()] == ["bad"]


def test_a_time_the_desk_names_is_kept_and_costs_no_attempts(world):
    world.open_ticket("one")
    busy = TransientError("slow down", retry_after=40)
    world.desk.faults.plan("append", busy, times=MOST_ATTEMPTS + 3)
    before = world.clock()
    world.hear(message("two"))
    world.run(39)
    assert world.desk.writes().count("append") == 1
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert world.clock() - before >= (MOST_ATTEMPTS + 3) * 40 * 1000
    assert "check" not in world.desk.calls


def test_a_long_time_the_desk_names_is_kept_in_the_table(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", TransientError("tomorrow", retry_after=2 * HOUR))
    world.hear(message("two"))
    world.run(60)
    assert world.queues["forward"].depth() == 0
    world.hear(message("three"))
    world.run(2 * HOUR - 120)
    assert world.desk.writes().count("append") == 1
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two", "three"]


def test_no_attempt_begins_without_time_for_it(world):
    world.time_left = 20
    world.hear(message("one"))
    world.pump("ingest")
    world.pump("forward")
    assert world.desk.calls == []
    world.time_left = 900
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]


def test_a_wrong_deployment_parks_nothing(world):
    world.desk.faults.plan("create", ConfigurationError("a secret is not readable"), times=3)
    world.hear(message("one"))
    world.run_until_quiet()
    assert world.parked_work() == []
    assert world.ticket().texts() == ["one"]
    assert world.log.alarms() == []


def test_an_account_moved_to_another_desk_goes_on_where_its_tickets_are(world):
    world.open_ticket("one")
    world.directory.accounts[world.account.ref] = replace(world.account, desk="other")
    world.hear(message("two"), message("new", contact="bert"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert [t.texts() for t in world.other_desk.tickets] == [["new"]]


def test_a_message_whose_desk_nobody_configured_any_more_is_parked(world):
    world.open_ticket("one")
    gone = world.directory.rows.pop(DESK)
    assert isinstance(gone, Desk)
    world.hear(message("two"))
    world.run_until_quiet()
    assert {w.parked for w in world.parked_work()} == {"no_desk"}


def test_wake_ups_that_fail_again_and_again_leave_the_work_to_the_sweep(world):
    world.open_ticket("one")
    world.desk.faults.plan("append", ConfigurationError("not readable"), times=25)
    world.hear(message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert "wake-up given up" in world.log.alarms()


def test_of_two_processes_at_one_conversation_only_one_writes(world):
    world.open_ticket("one")
    world.hear(message("two"))
    world.pump("ingest")
    conversation = world.conversation().id

    def overtake() -> None:
        world.forwarder.forward(conversation, time_left=lambda: 900.0)

    world.table.before_write("CONV#WORK", overtake)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert world.desk.writes() == ["create", "append"]
