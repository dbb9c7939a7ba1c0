"""What is parked goes its way when it is let go, once, and the books stay in balance."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.changes import Outcome
from chalicelib.domain.message import Status
from chalicelib.pipeline.decision import OLDEST
from tests import builders
from tests.builders import message
from tests.fakes.faults import ProcessDied
from tests.fakes.world import World
from tests.unit.pipeline.letting_go import books, items, let_go, parked, reasons

DAY = 86400.0


@pytest.fixture
def unknown(world: World) -> World:
    """A world in which nobody has configured the account yet."""
    world.directory.accounts.clear()
    return world


def configure(world: World) -> None:
    world.directory.accounts[world.account.ref] = world.account


def test_an_item_of_an_account_that_was_configured_meanwhile_is_shown_once(unknown):
    world = unknown
    world.hear(message("one"), message("two"))
    world.run_until_quiet()
    assert reasons(world) == ["no_account", "no_account"]
    configure(world)
    let_go(world)
    let_go(world)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one", "two"]
    assert parked(world) == []


def test_what_is_replayed_after_it_went_its_way_changes_nothing(unknown):
    world = unknown
    world.hear(message("one"))
    world.run_until_quiet()
    found = parked(world)
    configure(world)
    let_go(world, *found)
    world.run_until_quiet()
    claims, tickets = world.claims(), world.ticket().texts()
    assert let_go(world, *found) == 1
    world.run_until_quiet()
    assert (world.claims(), world.ticket().texts()) == (claims, tickets)


def test_a_replayed_item_keeps_its_name_and_the_copies_that_were_seen(unknown):
    world = unknown
    world.hear(message("one"))
    world.work()
    world.clock.advance(DAY)
    world.hear(message("one"))
    world.work()
    (line,) = items(world)
    assert len(line.seen) == 1
    configure(world)
    let_go(world)
    world.run_until_quiet()
    (claim,) = world.claims()
    assert claim == replace(
        line,
        outcome=Outcome.FORWARD,
        reason="",
        conversation_id=world.conversation().id,
        sequence=1,
    )


def test_what_still_has_no_account_is_parked_as_it_was(unknown):
    world = unknown
    world.hear(message("one"))
    world.work()
    before = world.claims()
    let_go(world)
    world.run_until_quiet()
    assert world.claims() == before
    configure(world)
    let_go(world)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]


def test_a_message_that_was_parked_for_a_month_is_shown(unknown):
    world = unknown
    world.hear(message("one", at=world.clock()))
    world.work()
    world.clock.advance(30 * DAY)
    configure(world)
    let_go(world)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]


def test_a_reply_that_was_too_old_when_it_came_stays_parked(world):
    ticket = world.open_ticket("hello")
    world.hear_desk(builders.reply(ticket, "hi", at=world.clock() - OLDEST - 1))
    world.work()
    let_go(world)
    world.run_until_quiet()
    assert reasons(world) == ["too_old"]
    assert world.arrived() == []


# What could not be read


@pytest.fixture
def crashed(world: World) -> World:
    """A world in which an item made its parser fail, until a release that mends it."""
    world.channel.faults.plan("parse", KeyError("a bug"))
    world.hear(message("one"))
    world.work()
    assert reasons(world) == ["crash:KeyError"]
    return world


def test_an_item_that_is_understood_after_a_fix_is_shown_once(crashed):
    world = crashed
    let_go(world)
    let_go(world)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]
    assert {(claim.owner, claim.outcome) for claim in world.claims()} == {
        (world.claim("m:one").owner, Outcome.FORWARD)
    }


def test_an_item_that_came_again_and_was_understood_is_a_double_when_replayed(crashed):
    world = crashed
    (line,) = items(world)
    world.clock.advance(DAY)
    world.hear(message("one"))
    world.run_until_quiet()
    let_go(world, line)
    world.run_until_quiet()
    (claim,) = world.claims()
    assert claim.seen == {line.owner}
    assert world.ticket().texts() == ["one"]


def test_an_item_that_is_understood_and_still_has_no_account_is_parked_under_its_own_key(crashed):
    world = crashed
    world.directory.accounts.clear()
    let_go(world)
    world.run_until_quiet()
    assert [(claim.key.key, claim.reason) for claim in world.claims()] == [("m:one", "no_account")]


def die() -> None:
    raise ProcessDied


def test_a_process_that_dies_before_it_wrote_a_replayed_item_loses_nothing(crashed):
    world = crashed
    let_go(world)
    world.table.before_write("CLAIM", die)
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]
    assert parked(world) == []


def test_a_process_that_dies_before_it_woke_whom_a_replayed_item_is_for_loses_nothing(crashed):
    world = crashed
    let_go(world)
    world.queues["forward"].before_send = die
    world.pump("ingest")
    world.queues["forward"].before_send = None
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]


def test_an_item_that_a_redelivery_of_its_own_message_brought_in_meanwhile_is_one(world):
    world.hear(message("one"), message("two"))
    world.channel.faults.plan("parse", KeyError("a bug"), text="one")
    world.table.before_write("MSG", die)
    world.run_until_quiet()
    (line,) = items(world)
    assert let_go(world, line) == 1
    world.run_until_quiet()
    assert sorted(world.ticket().texts()) == ["one", "two"]
    assert parked(world) == []
    assert world.claim("m:one").seen == frozenset()


def test_while_others_are_faster_a_replayed_item_is_decided_again(unknown):
    world = unknown
    world.hear(message("one"))
    world.work()
    (line,) = items(world)
    configure(world)
    let_go(world)
    world.table.before_write("CLAIM", lambda: world.store.seen_again(line.key, "m9#0"))
    world.run_until_quiet()
    assert world.claim("m:one").seen == {"m9#0"}
    assert world.ticket().texts() == ["one"]


def test_two_processes_that_replay_an_item_at_once_show_it_once(unknown):
    world = unknown
    world.hear(message("one"))
    world.work()
    configure(world)
    let_go(world)
    (copy,) = world.queues["ingest"].receive(most=1, wait=0)
    world.queues["ingest"].defer(copy.receipt, 0)
    world.table.before_write("CLAIM", lambda: world.ingester.ingest(copy.body, message_id="m9"))
    world.pump("ingest")
    assert world.queues["ingest"].depth() == 0
    world.run_until_quiet()
    assert world.ticket().texts() == ["one"]


def test_a_replay_that_fails_again_and_again_leaves_its_item_parked(unknown):
    world = unknown
    world.hear(message("one"))
    world.work()
    let_go(world)
    (copy,) = world.queues["ingest"].receive(most=1, wait=0)
    world.queues["ingest"].delete(copy.receipt)
    world.ingester.park(copy.body, message_id=copy.id)
    assert reasons(world) == ["no_account"]


# The books


@pytest.mark.parametrize("parse", ["no_account", "crash"])
def test_the_books_count_what_was_replayed_once(world, parse):
    if parse == "crash":
        world.channel.faults.plan("parse", KeyError("a bug"), times=4)
    else:
        world.directory.accounts.clear()
    world.hear(message("one"), message("two"), builders.status("read", mid="m"))
    world.clock.advance(DAY)
    world.hear(message("one"))
    world.run_until_quiet()
    before = books(world)
    assert (before.received, before.lost) == (4, 0)
    assert before.parked > 0
    configure(world)
    let_go(world)
    between = books(world)
    assert (between.received, between.lost, between.parked) == (4, 0, before.parked)
    world.run_until_quiet()
    after = books(world)
    assert after.is_good_news
    assert (after.received, after.forwarded, after.recorded, after.duplicate) == (4, 2, 1, 1)


def test_a_reply_of_an_account_that_is_back_reaches_the_customer_once(world):
    ticket = world.open_ticket("hello")
    world.directory.accounts.clear()
    world.hear_desk(builders.reply(ticket, "hi", at=world.clock()))
    world.run_until_quiet()
    assert reasons(world) == ["no_account"]
    configure(world)
    let_go(world)
    let_go(world)
    world.run_until_quiet()
    assert world.arrived() == ["hi"]
    delivery = world.delivery(2)
    assert delivery
    assert delivery.status is Status.ACCEPTED
    assert books(world).out.delivered == 1
