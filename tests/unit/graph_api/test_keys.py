"""Keys of events, and lanes."""

from __future__ import annotations

from chalicelib.domain.message import Status
from chalicelib.graph_api import keys


def test_different_facts_about_one_message_have_different_keys() -> None:
    found = [
        keys.message("1"),
        keys.echo("1"),
        *(keys.edited("1", number) for number in (1, 2)),
        keys.deleted("1"),
        keys.reaction("1", "2", "❤", 3),
        keys.comment("1"),
        keys.comment_removed("1"),
        keys.standby(keys.message("1")),
        *(keys.status("1", status) for status in Status),
        keys.status("1", Status.READ, participant="IT.1"),
        keys.call("1", "connect"),
        keys.call("1", "terminate"),
        keys.standby(keys.echo("1")),
        keys.watermark(Status.READ, "1", "2", "1"),
        keys.raw("messenger", "1", item={"mid": "1"}),
    ]
    assert len(set(found)) == len(found)


def test_a_raw_key_depends_on_all_that_is_said_but_not_on_the_order_of_fields() -> None:
    assert keys.raw("a", item={"x": 1, "y": 2}) == keys.raw("a", item={"y": 2, "x": 1})
    assert keys.raw("a", item={"x": 1}) != keys.raw("a", item={"x": 2})
    assert keys.raw("a", item={"x": 1}) != keys.raw("b", item={"x": 1})


def test_receipts_of_a_message_share_a_lane_and_many_messages_share_few() -> None:
    lanes = {keys.receipts_lane("whatsapp", "1", f"wamid.{n}") for n in range(500)}
    assert len(lanes) == 8
    assert keys.receipts_lane("whatsapp", "1", "x") == keys.receipts_lane("whatsapp", "1", "x")
    assert keys.lane("whatsapp", "1", "2") not in lanes


def test_the_traces_of_a_message_are_the_keys_under_which_its_words_were_told() -> None:
    traces = keys.traces("1")
    assert {keys.message("1"), keys.echo("1"), keys.edited("1", 1)} <= set(traces)
    assert keys.deleted("1") not in traces
