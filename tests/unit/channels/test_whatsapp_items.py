"""WhatsApp's webhooks, taken apart: nothing is lost, whatever stands where, and each part is somebody's."""

from __future__ import annotations

import time
from typing import Any, Final, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.envelope import Envelope, compact
from chalicelib.domain.events import (
    AccountChanged,
    ChannelEvent,
    MessageEchoed,
    MessageReceived,
    UnknownEvent,
)
from tests.channels import channel
from tests.fakes.whatsapp import NUMBER, value, webhook
from tests.strategies import IDS, JSON, TEXTS
from tests.webhooks import TIME

Json = dict[str, Any]
RECEIVED_AT: Final = TIME + 900_000
EVENTS: Final = get_args(ChannelEvent)
QUEUE_BYTES: Final = 256 * 1024

#: Each field that has a list of things which are one item each, and that list.
LISTED: Final = {
    "messages": "messages",
    "smb_message_echoes": "message_echoes",
    "calls": "calls",
    "user_preferences": "user_preferences",
    "user_id_update": "user_id_update",
    "group_participants_update": "groups",
}

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def events(body: Json) -> list[tuple[str, ChannelEvent]]:
    speaker = channel("whatsapp")
    return [
        (item.lane, speaker.parse(item.raw, received_at=RECEIVED_AT))
        for item in speaker.split(body)
    ]


# --- anything

_TYPES = st.sampled_from(
    [
        "text",
        "image",
        "location",
        "contacts",
        "interactive",
        "button",
        "order",
        "reaction",
        "system",
        "edit",
        "revoke",
        "unsupported",
        "request_welcome",
        "control_passed",
        "user_changed_user_id",
        "user_changed_number",
        "customer_identity_changed",
        "nfm_reply",
        "payment_method",
        "call",
    ]
)
_LEAVES = st.sampled_from(
    [
        "from",
        "from_user_id",
        "to",
        "to_user_id",
        "wa_id",
        "new_wa_id",
        "user_id",
        "previous_user_id",
        "parent_user_id",
        "id",
        "message_id",
        "original_message_id",
        "phone_number",
        "origin",
        "emoji",
        "body",
        "title",
        "response_json",
        "latitude",
        "longitude",
        "quantity",
        "item_price",
        "event",
        "decision",
        "direction",
        "duration",
        "status",
        "value",
        "category",
        "code",
        "timestamp",
        "new_owner_role",
        "previous_quality_score",
        "group_id",
        "forwarded",
        "product_retailer_id",
        "source_url",
        "name",
    ]
)
_BRANCHES = st.sampled_from(
    [
        "text",
        "image",
        "location",
        "contacts",
        "interactive",
        "nfm_reply",
        "payment_method",
        "call_permission_reply",
        "order",
        "product_items",
        "reaction",
        "edit",
        "revoke",
        "system",
        "message",
        "context",
        "referred_product",
        "referral",
        "errors",
        "pricing",
        "sender",
        "recipient",
        "control_passed",
        "conversation_context",
        "summary",
        "user_id",
        "phones",
        "threads",
        "alert_info",
    ]
)
_LEAF = IDS | TEXTS | JSON | st.just("contact_request") | st.just("US.1")
_THING = st.recursive(
    st.dictionaries(_LEAVES, _LEAF, max_size=5).flatmap(
        lambda leaves: _TYPES.map(lambda type_: {"type": type_, **leaves})
    )
    | JSON,
    lambda inner: st.dictionaries(_BRANCHES, inner | st.lists(inner, max_size=2), max_size=3),
    max_leaves=8,
)
_LISTS = st.sampled_from(
    [
        "messages",
        "message_echoes",
        "statuses",
        "errors",
        "contacts",
        "calls",
        "user_preferences",
        "user_id_update",
        "state_sync",
        "history",
        "groups",
    ]
)
_VALUE = st.dictionaries(_LISTS, st.lists(_THING, max_size=3) | JSON, max_size=4)
_FIELDS = st.sampled_from(
    [
        *LISTED,
        "standby",
        "history",
        "smb_app_state_sync",
        "messaging_handovers",
        "account_update",
        "account_alerts",
        "message_template_quality_update",
        "message_template_status_update",
        "phone_number_quality_update",
        "security",
    ]
)
_CHANGES = st.fixed_dictionaries(
    {"field": _FIELDS | TEXTS},
    optional={"value": (_VALUE | _THING | JSON) | _VALUE.map(lambda inside: {"standby": inside})},
)


@unhurried
@given(changes=st.lists(_CHANGES, max_size=3))
def test_whatever_stands_in_a_field_is_an_event_and_means_the_same_after_the_queue(
    changes: list[Json],
) -> None:
    speaker = channel("whatsapp")
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
    for item in speaker.split(body):
        item.lane.encode()
        event = speaker.parse(item.raw, received_at=RECEIVED_AT)
        f"{event}".encode()
        assert isinstance(event, EVENTS)
        assert len(event.key) <= 1024
        envelope = Envelope(source="channel:whatsapp", received_at=1, items=[item.raw])
        (queued,) = Envelope.decode(envelope.encode()).items
        assert f"{speaker.parse(queued, received_at=RECEIVED_AT)}" == f"{event}"


