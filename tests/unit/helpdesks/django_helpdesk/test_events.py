"""What a desk's webhooks become: items that can travel, and events with a key."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.account import Desk
from chalicelib.domain.desk_events import (
    DeskEventIgnored,
    ReplyWritten,
    TicketChanged,
    TicketMerged,
)
from chalicelib.domain.envelope import Book, Envelope, digest
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.django_helpdesk.helpdesk import DjangoHelpdesk
from tests.fakes.secrets import MemorySecrets

PAYLOADS = Path(__file__).parents[3] / "payloads" / "django_helpdesk"
RECEIVED_AT = 1763600000000
CHARACTERS = st.characters(exclude_categories=[])  #: all there are, halves of pairs included


def open_helpdesk(desk: str = "d") -> Helpdesk:
    row = Desk(id=desk, helpdesk="django_helpdesk", url="http://desk.test", options={"queue": "1"})
    return DjangoHelpdesk(desk=row, secrets=MemorySecrets())


@pytest.fixture
def helpdesk() -> Helpdesk:
    return open_helpdesk()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(CHARACTERS), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "ticket_id",
    "comment_id",
    "conversation_id",
    "text",
    "agent",
    "attachments",
    "status",
    "public",
    "private",
    "into",
    "by",
]
TYPES = ("reply.send", "ticket.status", "ticket.deleted", "ticket.merged")
BODIES = st.one_of(
    st.dictionaries(st.text(CHARACTERS), JSON, max_size=4),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(TYPES) | JSON,
            "timestamp": st.datetimes().map(datetime.isoformat) | JSON,
            "data": st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6) | JSON,
        },
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(body=BODIES)
def test_any_body_is_split_into_items_that_can_travel_and_mean_something(
    helpdesk: Helpdesk, body: dict[str, Any]
):
    items = helpdesk.split(body)
    assert items
    for item in items:
        digest(item.lane)
        sent = Envelope(source="desk:d", received_at=1, items=[item.raw], book=item.book).encode()
        raw = Envelope.decode(sent).items[0]
        event = helpdesk.parse(raw, received_at=RECEIVED_AT)
        assert event.key
        assert event.key == helpdesk.parse(raw, received_at=RECEIVED_AT).key
        event.key.encode()
        assert len(event.key) < 1000
        is_reply = isinstance(event, ReplyWritten)
        assert item.book is Book.OUT or not is_reply


@pytest.mark.parametrize(
    "odd",
    ["\ud83d", "a\udc00b", "x" * 10_000, "", " ", "a:b\n", 10**300, -1, 1.5, True, None, {}],
    ids=lambda odd: repr(odd)[:12],
)
@pytest.mark.parametrize("kind", ["reply.send", "ticket.status", "ticket.deleted"])
def test_an_odd_id_still_gives_a_lane_and_a_key_that_can_be_stored(
    helpdesk: Helpdesk, kind: str, odd: object
):
    data = {"ticket_id": odd, "comment_id": odd, "conversation_id": odd, "status": "open"}
    (item,) = helpdesk.split({"type": kind, "data": data})
    key = helpdesk.parse(item.raw, received_at=RECEIVED_AT).key
    for text in (item.lane, key):
        assert len(text.encode("utf-8")) < 1000


def examples() -> list[dict[str, Any]]:
    paths = sorted(PAYLOADS.glob("*.json"))
    return [json.loads(p.read_text()) for p in paths if not p.name.endswith(".expected.json")]


def test_every_kind_of_event_has_an_example(helpdesk: Helpdesk):
    events = [helpdesk.parse(raw, received_at=RECEIVED_AT) for raw in examples()]
    assert {type(event) for event in events} == {
        ReplyWritten,
        TicketChanged,
        TicketMerged,
        DeskEventIgnored,
    }


def test_the_same_fact_has_the_same_key_whenever_it_comes(helpdesk: Helpdesk):
    for raw in examples():
        (item,) = helpdesk.split(raw)
        event = helpdesk.parse(item.raw, received_at=RECEIVED_AT)
        if "timestamp" in raw or isinstance(event, ReplyWritten):
            again = json.loads(json.dumps(raw))
            assert helpdesk.parse(again, received_at=RECEIVED_AT + 5000).key == event.key


def status(ticket: str, word: str, *, second: int) -> dict[str, Any]:
    return {
        "type": "ticket.status",
        "timestamp": f"2026-01-01T00:00:0{second}Z",
        "data": {"ticket_id": ticket, "status": word},
    }


def test_different_facts_have_different_keys(helpdesk: Helpdesk):
    bodies: list[dict[str, Any]] = [
        {"type": "reply.send", "data": {"ticket_id": "1", "comment_id": "2", "text": "a"}},
        {"type": "reply.send", "data": {"ticket_id": "1", "comment_id": "3", "text": "a"}},
        {"type": "reply.send", "data": {"ticket_id": "1", "text": "a"}},
        {"type": "reply.send", "data": {"ticket_id": "1", "text": "b"}},
        status("1", "closed", second=0),
        status("1", "open", second=0),
        status("1", "closed", second=1),
        status("2", "closed", second=0),
        {"type": "ticket.deleted", "data": {"ticket_id": "1"}},
        {"type": "ticket.merged", "data": {"ticket_id": "1", "into": "2"}},
    ]
    keys = [helpdesk.parse(body, received_at=RECEIVED_AT).key for body in bodies]
    assert len(set(keys)) == len(keys)


def test_items_of_one_ticket_share_a_lane_and_no_other_does(helpdesk: Helpdesk):
    reply = {"type": "reply.send", "data": {"ticket_id": 1, "text": "a"}}
    closed = {"type": "ticket.status", "data": {"ticket_id": "1", "status": "closed"}}
    others = [
        {"type": "reply.send", "data": {"ticket_id": "2", "text": "a"}},
        {"type": "reply.send", "data": {"conversation_id": "c-9", "text": "a"}},
        {"type": "reply.send", "data": {"text": "a"}},
    ]
    lane = helpdesk.split(reply)[0].lane
    assert helpdesk.split(closed)[0].lane == lane
    elsewhere = open_helpdesk("e")
    lanes = {lane, elsewhere.split(reply)[0].lane, *(helpdesk.split(o)[0].lane for o in others)}
    assert len(lanes) == 5


def test_a_reply_is_counted_as_outgoing_and_the_rest_as_the_desks(helpdesk: Helpdesk):
    assert helpdesk.split({"type": "reply.send"})[0].book is Book.OUT
    assert helpdesk.split({"type": "ticket.status"})[0].book is Book.DESK
    assert helpdesk.split({})[0].book is Book.DESK


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flag=st.sampled_from([{"public": False}, {"private": True}]),
    fields=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
)
def test_a_private_note_never_leaves(
    helpdesk: Helpdesk, flag: dict[str, bool], fields: dict[str, Any]
):
    body = {"type": "reply.send", "data": fields | {"text": "for us only"} | flag}
    for item in helpdesk.split(body):
        event = helpdesk.parse(item.raw, received_at=RECEIVED_AT)
        assert isinstance(event, DeskEventIgnored)
        assert "for us only" not in repr(event)


@pytest.mark.parametrize(
    "data",
    [{"text": "a"}, {"ticket_id": "1"}, {"ticket_id": "1", "text": ""}, {}, [], None],
    ids=repr,
)
def test_a_reply_is_never_ignored_however_little_it_says(helpdesk: Helpdesk, data: object):
    event = helpdesk.parse({"type": "reply.send", "data": data}, received_at=RECEIVED_AT)
    assert isinstance(event, ReplyWritten)
    assert event.occurred_at == RECEIVED_AT
