"""What every helpdesk tells us: agents' replies once and whole, and never what is not for customers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import registry
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import (
    DeskEventIgnored,
    ReplyWritten,
    TicketChanged,
    TicketMerged,
)
from chalicelib.domain.envelope import Book, Envelope, digest
from chalicelib.domain.ticket import Authenticity, EntryKind
from chalicelib.errors import InvalidSignature, Refused, Replayed, TransientError, Unauthorised
from tests.contract.conformance import (
    CHARACTERS,
    PHOTO,
    RECEIVED_AT,
    entry,
    events,
    opening,
    replies,
)
from tests.desks.bench import DESK, NEW, OLD, OTHER, Bench, SeenFile

pytestmark = pytest.mark.integration


def now() -> int:
    return time.time_ns() // 1_000_000


def test_a_reply_comes_with_its_ticket_its_words_and_who_wrote_it(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    text = "Your order left today.\nHave a nice day 🎁 <b>{{ 7*7 }}</b>"
    (told,) = replies(bench, bench.reply(ticket.id, text))
    assert told.ticket_id == ticket.id
    assert told.text == text
    assert told.agent
    assert told.comment_id
    assert not told.foreign


def test_a_reply_is_counted_as_outgoing_in_the_lane_of_its_ticket(bench: Bench):
    ticket, other = bench.helpdesk.create(opening()), bench.helpdesk.create(opening())
    items = [
        item
        for webhook in (*bench.reply(ticket.id, "hi"), *bench.reply(other.id, "hi"))
        for item in bench.helpdesk.split(json.loads(webhook.body))
        if item.book is Book.OUT
    ]
    assert len(items) == 2
    assert len({item.lane for item in items}) == 2
    again = [
        item.lane
        for webhook in bench.reply(ticket.id, "again")
        for item in bench.helpdesk.split(json.loads(webhook.body))
        if item.book is Book.OUT
    ]
    assert again == [items[0].lane]


def test_every_reply_has_a_key_of_its_own_and_the_same_one_whenever_it_comes(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    webhooks = [bench.reply(ticket.id, "ok"), bench.reply(ticket.id, "ok")]
    keys = [[event.key for event in replies(bench, each)] for each in webhooks]
    assert keys == [[event.key for event in replies(bench, each)] for each in webhooks]
    assert len({key for each in keys for key in each}) == 2


def test_files_of_a_reply_can_be_had(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    sent = SeenFile("photo.png", PHOTO.content)
    (told,) = replies(bench, bench.reply(ticket.id, "see", files=[sent]))
    (file,) = told.files
    location = bench.helpdesk.locate(file)
    assert (file.name, bench.fetch(location.url, location.headers)) == sent
    assert not file.problem


@pytest.mark.parametrize(
    "url", ["", "a.pdf", "file:///etc/passwd", "https://evil.test/a", "http://169.254.169.254/"]
)
def test_a_file_that_is_not_the_desks_is_not_fetched(bench: Bench, url: str):
    ticket = bench.helpdesk.create(opening())
    sent = SeenFile("photo.png", PHOTO.content)
    (told,) = replies(bench, bench.reply(ticket.id, "see", files=[sent]))
    with pytest.raises(Refused):
        bench.helpdesk.locate(replace(told.files[0], url=url))


def test_a_private_note_never_leaves(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    assert replies(bench, bench.note(ticket.id, "for us only")) == []
    said = bench.webhook(ticket_id=ticket.id, comment_id="77", text="for us only", private=True)
    for item in bench.helpdesk.split(said):
        event = bench.helpdesk.parse(item.raw, received_at=1)
        assert isinstance(event, DeskEventIgnored)
        assert "for us only" not in repr(event)


def test_nothing_that_we_write_comes_back_as_a_reply(bench: Bench):
    bench.echoes()
    ticket = bench.helpdesk.create(opening())
    for kind in EntryKind:
        bench.helpdesk.append(ticket.id, entry(f"our {kind}", ticket, kind))
    # An agent's reply is the last thing that is told, so that nothing is still to come behind it.
    last = bench.reply(ticket.id, "the agent's")
    echoed = [event for event in replies(bench, bench.echoes()) if event.ticket_id == ticket.id]
    assert [event.text for event in echoed] == []
    assert [event.text for event in replies(bench, last)] == ["the agent's"]


def test_closing_and_opening_is_told(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    closed = [e for e in events(bench, bench.close(ticket.id)) if isinstance(e, TicketChanged)]
    opened = [e for e in events(bench, bench.reopen(ticket.id)) if isinstance(e, TicketChanged)]
    assert [(e.ticket_id, e.status) for e in closed] == [(ticket.id, TicketStatus.CLOSED)]
    assert [(e.ticket_id, e.status) for e in opened] == [(ticket.id, TicketStatus.OPEN)]
    assert closed[0].key != opened[0].key


def test_a_removed_ticket_is_told_or_met(bench: Bench):
    if not bench.removes:
        return
    ticket = bench.helpdesk.create(opening())
    told = events(bench, bench.remove(ticket.id))
    gone = [e.ticket_id for e in told if isinstance(e, TicketChanged)]
    assert gone in ([], [ticket.id])


def test_a_merged_ticket_is_told_with_the_one_that_took_it_over(bench: Bench):
    if not bench.merges:
        return
    kept, merged = bench.helpdesk.create(opening()), bench.helpdesk.create(opening())
    told = events(bench, bench.merge(merged.id, into=kept.id))
    for event in told:
        if isinstance(event, TicketMerged):
            assert (event.ticket_id, event.into) == (merged.id, kept.id)
            assert kept.id in event.url


def test_a_reply_in_a_ticket_of_the_desks_own_is_known_to_be_so_or_left_to_us(bench: Bench):
    own = bench.open("An agent's own ticket")
    for told in replies(bench, bench.reply(own, "an answer by mail")):
        assert told.ticket_id == own


# --- genuine or not


def body_of(bench: Bench) -> bytes:
    return json.dumps(bench.webhook(ticket_id="1", comment_id="2", text="ciao è")).encode()


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_while_a_secret_is_rotated_both_are_taken(bench: Bench, secret: str):
    body = body_of(bench)
    bench.helpdesk.verify(body, bench.sign(body, secret=secret))


def test_a_secret_of_nobody_is_not_taken(bench: Bench):
    body = body_of(bench)
    with pytest.raises(InvalidSignature):
        bench.helpdesk.verify(body, bench.sign(body, secret=OTHER))


def test_without_a_secret_nothing_is_taken(bench: Bench):
    body = body_of(bench)
    headers = bench.sign(body, secret=NEW)
    try:
        for values in ((), ("",), ("whsec_",)):
            bench.secrets.put(f"desks/{DESK}", "webhook_secrets", *values)
            with pytest.raises(InvalidSignature):
                bench.helpdesk.verify(body, headers)
    finally:
        bench.secrets.put(f"desks/{DESK}", "webhook_secrets", NEW, OLD)


def test_a_garbled_secret_does_not_shut_out_a_good_one(bench: Bench):
    body = body_of(bench)
    headers = bench.sign(body, secret=NEW)
    odd = ("", "whsec_", "whsec_è", "whsec_a", "\ud800")
    try:
        bench.secrets.put(f"desks/{DESK}", "webhook_secrets", *odd, NEW)
        bench.helpdesk.verify(body, headers)
    finally:
        bench.secrets.put(f"desks/{DESK}", "webhook_secrets", NEW, OLD)


GARBAGE = st.one_of(
    st.text(CHARACTERS, max_size=40),
    st.sampled_from(["v1,", "v1,é", "v1", ",", "nan", "inf", "-1", "9" * 400, "v2,AAAA", "sha1="]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_other_value_of_a_header_is_not_taken(bench: Bench, data: st.DataObject):
    body = body_of(bench)
    headers = bench.sign(body, secret=NEW)
    name = data.draw(st.sampled_from(sorted(headers)))
    value = data.draw(GARBAGE)
    if value == headers[name]:
        return
    with pytest.raises(InvalidSignature):
        bench.helpdesk.verify(body, headers | {name: value})


def test_a_changed_body_is_not_taken(bench: Bench):
    if bench.helpdesk.promise.authenticity is Authenticity.COMES_ALONG:
        return
    body = body_of(bench)
    headers = bench.sign(body, secret=NEW)
    for changed in (body + b" ", body.replace(b"ciao", b"Ciao"), b"", b"\xff\xfe"):
        with pytest.raises(InvalidSignature):
            bench.helpdesk.verify(changed, headers)


def test_a_missing_or_garbled_header_is_not_taken(bench: Bench):
    body = body_of(bench)
    headers = bench.sign(body, secret=NEW)
    with pytest.raises(InvalidSignature):
        bench.helpdesk.verify(body, {})
    for name in headers:
        without = {k: v for k, v in headers.items() if k != name}
        for garbled in (without, *({**headers, name: odd} for odd in ("", "é", "\ud800", "v1,,"))):
            with pytest.raises(InvalidSignature):
                bench.helpdesk.verify(body, garbled)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_future_webhook_was_sent_before(bench: Bench, minutes: int):
    timeless = (Authenticity.COMES_ALONG, Authenticity.SIGNED_TIMELESS)
    if bench.helpdesk.promise.authenticity in timeless:
        return
    body = body_of(bench)
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(Replayed):
        bench.helpdesk.verify(body, bench.sign(body, secret=NEW, at=at))
    with pytest.raises(InvalidSignature):
        bench.helpdesk.verify(body, bench.sign(body, secret=OTHER, at=at))


def test_while_the_secrets_cannot_be_asked_nothing_is_decided(bench: Bench):
    body = body_of(bench)
    headers = bench.sign(body, secret=NEW)
    bench.secrets.down = True
    try:
        with pytest.raises(TransientError):
            bench.helpdesk.verify(body, headers)
    finally:
        bench.secrets.down = False


# --- odd ones

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS), inner, max_size=3)
    ),
    max_leaves=6,
)
ODD: list[object] = [
    *("\ud83d", "a\udc00b", "x" * 10_000, "", " ", "a:b\n", 10**300, -1, 1.5, True, None),
    {},
    [],
    [{}],
]


def check(bench: Bench, body: Mapping[str, Any]) -> None:
    """A body is split into items that can travel, and each means something, the same each time."""
    for item in bench.helpdesk.split(body):
        digest(item.lane)
        sent = Envelope(source="desk:d", received_at=1, items=[item.raw], book=item.book).encode()
        raw = Envelope.decode(sent).items[0]
        event = bench.helpdesk.parse(raw, received_at=RECEIVED_AT)
        assert 0 < len(event.key.encode()) < 1000
        assert event.key == bench.helpdesk.parse(raw, received_at=RECEIVED_AT).key
        assert item.book is Book.OUT or not isinstance(event, ReplyWritten)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.dictionaries(st.text(CHARACTERS), JSON, max_size=4),
    said=st.dictionaries(
        st.sampled_from(["ticket_id", "comment_id", "text", "agent"]), JSON, max_size=4
    ),
)
def test_any_body_is_split_into_items_that_can_travel_and_mean_something(
    bench: Bench, body: dict[str, Any], said: dict[str, Any]
):
    assert bench.helpdesk.split(body)
    check(bench, body)
    check(bench, bench.webhook(**said))
    check(bench, {**bench.webhook(**said), **body})


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:12])
@pytest.mark.parametrize("field", ["ticket_id", "comment_id", "text", "agent"])
def test_an_odd_value_costs_no_more_than_itself(bench: Bench, field: str, odd: object):
    said = {"ticket_id": "1", "comment_id": "2", "text": "hello"} | {field: odd}
    check(bench, bench.webhook(**said))


# --- what was never told


def test_what_agents_answered_can_be_asked_for(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    bench.reply(ticket.id, "too long ago")
    bench.let_pass(2)
    since = now()
    bench.helpdesk.append(ticket.id, entry("the customer's", ticket))
    bench.helpdesk.append(ticket.id, entry("outside", ticket, EntryKind.OUTSIDE))
    bench.note(ticket.id, "a note")
    webhooks = [bench.reply(ticket.id, text) for text in ("first", "second\nline")]
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    recalled = bench.helpdesk.recall(since=since)
    if recalled is None:
        return
    told = [
        bench.helpdesk.parse(item.raw, received_at=1)
        for body in recalled
        for item in bench.helpdesk.split(body)
    ]
    ours = [each for each in told if isinstance(each, ReplyWritten) and each.ticket_id == ticket.id]
    assert [each.text for each in ours][:2] == ["second\nline", "first"]
    assert "outside" not in [each.text for each in ours]
    keys = [event.key for each in reversed(webhooks) for event in replies(bench, each)]
    assert [each.key for each in ours][:2] == keys


def test_a_desk_that_is_down_tells_that_it_is_not_reached_or_nothing_at_all(bench: Bench):
    with bench.is_down():
        told = bench.helpdesk.recall(since=now())
        if told is not None:
            with pytest.raises(TransientError) as raised:
                next(told)
            assert not isinstance(raised.value, Unauthorised)


def test_every_helpdesk_has_a_bench():
    from tests.desks.bench import bench_of

    for name in registry.helpdesk_names():
        assert bench_of(name) is not None
