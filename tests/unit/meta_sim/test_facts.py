"""What the log's lines tell is remembered by the names that other lines use for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.meta import facts as remembered
from infra.local.meta.facts import Facts, Trouble

ITEM = "0123456789abcdef"
PLACE = ("c1", 7)
NOON = 1763985600000


def _line(message: str, *, ms: int = 0, **keys: Any) -> str:
    timestamp = f"2025-11-24T12:00:00.{ms:03}+00:00"
    return json.dumps({"level": "INFO", "message": message, "timestamp": timestamp, **keys})


def _ingested(**keys: Any) -> str:
    given: dict[str, Any] = {
        "source": "channel:whatsapp",
        "owner": "q-1#0",
        "outcome": "forward",
        "conversation": "c1",
        "sequence": 7,
        "item": ITEM,
    }
    return _line("ingested", **given | keys)


@pytest.fixture
def facts() -> Facts:
    return Facts()


def test_a_customers_message_is_followed_from_the_queue_to_the_ticket(facts: Facts) -> None:
    messages = [{"id": "q-1", "deduplication": "d", "items": {"in": 1}}]
    facts.read(_line("received", ms=5, source="channel:whatsapp", messages=messages))
    facts.read(_ingested(ms=40))
    url = "http://127.0.0.1:1/tickets/3/"
    place: dict[str, Any] = {"conversation": "c1", "sequence": 7}
    facts.read(_line("forwarded", ms=212, ticket=3, url=url, new=True, **place))
    ingested = facts.ingested(ITEM)
    assert ingested is not None
    assert (ingested.at, ingested.place) == (NOON + 40, PLACE)
    assert facts.queued_at(ingested.queue_id) == NOON + 5
    forwarded = facts.forwarded(PLACE)
    assert forwarded is not None
    assert (forwarded.at, forwarded.ticket, forwarded.url) == (NOON + 212, "3", url)
    assert facts.ticket("c1") == forwarded
    assert facts.speaker("c1") == ITEM


def test_an_answer_is_known_by_the_messages_that_it_became(facts: Facts) -> None:
    facts.read(_ingested(source="desk:local", outcome="deliver", item="", sequence=8))
    assert not facts.replies["c1", 8].items
    for item in ("aaaa", "bbbb", "aaaa"):
        facts.read(_line("sent", conversation="c1", sequence=8, item=item))
    assert facts.replies["c1", 8].items == ("aaaa", "bbbb")
    assert facts.reply_of("bbbb") == ("c1", 8)


def test_what_the_desk_tells_is_an_answer_only_if_it_goes_to_a_customer(facts: Facts) -> None:
    facts.read(_ingested(source="desk:local", outcome="recorded"))
    facts.read(_ingested(source="desk:local", outcome="deliver", conversation="", sequence=0))
    assert not facts.replies


def test_what_comes_a_second_time_was_done_the_first_time(facts: Facts) -> None:
    facts.read(_ingested(ms=1))
    facts.read(_ingested(ms=900, outcome="recorded", sequence=None))
    ingested = facts.ingested(ITEM)
    assert ingested is not None
    assert (ingested.at, ingested.place) == (NOON + 1, PLACE)


def test_what_was_set_aside_and_comes_again_is_no_longer_set_aside(facts: Facts) -> None:
    facts.read(_ingested(outcome="parked", reason="no_account", conversation=None, sequence=None))
    facts.read(_ingested(ms=3))
    ingested = facts.ingested(ITEM)
    assert ingested is not None
    assert ingested.outcome == "forward"


def test_troubles_are_warnings_alarms_and_refusals_of_one_message(facts: Facts) -> None:
    place: dict[str, Any] = {"conversation": "c1", "sequence": 7}
    facts.read(_line("attempt failed", level="WARNING", error="DeskDown", **place))
    facts.read(_line("send refused", reason="window_closed", **place))
    facts.read(_line("something else", **place))
    facts.read(_line("work parked", level="ERROR", reason="gone", conversation="c1", sequence=9))
    assert facts.troubles(PLACE) == (
        Trouble(at=NOON, what="attempt failed", reason="DeskDown"),
        Trouble(at=NOON, what="send refused", reason="window_closed"),
    )


def test_of_many_troubles_the_last_ones_are_remembered(facts: Facts) -> None:
    for ms in range(100):
        facts.read(_line("x", level="WARNING", ms=ms, conversation="c1", sequence=7))
    assert [one.at - NOON for one in facts.troubles(PLACE)] == [95, 96, 97, 98, 99]


def test_a_desk_is_down_until_its_breaker_closes(facts: Facts) -> None:
    facts.read(_line("breaker opened", level="ERROR", desk="local"))
    assert facts.is_desk_down
    facts.read(_line("breaker closed", desk="local"))
    assert not facts.is_desk_down


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "[]",
        "3",
        "",
        '{"message": "ingested"}',
        '{"message": "ingested", "timestamp": "yesterday"}',
        '{"message": ["ingested"], "timestamp": "2025-11-24T12:00:00Z"}',
        _line("ingested", owner=3, source=None),
        _line("received", messages=[3]),
        _line("forwarded", conversation="c1", sequence="x", ticket=1, url="u"),
        _line("swept", woken=3),
    ],
)
def test_a_line_that_is_not_understood_is_passed_over(facts: Facts, line: str) -> None:
    facts.read(line)
    assert facts.count == 0


def test_memory_is_bounded_and_keeps_what_is_new(facts: Facts) -> None:
    for number in range(remembered.MOST + 10):
        conversation = f"c{number}"
        facts.read(_ingested(item=f"{number:016}", conversation=conversation))
        facts.read(_ingested(source="desk:local", outcome="deliver", conversation=conversation))
    assert facts.ingested(f"{9:016}") is None
    assert facts.ingested(f"{10:016}") is not None
    assert len(facts.replies) == remembered.MOST
