"""What is counted when: each story, and what the meter was told of it."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.measure import Metric
from chalicelib.errors import AmbiguousError, Refused, TransientError, Unauthorised
from tests.builders import echo, message, poison, reply, status, unknown
from tests.fakes.clock import START
from tests.fakes.deployment import CHANNEL, DESK

MINUTE = 60
MS = 1000
SOURCE = f"channel:{CHANNEL}"


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def test_every_item_that_is_made_durable_is_counted_under_its_source(world):
    world.hear(message("one"), message("two", contact="bert"))
    world.hear(message("three"))
    assert world.meter.values(Metric.RECEIVED, source=SOURCE) == [2, 1]


def test_what_stands_in_a_ticket_is_counted_and_how_long_it_took(world):
    world.hear(message("hello"))
    world.clock.advance(7)
    world.work()
    where = {"channel": CHANNEL, "desk": DESK}
    assert world.meter.values(Metric.FORWARDED, **where) == [1]
    assert world.meter.values(Metric.TIME_TO_TICKET, **where) == [7 * MS]


def test_a_ticket_that_lacks_something_is_counted_and_the_log_says_what(world):
    world.desk.missing = "labels"
    world.hear(message("hello"))
    world.work()
    assert world.meter.values(Metric.INCOMPLETE, desk=DESK) == [1]
    (line,) = world.log.keys_of("ticket incomplete")
    assert (line["missing"], line["ticket"]) == ("labels", world.ticket().id)
    world.hear(message("again"))
    world.work()
    assert world.meter.values(Metric.INCOMPLETE) == [1]


def test_of_our_own_notes_nobody_waits_for_the_time(world, ticket):
    world.channel.faults.plan("send", Refused("not_reachable"))
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert len(world.notes()) == 1
    assert len(world.meter.values(Metric.FORWARDED)) == 2
    assert len(world.meter.values(Metric.TIME_TO_TICKET)) == 1


def test_the_first_response_is_measured_from_the_first_message_that_nobody_answered(world):
    world.hear(message("hello", at=START))
    world.work()
    world.clock.advance(5 * MINUTE)
    world.hear(message("anybody?", at=world.clock()))
    world.work()
    world.clock.advance(5 * MINUTE)
    ticket = world.ticket().id
    world.answer(ticket, "yes", "here I am")
    took = world.meter.values(Metric.TIME_TO_FIRST_RESPONSE, channel=CHANNEL)
    assert took == [world.clock() - START], "once, and for the first of both"
    assert world.meter.values(Metric.DELIVERED, channel=CHANNEL) == [1, 1]


def test_the_next_message_begins_a_new_wait(world, ticket):
    world.answer(ticket, "hi")
    asked = world.clock()
    world.hear(message("and?", at=asked))
    world.work()
    world.clock.advance(90)
    world.answer(ticket, "that is all")
    assert world.meter.values(Metric.TIME_TO_FIRST_RESPONSE)[-1] == world.clock() - asked


def test_what_was_answered_elsewhere_is_not_waited_for(world, ticket):
    world.hear(echo("from the phone", mid="x", at=world.clock()))
    world.work()
    world.clock.advance(MINUTE)
    world.answer(ticket, "hi")
    assert world.meter.values(Metric.DELIVERED) == [1]
    assert world.meter.values(Metric.TIME_TO_FIRST_RESPONSE) == []


def test_a_refused_reply_is_counted_under_its_reason(world, ticket):
    world.channel.faults.plan("send", Refused("not_reachable"), text="one")
    world.channel.faults.plan("send", Refused("window_closed"), text="two", times=2)
    world.answer(ticket, "one", "two")
    failed = [
        world.meter.values(Metric.FAILED, reason=r) for r in ("not_reachable", "window_closed")
    ]
    assert failed == [[1], [1]]
    assert world.meter.values(Metric.WINDOW_REFUSALS, channel=CHANNEL) == [1]
    assert world.meter.values(Metric.DELIVERED) == []


def test_a_reply_that_was_never_to_be_sent_counts_as_failed(world, ticket):
    world.answer(ticket, "/template")
    assert world.meter.values(Metric.FAILED, desk=DESK, reason="command.template_name") == [1]


def test_a_reply_that_failed_later_is_counted_once(world, ticket):
    world.answer(ticket, "hi")
    for _ in range(2):
        world.hear(status("failed", mid="out-1", reason="not_reachable"))
    world.run_until_quiet()
    assert world.meter.values(Metric.FAILED, channel=CHANNEL, reason="not_reachable") == [1]


def test_a_reply_counts_as_unconfirmed_when_it_is_given_up(world, ticket):
    world.channel.faults.plan("send", AmbiguousError("the answer was lost"))
    world.answer(ticket, "hi")
    assert world.meter.values(Metric.UNCONFIRMED) == []
    world.run_until_quiet()
    assert world.meter.values(Metric.UNCONFIRMED, channel=CHANNEL) == [1]


def test_what_is_not_understood_is_counted_without_its_name(world):
    world.hear(unknown(mid="u", kind="a word of theirs"))
    world.work()
    assert world.meter.values(Metric.UNKNOWN_EVENTS, source=SOURCE) == [1]


def test_what_is_parked_is_counted_under_its_reason_and_as_an_alarm(world, ticket):
    world.hear(poison(mid="p"))
    world.desk.faults.plan("append", Refused("other"), text="bad")
    world.hear(message("bad"))
    world.work()
    assert world.meter.values(Metric.PARKED, reason="crash") == [1]
    assert world.meter.values(Metric.PARKED, reason="other") == [1]
    assert world.meter.values(Metric.ALARMS, alarm="item parked") == [1]
    assert world.meter.values(Metric.ALARMS, alarm="work parked") == [1]


def test_an_attempt_that_failed_is_counted(world, ticket):
    world.channel.faults.plan("send", TransientError("no"), times=2)
    world.answer(ticket, "hi")
    world.run_until_quiet()
    assert world.meter.values(Metric.ATTEMPTS_FAILED, verb="deliver") == [1, 1]


def test_a_sweep_tells_that_nothing_waits(world):
    world.sweep()
    assert world.meter.values(Metric.OLDEST_WAITING) == [0]
    assert world.meter.values(Metric.DESKS_DOWN) == [0]


def test_a_sweep_tells_how_long_a_message_has_waited_for_a_desk(world, ticket):
    world.desk.down = TransientError("unreachable")
    world.hear(message("more", at=world.clock()))
    world.work()
    world.clock.advance(20 * MINUTE)
    world.sweep()
    assert world.meter.values(Metric.OLDEST_WAITING)[-1] == 20 * MINUTE
    assert world.meter.values(Metric.DESKS_DOWN)[-1] == 1
    assert world.meter.values(Metric.ALARMS, alarm="breaker opened") == [1]


def test_a_sweep_sees_what_waits_for_its_next_attempt(world, ticket):
    world.channel.faults.plan("send", Unauthorised("no"), times=100)
    world.answer(ticket, "hi")
    world.run(21 * MINUTE)
    ages = world.meter.values(Metric.OLDEST_WAITING)
    assert ages[-1] >= 20 * MINUTE
    assert ages == sorted(ages), "it is seen by each sweep, not only when its time has come"


def test_a_reply_that_waits_for_its_echo_is_no_waiting_work(world, ticket):
    world.channel.faults.plan("send", AmbiguousError("the answer was lost"), performed=True)
    world.answer(ticket, "hi")
    world.run(5 * MINUTE)
    assert set(world.meter.values(Metric.OLDEST_WAITING)) == {0}


def test_a_sweep_reads_no_more_than_the_work_that_is_due(world, ticket):
    before = len(world.table.calls)
    world.sweep()
    assert len(world.table.calls) - before == 1 + len(world.directory.desks())


def test_nothing_that_somebody_wrote_is_in_a_measure(world):
    secret, foreign = "Nessuno deve leggere questo", "a word of the platform's own"
    world.channel.faults.plan("send", Refused("other", secret), text=secret)
    world.hear(message(secret, contact="anna-393331234567"), unknown(mid="u", kind=foreign))
    world.work()
    world.answer(world.ticket().id, secret)
    world.hear(status("failed", mid="out-1", reason=foreign, detail=secret))
    world.run_until_quiet()
    told = repr(world.meter.added)
    assert len(world.meter.added) >= 8
    assert secret not in told
    assert foreign not in told
    assert "39333" not in told
    assert world.conversation().id not in told


def test_every_dimension_is_one_word_of_a_list(world, ticket):
    world.channel.faults.plan("send", Refused("whatever: they say"), text="one")
    world.answer(ticket, "one")
    (reason,) = {
        each.dimensions["reason"] for each in world.meter.added if "reason" in each.dimensions
    }
    assert reason == "other"
    for each in world.meter.added:
        assert all(re.fullmatch(r"[A-Za-z0-9_.: -]+", value) for value in each.dimensions.values())


def test_one_name_follows_a_message_and_its_answer_through_the_log(world):
    world.hear(message("hello"))
    (received,) = world.log.keys_of("received")
    (queued,) = received["messages"]
    world.work()
    world.hear_desk(reply(world.ticket().id, "hi"))
    world.work()
    name = f"{queued['id']}#0"
    assert world.log.keys_of("ingested")[0]["owner"] == name
    assert [keys["owner"] for keys in world.log.keys_of("forwarded")] == [name]
    answer = world.log.keys_of("received")[1]["messages"][0]["id"]
    assert [keys["owner"] for keys in world.log.keys_of("sent")] == [f"{answer}#0"]


def test_what_fails_on_the_way_bears_the_name_of_its_item(world, ticket):
    world.channel.faults.plan("send", TransientError("no"), text="one")
    world.channel.faults.plan("send", Refused("not_reachable"), text="two")
    world.answer(ticket, "one", "two")
    world.run_until_quiet()
    one, two = [keys["owner"] for keys in world.log.keys_of("ingested")][1:3]
    assert [keys["owner"] for keys in world.log.keys_of("attempt failed")] == [one]
    assert [keys["owner"] for keys in world.log.keys_of("send refused")] == [two]
    assert world.log.keys_of("forwarded")[-1]["owner"] == two, "the note about it, too"
