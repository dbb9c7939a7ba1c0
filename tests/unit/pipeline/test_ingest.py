"""Ingesting: every item once in the books, whatever comes twice, together or broken."""

from __future__ import annotations

from chalicelib.domain.ports import Outgoing
from chalicelib.errors import ConfigurationError, TransientError
from chalicelib.storage import keys
from tests.builders import desk_noise, message, poison, reply, sticker, unknown
from tests.fakes.deployment import CHANNEL
from tests.fakes.faults import ALWAYS, ProcessDied

DAY = 86400


def test_a_second_delivery_of_the_same_message_is_shown_once_and_counted(world):
    world.hear(message("hello"))
    world.run_until_quiet()
    world.clock.advance(600)
    world.hear(message("hello"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]
    assert len(world.claim("m:hello").seen) == 1


def test_the_same_webhook_within_five_minutes_is_not_even_queued(world):
    world.hear(message("hello"))
    world.hear(message("hello"))
    assert world.queues["ingest"].depth() == 1


def test_a_message_batched_anew_with_a_neighbour_loses_neither(world):
    world.hear(message("one"))
    world.hear(message("one"), message("two"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]


def test_a_queue_message_that_comes_again_is_no_duplicate_and_wakes_again(world):
    world.hear(message("hello"))
    world.queues["forward"].down = True
    world.pump("ingest")
    world.queues["forward"].down = False
    assert world.queues["forward"].depth() == 0
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]
    assert world.claim("m:hello").seen == frozenset()


def test_a_wake_up_that_is_refused_is_sent_again(world):
    world.hear(message("hello"))
    world.queues["forward"].refuse = True
    world.pump("ingest")
    world.queues["forward"].refuse = False
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]


def test_what_stands_before_an_item_that_must_wait_is_shown_at_once(world):
    world.channel.faults.plan("parse", TransientError("no"), text="two")
    world.hear(message("one"), message("two"))
    world.work()
    assert world.ticket().texts() == ["one"]
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]


def test_two_names_of_one_contact_in_two_lanes_are_one_conversation(world):
    bsuid, phone = ("bsuid", "IT.1"), ("phone", "39333")
    world.hear(
        message("one", aliases=[bsuid, phone], lane="IT.1"),
        message("two", aliases=[phone], lane="39333"),
        message("three", aliases=[bsuid], lane="IT.1"),
    )
    world.run_until_quiet()
    assert sorted(world.ticket().texts()) == ["one", "three", "two"]
    assert [tuple(a) for a in world.conversation().contact.aliases] == [bsuid, phone]


def test_a_new_contact_raced_by_two_lanes_is_one_conversation(world):
    bsuid, phone = ("bsuid", "IT.1"), ("phone", "39333")
    world.hear(
        message("slow", aliases=[bsuid, phone], lane="IT.1"),
        message("fast", aliases=[phone], lane="39333"),
    )
    world.table.before_write(keys.CONV, lambda: world.pump("ingest"))
    world.pump("ingest", most=1)
    world.work()
    assert world.ticket().texts() == ["fast", "slow"]
    assert world.conversation().sequence == 2


def test_a_known_contact_raced_by_two_lanes_keeps_both_messages(world):
    bsuid, phone = ("bsuid", "IT.1"), ("phone", "39333")
    world.hear(message("first", aliases=[bsuid, phone], lane="IT.1"))
    world.run_until_quiet()
    world.hear(
        message("slow", aliases=[bsuid], lane="IT.1"),
        message("fast", aliases=[phone], lane="39333"),
    )
    world.table.before_write(keys.CONV, lambda: world.pump("ingest"))
    world.pump("ingest", most=1)
    world.work()
    assert world.ticket().texts() == ["first", "fast", "slow"]


def test_a_name_learnt_later_leads_to_the_same_conversation(world):
    world.hear(message("one", aliases=[("phone", "39333")]))
    world.hear(message("two", aliases=[("bsuid", "IT.1"), ("phone", "39333")]))
    world.hear(message("three", aliases=[("bsuid", "IT.1")]))
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two", "three"]


def test_two_people_are_never_made_one_by_an_item_that_names_both(world):
    world.hear(message("one", aliases=[("bsuid", "IT.1")], lane="a"))
    world.hear(message("two", aliases=[("phone", "39333")], lane="b"))
    world.run_until_quiet()
    world.hear(message("three", aliases=[("bsuid", "IT.1"), ("phone", "39333")], lane="a"))
    world.hear(message("four", aliases=[("phone", "39333")], lane="b"))
    world.run_until_quiet()
    assert [t.texts() for t in world.desk.tickets] == [["one", "three"], ["two", "four"]]


