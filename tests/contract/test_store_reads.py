"""What a store on any table finds, what waits in it, and how long its rows live."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.breaker import Breaker
from chalicelib.domain.changes import (
    AliasAdded,
    Claimed,
    ClaimKey,
    ConversationOpened,
    DeliveryEnded,
    MessageKept,
    Outcome,
    SentLearnt,
    TicketLinked,
    WorkAdded,
)
from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.domain.content import Content
from chalicelib.domain.store import Found
from chalicelib.domain.work import Verb
from chalicelib.storage.lives import Lives
from chalicelib.storage.store import TableStore
from tests.contract.stored import ACCOUNT, CLAIM, CONVERSATION, DELIVERY, MESSAGE, SENT, WORK
from tests.fakes.clock import START, VirtualClock

DAY = 86_400
PATIENCE = 10.0  #: seconds after which the index has caught up with a write

# Looking for things


def test_of_any_number_of_items_those_in_the_books_are_told(store):
    there = [replace(CLAIM, key=ClaimKey("messenger#1", f"m:{n}")) for n in range(0, 250, 2)]
    for claim in there:
        store.commit(Claimed(claim))
    asked = [ClaimKey("messenger#1", f"m:{n}") for n in range(250)]
    assert store.claimed([*asked, *asked]) == {claim.key for claim in there}
    assert store.claimed([ClaimKey("messenger#2", "m:0")]) == frozenset()
    assert store.claimed([]) == frozenset()


def test_of_what_was_said_any_numbers_are_told_in_the_order_asked_for(store):
    said = [replace(MESSAGE, content=Content(text=str(number))) for number in range(1, 6)]
    for number, message in enumerate(said, start=1):
        store.commit(MessageKept("c1", number, message))
    store.commit(MessageKept("c2", 3, replace(MESSAGE, content=Content(text="another's"))))
    told = store.messages("c1", [5, 3, 9, 1])
    assert told == [MessageKept("c1", number, said[number - 1]) for number in (5, 3, 1)]
    assert store.messages("c1", []) == []


def test_all_that_is_looked_for_is_found_and_what_is_not_there_is_missing(store):
    known, unknown = Alias(AliasKind.PSID, "1"), Alias(AliasKind.PSID, "2")
    store.commit(
        Claimed(CLAIM),
        AliasAdded(ACCOUNT, known, "c1"),
        SentLearnt(SENT),
        TicketLinked("a", "7", "c1"),
    )
    found = store.find(
        claim=CLAIM.key,
        account=ACCOUNT,
        aliases=[unknown, known],
        sent=[SENT.key, SENT.key._replace(message_id="2")],
        ticket=("a", "7"),
    )
    assert found == Found(
        claims={CLAIM.key: CLAIM},
        aliases={known: "c1"},
        sent={SENT.key: SENT},
        ticket="c1",
    )


def test_nothing_is_found_in_an_empty_store(store):
    assert store.find() == Found()
    assert (
        store.find(
            claim=CLAIM.key,
            account=ACCOUNT,
            aliases=[Alias(AliasKind.PSID, "1")],
            sent=[SENT.key],
            ticket=("a", "7"),
        )
        == Found()
    )


# A conversation and its work


def test_open_work_comes_with_its_conversation_each_verb_in_sequence(store):
    sequences = [100, 2, 10, 9, 1_000_000]
    store.commit(ConversationOpened(CONVERSATION), MessageKept(CONVERSATION.id, 1, MESSAGE))
    for verb, sequence in itertools.product(Verb, sequences):
        store.commit(WorkAdded(replace(WORK, verb=verb, sequence=sequence)))
    store.commit(WorkAdded(replace(WORK, conversation_id=f"{CONVERSATION.id}0")))
    conversation, work = store.open_work(CONVERSATION.id)
    assert conversation == CONVERSATION
    for verb in Verb:
        of_verb = [each.sequence for each in work if each.verb is verb]
        assert of_verb == sorted(sequences)
    assert len(work) == len(sequences) * len(Verb)


def test_an_unknown_conversation_has_no_state_and_no_work(store):
    store.commit(ConversationOpened(CONVERSATION), WorkAdded(WORK))
    assert store.conversation("unknown") is None
    assert store.open_work("unknown") == (None, [])


# What waits


def waiting(store: TableStore, count: int, **asked: Any) -> list[str]:
    """Return the texts of the work that waits, once there is as much as expected."""
    deadline = time.monotonic() + PATIENCE
    while len(found := store.waiting(**asked)) < count:
        assert time.monotonic() < deadline, "the index does not catch up"
    return [work.text for work in found]


def test_work_waits_for_its_time_or_for_its_desk_or_for_an_operator(store):
    waits: list[dict[str, Any]] = [
        {"text": "can go at once"},
        {"text": "due second", "due_at": 20},
        {"text": "due first", "due_at": 10},
        {"text": "due later", "due_at": 31},
        {"text": "waits for a, second", "due_at": 20, "waiting_for": "a"},
        {"text": "waits for a, first", "due_at": 5, "waiting_for": "a"},
        {"text": "waits for b", "due_at": 5, "waiting_for": "b"},
        {"text": "parked", "parked": "why", "due_at": 10, "waiting_for": "a"},
    ]
    for sequence, fields in enumerate(waits):
        store.commit(WorkAdded(replace(WORK, sequence=sequence, **fields)))
    assert waiting(store, 2, until=30) == ["due first", "due second"]
    assert waiting(store, 1, until=30, most=1) == ["due first"]
    assert waiting(store, 3, until=31) == ["due first", "due second", "due later"]
    assert waiting(store, 2, until=30, desk="a") == ["waits for a, first", "waits for a, second"]
    assert waiting(store, 1, until=30, desk="b") == ["waits for b"]
    assert waiting(store, 0, until=30, desk="c") == []


# Breakers


def test_a_breaker_of_which_nothing_is_known_is_closed(store):
    assert store.breaker("a") == Breaker(desk="a")
    assert not store.breaker("a").is_open


def test_a_breaker_is_as_it_was_last_kept(store):
    opened = Breaker(desk="a", opened_at=START, reason="down")
    store.keep_breaker(opened)
    assert store.breaker("a") == opened
    assert store.breaker("b") == Breaker(desk="b")
    store.keep_breaker(Breaker(desk="a"))
    assert store.breaker("a") == Breaker(desk="a")


# How long rows live


@pytest.mark.parametrize("outcome", Outcome)
def test_a_claim_ends_fourteen_days_after_its_item_came_unless_it_is_parked(store, table, outcome):
    store.commit(Claimed(replace(CLAIM, outcome=outcome)))
    (row,) = table.scan()
    end = None if outcome is Outcome.PARKED else START // 1000 + 14 * DAY
    assert row.get("ttl") == end


def test_what_is_known_of_a_sent_message_ends_ninety_days_after_it_was_last_heard_of(table):
    clock = VirtualClock()
    store = TableStore(table, clock=clock)
    for _ in range(2):
        store.commit(SentLearnt(SENT))
        clock.advance(DAY)
    (row,) = table.scan()
    assert row["ttl"] == START // 1000 + (1 + 90) * DAY


def test_what_was_said_and_how_sending_it_ended_end_after_a_year(store, table):
    store.commit(MessageKept("c1", 1, MESSAGE), DeliveryEnded(DELIVERY))
    assert {row["ttl"] for row in table.scan()} == {START // 1000 + 365 * DAY}


def test_how_long_rows_live_is_a_matter_of_settings(table):
    lives = Lives.of_days(items=20, messages=30)
    store = TableStore(table, clock=VirtualClock(), lives=lives)
    store.commit(Claimed(CLAIM), MessageKept("c1", 1, MESSAGE), DeliveryEnded(DELIVERY))
    ends = sorted((row["ttl"] - START // 1000) // DAY for row in table.scan())
    assert ends == [20, 30, 30]


def test_a_conversation_and_its_work_have_no_end(store, table):
    store.commit(
        ConversationOpened(CONVERSATION),
        WorkAdded(WORK),
        AliasAdded(ACCOUNT, Alias(AliasKind.PSID, "1"), "c1"),
        TicketLinked("a", "7", "c1"),
    )
    assert all("ttl" not in row for row in table.scan())