@unhurried
@given(
    shape=st.lists(
        st.lists(st.tuples(st.sampled_from(sorted(LISTED)), st.integers(1, 4)), max_size=4),
        max_size=4,
    )
)
def test_n_entries_of_m_changes_of_k_things_are_as_many_items_in_their_order(
    shape: list[list[tuple[str, int]]],
) -> None:
    number = iter(range(10_000))
    bodies = [
        webhook(
            *(
                (topic, {LISTED[topic]: [{"id": f"n{next(number)}"} for _ in range(count)]})
                for topic, count in entry
            )
        )
        for entry in shape
    ]
    everything = [one for body in bodies for one in body["entry"]]
    found = channel("whatsapp").split({"object": "whatsapp_business_account", "entry": everything})
    expected = sum(count for entry in shape for _, count in entry)
    assert [item.raw["item"]["id"] for item in found] == [f"n{n}" for n in range(expected)]


def test_ten_thousand_messages_are_ten_thousand_items_in_seconds() -> None:
    said = [
        {"from": f"39{number:010}", "id": f"m{number}", "type": "text", "text": {"body": "x"}}
        for number in range(10_000)
    ]
    cards = [{"wa_id": one["from"], "profile": {"name": one["id"]}} for one in said]
    began = time.monotonic()
    found = events(webhook(("messages", {"contacts": cards, "messages": said})))
    assert time.monotonic() - began < 60  # a second or two, were it not for others on the machine
    assert len(found) == 10_000
    assert all(
        isinstance(event, MessageReceived) and event.contact.name == event.message_id
        for _, event in found
    )


def test_an_import_of_ten_thousand_messages_is_items_that_each_fit_a_queue() -> None:
    old = [{"id": f"h{number}", "text": {"body": "x" * 200}} for number in range(10_000)]
    threads = [{"id": "39333", "messages": old}, {"id": "39444", "messages": []}]
    found = channel("whatsapp").split(
        webhook(("history", {"history": [{"metadata": {"phase": 0}, "threads": threads}]}))
    )
    sizes = [len(compact(item.raw)) for item in found]
    assert max(sizes) < QUEUE_BYTES
    kept = [m for item in found for m in item.raw["item"]["threads"][0]["messages"]]
    assert kept == old
    assert {item.lane for item in found} == {f"whatsapp:{NUMBER}:imports"}


@pytest.mark.parametrize("text", ["\ud800", "a\x00b", "x" * 1_000_000], ids=["lone", "nul", "huge"])
def test_odd_texts_come_out_of_every_content_in_a_form_that_can_be_stored(text: str) -> None:
    contents: list[Json] = [
        {"type": "text", "text": {"body": text}},
        {"type": "location", "location": {"latitude": 1, "longitude": 2, "name": text}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": text}}]},
        {"type": "order", "order": {"text": text, "product_items": []}},
        {
            "type": "interactive",
            "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": {text: text}}},
        },
    ]
    said = [{"from": "39333", "id": f"m{n}", **one} for n, one in enumerate(contents)]
    for _, event in events(webhook(("messages", {"messages": said}))):
        assert isinstance(event, MessageReceived)
        told = f"{event.content}"
        told.encode()
        assert "\\ud800" not in told
        assert "\\x00" not in told
        assert ("\ufffd" in told) == (len(text) < 10)
        assert len(told) >= len(text)


# --- whose


def test_what_another_application_answers_is_in_the_customers_lane_and_never_ours() -> None:
    message = {"from": "39333", "id": "m1", "type": "text", "text": {"body": "x"}}
    nested = {"id": "e1", "message": {"to": "39333", "type": "text", "text": {"body": "y"}}}
    inside = {"messages": [message], "message_echoes": [nested]}
    (lane, received), (lane_of_echo, echoed) = events(webhook(("standby", {"standby": inside})))
    assert lane == lane_of_echo == f"whatsapp:{NUMBER}:39333"
    assert isinstance(received, MessageReceived)
    assert isinstance(echoed, MessageEchoed)
    assert received.standby
    assert echoed.standby


def test_a_handover_is_of_the_number_that_it_names_and_in_the_customers_lane() -> None:
    inside = {
        "sender": {"phone_number": "39333"},
        "recipient": {"phone_number_id": "777"},
        "control_taken": {},
    }
    change = {"field": "messaging_handovers", "value": inside}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    ((lane, event),) = events(body)
    assert lane == "whatsapp:777:39333"
    assert event.account == ("whatsapp", "777")


def test_an_error_that_stands_alone_is_an_alarm_and_one_beside_a_message_is_none() -> None:
    error = {"code": 131000, "title": "Something went wrong"}
    message = {"from": "39333", "id": "m1", "type": "interactive"}
    ((_, alone),) = events(webhook(("messages", {"errors": [error]})))
    assert isinstance(alone, AccountChanged)
    assert alone.kind == "error:131000"
    assert alone.alarm
    _, (_, beside) = events(webhook(("messages", {"messages": [message], "errors": [error]})))
    assert isinstance(beside, AccountChanged)
    assert not beside.alarm
    payment = {"code": 131042}
    _, (_, ours) = events(webhook(("messages", {"messages": [message], "errors": [payment]})))
    assert isinstance(ours, AccountChanged)
    assert ours.alarm


def test_what_is_queued_from_before_a_field_was_known_is_still_an_event() -> None:
    raw = {
        "object": "whatsapp_business_account",
        "entry": {"id": "1", "time": None},
        "field": "standby",
        "metadata": {"phone_number_id": NUMBER},
        "contact": None,
        "kind": "other",
        "item": value({"standby": {"messages": []}}),
    }
    event = channel("whatsapp").parse(raw, received_at=RECEIVED_AT)
    assert isinstance(event, UnknownEvent)
    assert event.kind == "standby"