def test_one_item_that_breaks_the_parser_is_parked_and_its_neighbours_go_on(world):
    world.hear(message("before"), poison(mid="p"), message("after"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["before", "after"]
    (parked,) = (claim for claim in world.claims() if claim.outcome == "parked")
    assert parked.reason == "crash:KeyError"
    assert '"unforeseen"' in parked.raw
    assert world.log.alarms() == ["item parked"]


def test_a_parked_item_that_comes_again_is_parked_once(world):
    world.hear(poison(mid="p"))
    world.run_until_quiet()
    world.clock.advance(600)
    world.hear(poison(mid="p"))
    world.run_until_quiet()
    (parked,) = world.claims()
    assert len(parked.seen) == 1


def test_an_item_for_an_account_nobody_configured_is_parked(world):
    world.hear(message("hello", account="nobody's"))
    world.run_until_quiet()
    assert (world.claim("m:hello").outcome, world.claim("m:hello").reason) == (
        "parked",
        "no_account",
    )
    assert world.desk.tickets == []


def test_what_is_not_understood_is_recorded_with_its_kind(world):
    world.hear(unknown(mid="u", kind="new_kind"))
    world.run_until_quiet()
    line = world.claim("u:u")
    assert (line.outcome, line.reason) == ("recorded", "new_kind")
    assert '"new_kind"' in line.raw


def test_what_a_customer_sent_and_nobody_understands_is_shown_as_such(world):
    world.hear(sticker(mid="s"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["[unsupported message: sticker]"]


def test_what_the_desk_tells_and_nobody_wants_is_counted_and_not_kept(world):
    world.hear_desk(desk_noise(mid="n"))
    world.run_until_quiet()
    line = world.claim("other:n")
    assert (line.outcome, line.raw) == ("ignored", "")


def test_what_a_desk_must_be_asked_about_waits_until_it_answers(world):
    ticket = world.open_ticket("one")
    world.desk.faults.plan("parse", TransientError("not reached"), text="hello", times=3)
    world.hear_desk(reply(ticket, "hello", comment="7"))
    world.run_until_quiet()
    assert world.arrived() == ["hello"]
    assert world.claim("reply:7").outcome == "deliver"


def test_a_message_older_than_the_books_is_kept_and_not_shown(world):
    old = world.clock() - 15 * DAY * 1000
    world.hear(message("old", at=old))
    world.run_until_quiet()
    assert world.desk.tickets == []
    assert (world.claim("m:old").outcome, world.claim("m:old").reason) == ("recorded", "too_old")


def test_a_process_that_dies_between_two_items_leaves_the_rest_for_the_next(world):
    def die():
        raise ProcessDied

    world.hear(message("one"), message("two"))
    world.table.before_write("MSG#0000000002", die)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]


def test_items_wait_while_the_table_is_down(world):
    world.hear(message("one"))
    world.table.down = True
    world.run(200)
    world.table.down = False
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]


def test_a_wrong_deployment_parks_nothing(world):
    world.channel.faults.plan("parse", ConfigurationError("a secret is not readable"), times=3)
    world.hear(message("hello"))
    world.run(5)
    assert world.claims() == []
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello"]


def test_a_table_down_for_hours_parks_nothing(world):
    world.hear(message("one"), message("two"))
    world.table.down = True
    world.run(2 * 3600)
    assert world.queues["ingest"].depth() == 0, "it has become a dead letter"
    world.table.down = False
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert "dead letter" in world.log.alarms()


def test_of_an_envelope_that_fails_for_ever_only_the_failing_item_is_parked(world):
    world.hear(message("one"), message("two"), message("three"))
    world.channel.faults.plan("parse", TransientError("no"), text="two", times=ALWAYS)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "three"]
    (parked,) = (claim for claim in world.claims() if claim.outcome == "parked")
    assert parked.reason == "dead_letter"
    assert '"two"' in parked.raw
    assert len(world.claims()) == 3
    assert all(not claim.seen for claim in world.claims())


def test_no_text_and_no_name_gets_into_the_log(world):
    world.hear(message("a secret text", contact="annabella"), poison(mid="p"))
    world.desk.faults.plan("create", ValueError("a secret text"))
    world.run_until_quiet()
    assert "secret" not in str(world.log.lines)
    assert "nnabella" not in str(world.log.lines)
    assert world.log.keys_of("received")[0]["source"] == f"channel:{CHANNEL}"


def test_a_queue_message_that_is_no_envelope_is_parked_whole_in_the_end(world):
    world.queues["ingest"].send(
        [Outgoing(body='{"written": "by another version"}', group="g", deduplication="d")]
    )
    world.run(24 * 3600)
    (claim,) = world.claims()
    assert (claim.outcome, claim.reason) == ("parked", "no_envelope")
    assert "by another version" in claim.raw
    assert world.queues["ingest"].depth() == world.dead["ingest"].depth() == 0
