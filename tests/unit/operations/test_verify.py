"""The books: each accepted item is accounted for, and what is missing is said to be lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

from chalicelib.domain.changes import Outcome, WorkDone
from chalicelib.domain.envelope import Book, compact
from chalicelib.domain.message import Status
from chalicelib.domain.work import Stage, Verb
from chalicelib.operations.accepted import Accepted
from chalicelib.operations.verify import BOOKS_LIFE, Books, verify
from tests.fakes.queue import MemoryQueue
from tests.unit.operations.bridge import Bridge


@pytest.fixture
def bridge() -> Bridge:
    bridge = Bridge()
    bridge.open()
    return bridge


def counted(books: Books) -> dict[str, Any]:
    """Return the books without what is zero."""
    fields = asdict(books)
    out = {f"out.{name}": n for name, n in fields.pop("out").items()}
    return {name: n for name, n in {**fields, **out}.items() if n}


def balanced(books: Books) -> None:
    """Check the promise that every number of the books is made for."""
    fields = asdict(books)
    fields.pop("out")
    received = fields.pop("received")
    assert received == sum(fields.values())


def test_books_in_which_nothing_was_ever_written_are_good_news(bridge):
    books = bridge.verify()
    assert counted(books) == {}
    assert books.is_good_news


def test_a_message_shown_in_a_ticket_is_forwarded(bridge):
    bridge.accept("m1")
    bridge.store.commit(WorkDone(bridge.say("m1#0")))
    books = bridge.verify()
    assert counted(books) == {"received": 1, "forwarded": 1}
    assert books.is_good_news


def test_a_message_whose_work_is_open_is_pending_and_no_bad_news(bridge):
    bridge.accept("m1")
    bridge.say("m1#0")
    books = bridge.verify()
    assert counted(books) == {"received": 1, "pending": 1}
    assert books.is_good_news


def test_a_message_whose_work_is_parked_is_parked_and_bad_news(bridge):
    bridge.accept("m1")
    bridge.say("m1#0", parked="keeps_failing")
    books = bridge.verify()
    assert counted(books) == {"received": 1, "parked": 1}
    assert not books.is_good_news


@pytest.mark.parametrize("book", [Book.IN, Book.DESK])
@pytest.mark.parametrize(
    ("outcome", "column"),
    [
        (Outcome.RECORDED, "recorded"),
        (Outcome.IGNORED, "ignored"),
        (Outcome.PARKED, "parked"),
    ],
)
def test_what_is_for_no_ticket_is_counted_as_its_claim_says(bridge, book, outcome, column):
    bridge.accept("m1", book=book)
    bridge.claim("m1#0", outcome, book=book)
    assert counted(bridge.verify()) == {"received": 1, column: 1}


def test_every_item_of_a_message_is_counted(bridge):
    bridge.accept("m1", 3)
    for ordinal in range(3):
        bridge.claim(f"m1#{ordinal}", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 3, "recorded": 3}


def test_a_second_copy_of_an_item_is_a_duplicate(bridge):
    bridge.accept("m1")
    bridge.accept("m2", 2)
    bridge.claim("m1#0", Outcome.RECORDED, seen=["m2#0"])
    bridge.claim("m2#1", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 3, "recorded": 2, "duplicate": 1}


def test_a_second_copy_in_the_same_message_is_a_duplicate(bridge):
    bridge.accept("m1", 2)
    bridge.claim("m1#0", Outcome.RECORDED, seen=["m1#1"])
    assert counted(bridge.verify()) == {"received": 2, "recorded": 1, "duplicate": 1}


def test_what_never_arrived_is_lost(bridge):
    bridge.accept("m1", 3)
    bridge.claim("m1#0", Outcome.RECORDED)
    books = bridge.verify()
    assert counted(books) == {"received": 3, "recorded": 1, "lost": 2}
    assert not books.is_good_news
    balanced(books)


@pytest.mark.parametrize("queue", ["intake", "dead"])
def test_what_has_not_arrived_is_pending_while_the_intake_holds_anything(bridge, queue):
    bridge.accept("m1", 2)
    bridge.fill(getattr(bridge, queue))
    books = bridge.verify()
    assert counted(books) == {"received": 2, "pending": 2}
    assert books.is_good_news


def test_a_message_that_the_queue_dropped_as_a_double_is_a_duplicate(bridge):
    bridge.accept("m1", 2, deduplication="d")
    bridge.clock.advance(299)
    bridge.accept("m2", 2, deduplication="d")
    for ordinal in range(2):
        bridge.claim(f"m1#{ordinal}", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 4, "recorded": 2, "duplicate": 2}


def test_of_two_doubles_at_once_either_may_be_logged_first(bridge):
    bridge.accept("m2", deduplication="d")
    bridge.accept("m1", deduplication="d")
    bridge.claim("m1#0", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 2, "recorded": 1, "duplicate": 1}


def test_a_double_after_the_queue_has_forgotten_cannot_have_been_dropped(bridge):
    bridge.accept("m1", deduplication="d")
    bridge.clock.advance(6 * 60)
    bridge.accept("m2", deduplication="d")
    bridge.claim("m1#0", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 2, "recorded": 1, "lost": 1}


def test_what_came_again_only_later_does_not_make_up_for_what_was_lost(bridge):
    bridge.accept("m1", deduplication="d")
    bridge.clock.advance(6 * 60)
    bridge.accept("m2", deduplication="d")
    bridge.claim("m2#0", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 2, "recorded": 1, "lost": 1}


def test_a_double_of_what_never_arrived_is_lost_too(bridge):
    bridge.accept("m1", deduplication="d")
    bridge.accept("m2", deduplication="d")
    assert counted(bridge.verify()) == {"received": 2, "lost": 2}


def test_a_double_that_has_arrived_in_part_was_not_dropped(bridge):
    bridge.accept("m1", 2, deduplication="d")
    bridge.accept("m2", 2, deduplication="d")
    for owner in ("m1#0", "m1#1", "m2#0"):
        bridge.claim(owner, Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 4, "recorded": 3, "lost": 1}


def test_a_message_logged_twice_under_one_id_came_once(bridge):
    bridge.accept("m1")
    bridge.accept("m1")
    bridge.claim("m1#0", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 2, "recorded": 1, "duplicate": 1}


def test_an_item_whose_log_line_is_missing_counts_as_received(bridge):
    bridge.claim("m1#0", Outcome.RECORDED, seen=["m2#0"])
    books = bridge.verify()
    assert counted(books) == {"received": 2, "recorded": 1, "duplicate": 1}
    assert books.is_good_news


def test_more_items_than_were_logged_do_not_make_up_for_lost_ones_elsewhere(bridge):
    bridge.accept("m1")
    bridge.accept("m2")
    bridge.claim("m1#0", Outcome.RECORDED)
    bridge.claim("m1#1", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 3, "recorded": 2, "lost": 1}


def test_a_copy_that_met_two_ends_counts_once_as_the_graver_one(bridge):
    bridge.accept("m1")
    bridge.claim("m1#0", Outcome.RECORDED)
    bridge.claim("m1#0", Outcome.PARKED, key="raw:0", reason="dead_letter")
    assert counted(bridge.verify()) == {"received": 1, "parked": 1}


def test_a_body_that_could_not_be_opened_is_parked_with_all_its_items(bridge):
    bridge.accept("m1", 4)
    place = compact({"pointer": "bodies/abc", "lanes": []})
    bridge.claim("m1#0", Outcome.PARKED, reason="dead_letter", raw=place)
    assert counted(bridge.verify()) == {"received": 4, "parked": 4}


def test_a_body_that_twice_could_not_be_opened_is_parked_twice(bridge):
    bridge.accept("m1", 4)
    bridge.accept("m2", 4)
    place = compact({"pointer": "bodies/abc", "lanes": []})
    bridge.claim("m1#0", Outcome.PARKED, reason="dead_letter", raw=place, seen=["m2#0"])
    assert counted(bridge.verify()) == {"received": 8, "parked": 8}


def test_an_item_that_looks_like_a_pointer_is_one_item(bridge):
    bridge.accept("m1", 2)
    place = compact({"pointer": "bodies/abc", "lanes": []})
    bridge.claim("m1#0", Outcome.PARKED, reason="no_ticket", raw=place)
    assert counted(bridge.verify()) == {"received": 2, "parked": 1, "lost": 1}


def test_an_unopened_body_that_was_never_logged_is_one_parked_item(bridge):
    place = compact({"pointer": "bodies/abc", "lanes": []})
    bridge.claim("m1#0", Outcome.PARKED, reason="dead_letter", raw=place)
    assert counted(bridge.verify()) == {"received": 1, "parked": 1}


def test_an_item_that_came_after_the_audit_met_its_conversation_is_pending(bridge):
    bridge.accept("m1")
    bridge.claim("m1#0", Outcome.FORWARD, conversation_id="c1", sequence=1)
    assert counted(bridge.verify()) == {"received": 1, "pending": 1}


def test_lines_older_than_the_claims_are_passed_over(bridge):
    bridge.accept("forgotten")
    bridge.clock.advance(BOOKS_LIFE / 1000 + 1)
    bridge.accept("m1")
    bridge.claim("m1#0", Outcome.RECORDED)
    assert counted(bridge.verify()) == {"received": 1, "recorded": 1}


def test_what_is_parked_for_longer_than_claims_live_still_counts(bridge):
    bridge.accept("m1")
    bridge.claim("m1#0", Outcome.PARKED)
    bridge.clock.advance(BOOKS_LIFE / 1000 + 1)
    assert counted(bridge.verify()) == {"received": 1, "parked": 1}


@pytest.mark.parametrize(
    ("status", "receipts", "column"),
    [
        (Status.ACCEPTED, [], "delivered"),
        (Status.ACCEPTED, [Status.SENT], "delivered"),
        (Status.ACCEPTED, [Status.SENT, Status.READ, Status.DELIVERED], "delivered"),
        (Status.ACCEPTED, [Status.SENT, Status.FAILED], "failed"),
        (Status.ACCEPTED, [Status.FAILED, Status.DELIVERED], "delivered"),
        (Status.FAILED, [], "failed"),
        (Status.UNCONFIRMED, [], "unconfirmed"),
    ],
)
def test_a_reply_is_counted_by_how_far_it_has_come(bridge, status, receipts, column):
    bridge.accept("m1", book=Book.OUT)
    work = bridge.say("m1#0", verb=Verb.DELIVER)
    bridge.store.commit(WorkDone(work))
    bridge.end(work, status)
    bridge.learn("mid", *receipts, work=work)
    assert counted(bridge.verify()) == {"out.received": 1, f"out.{column}": 1}


@pytest.mark.parametrize(
    ("work", "column", "good"),
    [
        ({}, "pending", True),
        ({"stage": Stage.STARTED}, "pending", True),
        ({"stage": Stage.UNCONFIRMED}, "unconfirmed", False),
        ({"parked": "no_account"}, "parked", False),
    ],
)
def test_a_reply_with_open_work_is_counted_by_its_stage(bridge, work, column, good):
    bridge.accept("m1", book=Book.OUT)
    bridge.say("m1#0", verb=Verb.DELIVER, **work)
    books = bridge.verify()
    assert counted(books) == {"out.received": 1, f"out.{column}": 1}
    assert books.is_good_news is good


def test_a_reply_with_neither_work_nor_an_end_is_lost(bridge):
    bridge.accept("m1", book=Book.OUT)
    bridge.store.commit(WorkDone(bridge.say("m1#0", verb=Verb.DELIVER)))
    assert counted(bridge.verify()) == {"lost": 1, "out.received": 1}


def test_receipts_of_other_messages_are_no_end_of_a_send(bridge):
    bridge.accept("m1", book=Book.OUT)
    bridge.store.commit(WorkDone(bridge.say("m1#0", verb=Verb.DELIVER)))
    bridge.learn("another", Status.READ)
    assert counted(bridge.verify()) == {"lost": 1, "out.received": 1}


def test_a_reply_that_never_arrived_is_lost(bridge):
    bridge.accept("m1", book=Book.OUT)
    assert counted(bridge.verify()) == {"lost": 1, "out.received": 1}


def test_a_reply_told_twice_is_one_reply(bridge):
    bridge.accept("m1", book=Book.OUT)
    bridge.accept("m2", book=Book.OUT)
    bridge.say("m1#0", verb=Verb.DELIVER, seen=["m2#0"])
    assert counted(bridge.verify()) == {"out.received": 1, "out.pending": 1}


@pytest.mark.parametrize(
    ("outcome", "column"), [(Outcome.IGNORED, "ignored"), (Outcome.PARKED, "parked")]
)
def test_a_reply_that_is_not_sent_is_counted_as_its_claim_says(bridge, outcome, column):
    bridge.accept("m1", book=Book.OUT)
    bridge.claim("m1#0", outcome, book=Book.OUT)
    assert counted(bridge.verify()) == {"out.received": 1, f"out.{column}": 1}


def test_a_note_to_the_agents_is_no_item(bridge):
    bridge.store.commit(WorkDone(bridge.say("m1#0")))
    bridge.change(sequence=2)
    assert counted(bridge.verify()) == {"received": 1, "forwarded": 1}


def test_an_item_ingested_while_the_queue_is_asked_is_not_lost(bridge):
    class Emptied(MemoryQueue):
        def depth(self) -> int:
            bridge.claim("m1#0", Outcome.RECORDED)
            return super().depth()

    bridge.accept("m1")
    bridge.intake = Emptied(bridge.clock)
    assert counted(bridge.verify()) == {"received": 1, "recorded": 1}


def test_an_item_accepted_while_the_log_is_read_is_not_lost(bridge):
    def log() -> Iterator[Accepted]:
        bridge.accept("m1")
        bridge.claim("m1#0", Outcome.RECORDED)
        yield from bridge.log

    books = verify(log(), intake=[bridge.intake], audit=bridge.audit, now=bridge.clock())
    assert counted(books) == {"received": 1, "recorded": 1}
