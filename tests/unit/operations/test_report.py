"""The service report: each story, and the figures that it leaves."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.changes import FilesFound
from chalicelib.domain.content import Content, Part
from chalicelib.errors import AmbiguousError, Refused
from chalicelib.operations.report import Figures, ServiceReport, Times, service_report
from chalicelib.storage.audit import TableAudit
from tests.builders import comment, control, echo, message, status, ticket_changed
from tests.fakes.world import World
from tests.unit.pipeline.conftest import settings, world

__all__ = ["settings", "world"]

MINUTE = 60
MS = 1000
DAY = 24 * 3600 * MS


def report(world: World, **times: int) -> ServiceReport:
    """Report on everything so far, unless other times are given."""
    period = {"since": 0, "until": world.clock() + 1} | times
    return service_report(TableAudit(table=world.table), **period)


def figures(world: World, **times: int) -> Figures:
    return report(world, **times).total()


@pytest.fixture
def ticket(world):
    world.hear(message("hello", at=world.clock()))
    world.run_until_quiet()
    return world.desk.tickets[-1].id


def test_volumes_are_counted_by_account(world, ticket):
    world.answer(ticket, "hi", "how are you?")
    world.hear(echo("from the phone", mid="x", at=world.clock()))
    world.hear(message("other", contact="bert", at=world.clock()))
    world.run_until_quiet()
    told = report(world)
    assert list(told.accounts) == [world.account.ref]
    total = told.total()
    assert (total.people, total.received, total.sent, total.elsewhere) == (2, 2, 2, 1)
    assert told.channels()[world.account.ref.channel] == total


def test_a_first_response_is_timed_from_the_first_message_that_nobody_answered(world, ticket):
    world.clock.advance(3 * MINUTE)
    world.hear(message("anybody?", at=world.clock()))
    world.work()
    world.clock.advance(3 * MINUTE)
    world.answer(ticket, "yes", "here")
    asked = world.clock()
    world.hear(message("and then?", at=asked))
    world.work()
    world.clock.advance(MINUTE)
    world.answer(ticket, "that")
    first, second = figures(world).first_responses
    assert 6 * MINUTE * MS <= first < 8 * MINUTE * MS
    assert second == world.clock() - asked


def test_who_was_answered_elsewhere_does_not_wait_and_is_not_timed(world, ticket):
    assert figures(world).unanswered == 1
    world.hear(echo("from the phone", mid="x", at=world.clock()))
    world.run_until_quiet()
    told = figures(world)
    assert (told.unanswered, told.first_responses) == (0, [])


def test_a_reply_that_did_not_go_out_is_no_answer(world, ticket):
    world.channel.faults.plan("send", Refused("not_reachable"), text="one")
    world.channel.faults.plan("send", AmbiguousError("lost"), text="two")
    world.answer(ticket, "one", "two")
    world.run_until_quiet()
    told = figures(world)
    assert told.failures == {"not_reachable": 1, "unconfirmed": 1}
    assert (told.sent, told.unanswered, told.first_responses) == (0, 1, [])


def test_a_reply_that_failed_later_is_a_failure_and_was_not_sent(world, ticket):
    world.answer(ticket, "one", "two")
    world.hear(status("failed", mid="out-1", reason="held_back"))
    world.run_until_quiet()
    told = figures(world)
    assert (told.sent, dict(told.failures)) == (1, {"held_back": 1})


def test_what_another_application_answers_is_not_waited_for(world):
    world.hear(control("another one", at=world.clock()))
    world.hear(message("hello", at=world.clock(), standby=True))
    world.run_until_quiet()
    told = figures(world)
    assert (told.received, told.unanswered) == (1, 0)


def test_a_resolution_is_timed_from_the_opening_of_the_ticket_to_its_end(world, ticket):
    opened = world.clock()
    world.clock.advance(30 * MINUTE)
    world.hear_desk(ticket_changed(ticket, "closed", at=world.clock()))
    world.run_until_quiet()
    (took,) = figures(world).resolutions
    assert 30 * MINUTE * MS <= took <= world.clock() - opened + MINUTE * MS


def test_a_ticket_that_is_open_is_not_resolved(world, ticket):
    assert figures(world).resolutions == []


def test_only_what_happened_in_the_time_is_counted(world, ticket):
    between = world.clock() + 1
    world.clock.advance(5 * MINUTE)
    world.answer(ticket, "hi")
    world.hear_desk(ticket_changed(ticket, "closed", at=world.clock()))
    world.run_until_quiet()
    before, after = figures(world, until=between), figures(world, since=between)
    assert (before.received, before.sent, before.unanswered, before.resolutions) == (1, 0, 1, [])
    assert before.first_responses == []
    assert (after.received, after.sent, after.unanswered) == (0, 1, 0)
    assert len(after.first_responses) == len(after.resolutions) == 1


def test_days_without_anything_are_days_all_the_same(world, ticket):
    world.clock.advance(2 * DAY / MS)
    world.hear(message("again", at=world.clock()))
    world.run_until_quiet()
    assert list(report(world).days.values()) == [(1, 0), (0, 0), (1, 0)]


def rated(world: World, *lines: str) -> dict[str, Any]:
    """Return the satisfaction once a customer's feedback of those lines is kept."""
    world.hear(message("form", at=world.clock()))
    world.run_until_quiet()
    part = Part(word="feedback", values={"lines": "\n".join(lines)})
    content = Content(text="form", parts=(part,))
    (kept,) = world.store.said(world.conversation().id)
    world.store.commit(FilesFound(kept, content))
    return figures(world).satisfaction()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["csat: 4", "free_form: 5"], {"csat": (1, 4.0)}),
        (["nps: 9", "nps: 10"], {"nps": (2, 9.5)}),
        (["4 · positive"], {"stars": (1, 4.0)}),
        (["csat: 6", "csat: good", "nps: -1", "whatever: 3", "", ":"], {}),
    ],
)
def test_satisfaction_is_read_off_forms_and_reviews(world, lines, told):
    assert rated(world, *lines) == told


def test_nine_of_ten_are_not_longer_than_the_ninth():
    assert Times.of([]) is None
    assert Times.of([7]) == Times(count=1, median=7, p90=7)
    assert Times.of(range(1, 11)) == Times(count=10, median=6, p90=9)
    assert Times.of([1] * 9 + [100]) == Times(count=10, median=1, p90=1)


def test_public_comments_that_are_not_wanted_are_no_messages(world):
    world.hear(comment("nice", mid="c", at=world.clock()))
    world.run_until_quiet()
    assert report(world).accounts == {}
