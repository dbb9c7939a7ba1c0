"""What waits for an operator is listed with what is known of it."""

from __future__ import annotations

import pytest

from chalicelib.domain.changes import Outcome
from chalicelib.domain.work import Verb
from chalicelib.operations.parked import Parked, parked
from tests.fakes.clock import START
from tests.unit.operations.bridge import Bridge


@pytest.fixture
def bridge() -> Bridge:
    bridge = Bridge()
    bridge.open()
    return bridge


def test_parked_items_and_parked_work_are_listed_oldest_first(bridge):
    bridge.say(parked="keeps_failing", text="hello")
    bridge.clock.advance(1)
    bridge.claim("m2#0", Outcome.PARKED, key="mid", reason="no_account", raw='{"a":1}')
    bridge.clock.advance(1)
    bridge.say(verb=Verb.DELIVER, parked="crash:KeyError", text="hi", started_at=START + 9000)
    assert list(parked(bridge.audit, store=bridge.store, most=10)) == [
        Parked(
            what="forward",
            at=START,
            reason="keeps_failing",
            scope="messenger#100",
            conversation_id="c1",
            key="c1.1",
            text="hello",
        ),
        Parked(
            what="item",
            at=START + 1000,
            reason="no_account",
            scope="messenger#100",
            conversation_id="",
            key="mid",
            text='{"a":1}',
        ),
        Parked(
            what="deliver",
            at=START + 9000,
            reason="crash:KeyError",
            scope="messenger#100",
            conversation_id="c1",
            key="c1.2",
            text="hi",
        ),
    ]


def test_what_is_not_parked_is_not_listed(bridge):
    bridge.say()
    bridge.say(due_at=START)
    bridge.say(waiting_for="desk")
    bridge.claim("m1#0", Outcome.RECORDED)
    assert list(parked(bridge.audit, store=bridge.store, most=10)) == []


def test_no_more_are_listed_than_asked_for(bridge):
    for number in range(3):
        bridge.clock.advance(1)
        bridge.claim(f"m{number}#0", Outcome.PARKED, key=f"mid{number}")
    found = parked(bridge.audit, store=bridge.store, most=2)
    assert [each.key for each in found] == ["mid0", "mid1"]
