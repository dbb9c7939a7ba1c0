"""Reconciling: what no webhook told is taken in once, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.errors import (
    AmbiguousError,
    Refused,
    TransientError,
    Unauthorised,
    UnknownIntegration,
)
from chalicelib.pipeline.reconcile import GRACE, LOOK_BACK, TIME_IS_UP, Report
from chalicelib.storage.keys import Key
from chalicelib.storage.store import TableStore
from tests import builders
from tests.builders import Raw
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import START
from tests.fakes.deployment import CHANNEL, DESK, OTHER_DESK
from tests.fakes.faults import ALWAYS
from tests.fakes.watched import WatchedTable
from tests.fakes.world import World

ACCOUNT = f"{CHANNEL}#{builders.ACCOUNT}"


class UnansweringTable(WatchedTable):
    """A table that does not answer."""

    def get(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        raise TransientError("the table is down")


class Talkative(FakeChannel):
    """A channel that tells everything, whatever it is asked for."""

    def recall(self, *, account: Account, since: int) -> Iterator[Mapping[str, Any]] | None:
        return super().recall(account=account, since=0)


def said(world: World, raw: Raw) -> Raw:
    """Have the platform know of something, whether a webhook tells it or not."""
    history: Any = world.channel.history
    history.append(raw)
    return raw


def answered(world: World, raw: Raw) -> Raw:
    """Have the desk know of a reply, whether a webhook tells it or not."""
    history: Any = world.desk.history
    history.append(raw)
    return raw


def reconcile(world: World, **how: Any) -> list[Report]:
    since = how.pop("since", world.clock() - LOOK_BACK)
    sources = how.pop("sources", [world.account, *world.directory.desks()])
    return list(world.reconciler.reconcile(sources, since=since, **how))


def later(world: World) -> list[Report]:
    """Reconcile when no webhook is waited for any more."""
    world.run(2 * GRACE / 1000)
    return reconcile(world)


def missed(reports: list[Report]) -> dict[str, int]:
    return {report.scope: len(report.missed) for report in reports if report.missed}


def shown(world: World) -> list[list[str]]:
    world.run_until_quiet()
    return [ticket.texts() for ticket in world.desk.tickets]


# --- what customers wrote


def test_a_message_that_no_webhook_told_is_shown_behind_what_was(world):
    world.hear(said(world, builders.message("told")))
    said(world, builders.message("untold"))
    world.run_until_quiet()
    reports = later(world)
    assert missed(reports) == {ACCOUNT: 1}
    assert [(report.told, report.sent) for report in reports] == [(2, 1), (0, 0), (0, 0)]
    assert shown(world) == [["told", "untold"]]


def test_what_was_missed_comes_in_the_order_in_which_it_was_said(world):
    for number in range(5):
        said(world, builders.message(f"{number}"))
    later(world)
    assert shown(world) == [["0", "1", "2", "3", "4"]]


def test_asking_twice_takes_nothing_in_twice(world):
    said(world, builders.message("untold"))
    assert missed(later(world)) == {ACCOUNT: 1}
    world.run_until_quiet()
    assert missed(reconcile(world)) == {}
    assert shown(world) == [["untold"]]


def test_two_who_ask_at_once_take_nothing_in_twice(world):
    said(world, builders.message("untold"))
    world.run(2 * GRACE / 1000)
    assert missed(reconcile(world)) == missed(reconcile(world)) == {ACCOUNT: 1}
    world.clock.advance(600)
    assert missed(reconcile(world)) == {ACCOUNT: 1}
    assert shown(world) == [["untold"]]


@pytest.mark.parametrize("comes_first", [True, False])
def test_a_webhook_that_comes_after_all_is_a_duplicate_whoever_is_faster(world, comes_first):
    raw = said(world, builders.message("untold"))
    webhook = raw | {"at": raw["at"] + 321, "told_by": "a webhook"}
    world.run(2 * GRACE / 1000)
    if comes_first:
        world.hear(webhook)
        reconcile(world)
    else:
        reconcile(world)
        world.hear(webhook)
    assert shown(world) == [["untold"]]
    assert len(world.claim("m:untold").seen) == 1


def test_what_is_younger_than_the_grace_time_is_left_alone(world):
    said(world, builders.message("young"))
    world.run((GRACE - 1) / 1000)
    assert missed(reconcile(world)) == {}
    assert missed(reconcile(world, grace=0)) == {ACCOUNT: 1}


def test_what_is_older_than_was_asked_for_is_left_alone(world):
    said(world, builders.message("old"))
    world.run(LOOK_BACK / 1000 + 1)
    assert missed(reconcile(world)) == {}
    assert missed(reconcile(world, since=world.clock() - 2 * LOOK_BACK)) == {ACCOUNT: 1}


def test_a_platform_that_tells_more_than_it_was_asked_for_is_not_listened_to(world):
    world.channel = Talkative(CHANNEL)
    said(world, builders.message("old"))
    world.run(LOOK_BACK / 1000 + 1)
    assert missed(reconcile(world)) == {}


def test_a_dry_run_shows_what_was_missed_and_changes_nothing(world):
    said(world, builders.message("untold"))
    world.run(2 * GRACE / 1000)
    (report, *_) = reconcile(world, dry_run=True)
    assert [(each.key, each.at) for each in report.missed] == [((ACCOUNT, "m:untold"), START)]
    assert report.sent == 0
    assert world.log.alarms() == []
    assert shown(world) == []


def test_what_is_set_aside_was_heard_of(world):
    world.directory.accounts.clear()
    world.hear(said(world, builders.message("hello")))
    world.work()
    assert missed(later(world)) == {}


def test_what_is_told_and_means_nothing_to_us_is_passed_over(world):
    said(world, builders.unknown(mid="new") | {"at": world.clock()})
    assert [report.told for report in later(world)] == [0, 0, 0]


# --- what the account itself wrote


def test_our_own_send_is_no_news_where_nobody_subscribes_to_echoes(world):
    ticket = world.open_ticket("hello")
    world.answer(ticket, "hi")
    (sent,) = world.channel.arrived
    said(world, builders.echo_of(sent, bare=True) | {"at": world.clock()})
    assert missed(later(world)) == {}


def test_a_message_written_in_the_platforms_own_inbox_is_shown_as_that(world):
    world.open_ticket("hello")
    said(world, builders.echo("from the inbox", mid="e1", at=world.clock()))
    assert missed(later(world)) == {ACCOUNT: 1}
    (texts,) = shown(world)
    assert texts[0] == "hello"
    assert "from the inbox" in texts[1]


def test_a_message_of_which_only_a_receipt_is_known_is_news(world):
    world.open_ticket("hello")
    said(world, builders.echo("from the inbox", mid="e1", at=world.clock()))
    world.hear(builders.status("delivered", mid="e1"))
    assert missed(later(world)) == {ACCOUNT: 1}


def test_an_echo_that_got_lost_confirms_the_send_whose_answer_got_lost(world):
    ticket = world.open_ticket("hello")
    world.channel.faults.plan("send", AmbiguousError("no answer"), performed=True)
    world.answer(ticket, "hi")
    (sent,) = world.channel.arrived
    said(world, builders.echo_of(sent, bare=True) | {"at": world.clock()})
    assert missed(reconcile(world, grace=0)) == {ACCOUNT: 1}
    assert shown(world) == [["hello"]]
    assert len(world.channel.arrived) == 1


# --- what agents wrote


def test_a_reply_that_no_webhook_told_reaches_the_customer_once(world):
    ticket = world.open_ticket("hello")
    raw = answered(world, builders.reply(ticket, "hi", at=world.clock()))
    assert missed(later(world)) == {f"desk#{DESK}": 1}
    world.run_until_quiet()
    assert missed(reconcile(world)) == {}
    world.hear_desk(raw)
    world.run_until_quiet()
    assert [sent.text for sent in world.channel.arrived] == ["hi"]


def test_a_reply_that_was_told_is_no_news(world):
    ticket = world.open_ticket("hello")
    world.hear_desk(answered(world, builders.reply(ticket, "hi", at=world.clock())))
    assert missed(later(world)) == {}
    assert [sent.text for sent in world.channel.arrived] == ["hi"]


def test_a_reply_in_a_ticket_that_is_not_of_a_conversation_is_none_of_ours(world):
    world.open_ticket("hello")
    answered(world, builders.reply("somebody-elses", "hi", at=world.clock()))
    reports = later(world)
    assert missed(reports) == {}
    assert [report.told for report in reports] == [0, 1, 0]
    assert world.channel.arrived == []


# --- the books


def test_what_was_found_is_counted_as_received_exactly_once(world):
    world.hear(said(world, builders.message("told")))
    said(world, builders.message("untold"))
    world.run_until_quiet()
    later(world)
    world.run_until_quiet()
    received = [m for keys in world.log.keys_of("received") for m in keys["messages"]]
    assert [message["items"] for message in received] == [{"in": 1}, {"in": 1}]
    owners = {claim.owner.rpartition("#")[0] for claim in world.claims()}
    assert owners == {message["id"] for message in received}


def test_what_was_found_is_an_alarm_that_tells_no_text(world):
    said(world, builders.message("a secret", mid="m1"))
    later(world)
    assert world.log.alarms() == ["webhook never came"]
    (keys,) = world.log.keys_of("webhook never came")
    assert (keys["source"], keys["told"], keys["missed"]) == (ACCOUNT, 1, 1)
    assert "secret" not in str(keys)
    assert "m1" not in str(keys)


def test_a_message_too_large_for_the_queue_is_taken_in_too(world):
    said(world, builders.message("long" * 100_000, mid="m1"))
    later(world)
    assert shown(world) == [["long" * 100_000]]


# --- who cannot be asked


def test_a_channel_that_tells_nothing_of_the_past_says_so(world):
    world.channel.history = None
    (report, *_) = reconcile(world)
    assert (report.asked, report.trouble, report.told) == (False, "", 0)
    assert world.log.alarms() == []


def test_a_desk_that_tells_nothing_of_the_past_says_so(world):
    world.desk.history = None
    reports = reconcile(world)
    assert [report.asked for report in reports] == [True, False, True]


@pytest.mark.parametrize(
    ("error", "alarms"),
    [
        (TransientError("busy"), []),
        (Unauthorised("no token"), ["source cannot be asked"]),
        (Refused("other", "no such field"), ["source cannot be asked"]),
        (KeyError("a bug"), ["source cannot be asked"]),
    ],
)
def test_a_source_that_fails_costs_no_other_its_turn(world, error, alarms):
    ticket = world.open_ticket("hello")
    said(world, builders.message("untold"))
    answered(world, builders.reply(ticket, "hi", at=world.clock()))
    world.channel.faults.plan("recall", error, times=ALWAYS)
    world.run(2 * GRACE / 1000)
    first, *others = reconcile(world)
    assert (first.trouble, first.missed) == (type(error).__name__, [])
    assert missed(others) == {f"desk#{DESK}": 1}
    assert [alarm for alarm in world.log.alarms() if alarm != "webhook never came"] == alarms


def test_what_was_told_before_a_failure_is_taken_in(world):
    said(world, builders.message("older", contact="bo"))
    said(world, builders.message("newer"))
    world.channel.faults.plan("recall", TransientError("busy"), text="older")
    (report, *_) = later(world)
    assert (report.trouble, report.sent) == ("TransientError", 1)
    assert shown(world) == [["newer"]]


def test_an_item_that_nobody_can_read_costs_no_neighbour(world):
    said(world, builders.message("first"))
    said(world, builders.poison(mid="broken") | {"at": world.clock()})
    said(world, builders.message("last"))
    (report, *_) = later(world)
    assert (report.trouble, report.sent) == ("KeyError", 2)
    assert shown(world) == [["first", "last"]]


def test_a_source_of_which_nobody_knows_how_to_ask_it_is_an_alarm(world):
    nobody = replace(world.account, ref=AccountRef("fax", "1"))
    (report,) = reconcile(world, sources=[nobody])
    assert (report.scope, report.trouble) == ("fax#1", UnknownIntegration.__name__)
    assert world.log.alarms() == ["source cannot be asked"]


def test_each_source_has_its_share_of_the_time(world):
    for number in range(10):
        said(world, builders.message(f"{number}"))
    sources = [
        world.account,
        Desk(id=DESK, helpdesk="", url=""),
        Desk(id=OTHER_DESK, helpdesk="", url=""),
    ]
    world.run(2 * GRACE / 1000)
    (report, *others) = reconcile(world, sources=sources, time_left=lambda: 0.0)
    # One is told at least, or a source that is slow would never be heard.
    assert (report.trouble, len(report.missed)) == (TIME_IS_UP, 1)
    assert [report.trouble for report in others] == ["", ""]
    reports = reconcile(world, sources=sources, time_left=lambda: 60.0)
    assert [report.trouble for report in reports] == ["", "", ""]


def test_while_the_table_does_not_answer_nothing_is_decided(world):
    said(world, builders.message("untold"))
    world.run(2 * GRACE / 1000)
    reconciler = world.reconciler
    store = TableStore(UnansweringTable(), clock=world.clock)
    world.reconciler = replace(reconciler, store=store)
    with pytest.raises(TransientError):
        reconcile(world)
    world.reconciler = reconciler
    assert missed(reconcile(world)) == {ACCOUNT: 1}


def test_while_the_intake_does_not_answer_nothing_is_lost(world):
    said(world, builders.message("untold"))
    world.run(2 * GRACE / 1000)
    world.queues["ingest"].down = True
    with pytest.raises(TransientError):
        reconcile(world)
    world.queues["ingest"].down = False
    assert missed(reconcile(world)) == {ACCOUNT: 1}
    assert shown(world) == [["untold"]]
