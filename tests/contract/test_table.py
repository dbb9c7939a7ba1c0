"""How every implementation of the Table port reads, the fake and DynamoDB as ministack plays it."""

from __future__ import annotations

import time
from enum import StrEnum

import pytest

from chalicelib.errors import ScriptaError
from chalicelib.storage.table import Delete, Table, Update
from tests.contract.tables import BESIDE, KEY, put, read, stored

PATIENCE = 10.0  #: seconds after which the index has caught up with a write


class Colour(StrEnum):
    RED = "red"


# Reading by key


def test_no_keys_give_no_rows(table):
    assert table.get([]) == {}


@pytest.mark.parametrize("count", [1, 2, 100])
def test_each_row_asked_for_comes_back_under_its_key(table, count):
    keys = [("P", f"S#{number}") for number in range(count)]
    for number, key in enumerate(keys):
        put(table, key, n=number)
    expected = {key: stored(key, {"n": number}) for number, key in enumerate(keys)}
    assert table.get(keys) == expected


@pytest.mark.parametrize("others", [[], [BESIDE]], ids=["alone", "among others"])
def test_a_row_that_is_not_there_is_missing_from_the_answer(table, others):
    for key in others:
        put(table, key)
    assert table.get([KEY, *others]) == {key: stored(key, {}) for key in others}


def test_a_key_named_twice_is_read_once(table):
    put(table, KEY, n=1)
    assert table.get([KEY, KEY]) == {KEY: stored(KEY, {"n": 1})}


def test_what_was_read_is_the_readers_own(table):
    put(table, KEY, list=["a"])
    row = read(table, KEY)
    assert row
    row["list"].append("b")
    assert read(table, KEY) == stored(KEY, {"list": ["a"]})


def test_what_was_written_can_be_changed_by_its_writer_without_effect(table):
    mine = ["a"]
    put(table, KEY, list=mine)
    mine.append("b")
    assert read(table, KEY) == stored(KEY, {"list": ["a"]})


# Values


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text",
        "0",
        "\u00e8 \U0001f600 \x00 \n",
        0,
        1,
        -1,
        1_700_000_000_000,
        -(2**63),
        10**37 + 1,
        True,
        False,
        [],
        ["a", 1, True, [], {}],
        {},
        {"a": {"b": [{"c": ""}]}, "": 1},
        {"a"},
        {"a", "b", "\u00e8"},
    ],
    # A set's repr differs from process to process.
    ids=lambda value: repr(sorted(value) if isinstance(value, set) else value)[:20],
)
def test_a_value_comes_back_as_it_was_written(table, value):
    put(table, KEY, value=value)
    row = read(table, KEY)
    assert row
    assert row["value"] == value
    assert type(row["value"]) is type(value)
    table.write([Update(key=KEY, put={"value": "other"})])
    table.write([Update(key=KEY, put={"value": value})])
    assert read(table, KEY) == row


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Colour.RED, "red"),
        ([Colour.RED], ["red"]),
        ({"colour": Colour.RED}, {"colour": "red"}),
        (frozenset({Colour.RED}), {"red"}),
        (("a", "b"), ["a", "b"]),
    ],
    ids=repr,
)
def test_a_value_of_our_own_type_comes_back_as_the_plain_value_it_is(table, value, plain):
    put(table, KEY, value=value)
    row = read(table, KEY)
    assert row
    assert row["value"] == plain
    assert type(row["value"]) is type(plain)


@pytest.mark.parametrize("value", [1.5, frozenset(), 1j], ids=repr)
def test_a_value_that_cannot_be_stored_is_a_bug_and_no_weather(table, value):
    with pytest.raises(Exception) as caught:
        put(table, KEY, value=value)
    assert not isinstance(caught.value, ScriptaError)
    assert read(table, KEY) is None


# Reading a partition


def test_a_partition_is_read_by_prefix_in_the_order_of_its_sort_keys(table):
    for sort in ["A#2", "A#10", "B#1", "A", "A#1", "a#1"]:
        put(table, ("P", sort))
    put(table, ("Q", "A#3"))
    assert [row["sk"] for row in table.query("P", "A#")] == ["A#1", "A#10", "A#2"]
    assert [row["sk"] for row in table.query("P", "A")] == ["A", "A#1", "A#10", "A#2"]


def test_a_partition_without_such_rows_gives_none(table):
    put(table, ("P", "A"))
    assert table.query("P", "B") == []
    assert table.query("Q", "A") == []


def test_a_partition_of_more_than_one_page_comes_whole(table):
    """A page ends at 1 MB, whatever is asked for."""
    text = "x" * 100_000
    for number in range(25):
        put(table, ("P", f"S#{number:02}"), text=text)
    rows = table.query("P", "S#")
    assert [row["sk"] for row in rows] == [f"S#{number:02}" for number in range(25)]
    assert all(row["text"] == text for row in rows)


@pytest.mark.parametrize("keys", [[("P", str(n)) for n in range(101)]], ids=["too many keys"])
def test_a_look_that_is_wrong_is_a_bug_and_no_weather(table, keys):
    with pytest.raises(Exception) as caught:
        table.get(keys)
    assert not isinstance(caught.value, ScriptaError)


# The sparse index


def waiting(table: Table, partition: str, count: int, **bounds: int) -> list[str]:
    """Return the sort keys that the index gives, once it gives as many as expected."""
    bounds = {"until": 10**15, "most": 100} | bounds
    deadline = time.monotonic() + PATIENCE
    while len(rows := table.waiting(partition, until=bounds["until"], most=bounds["most"])) < count:
        assert time.monotonic() < deadline, "the index does not catch up"
    return [row["sk"] for row in rows]


def test_the_index_gives_the_rows_that_wait_the_oldest_first(table):
    for sort, since in [("b", 20), ("a", 30), ("c", 9)]:
        put(table, ("P", sort), waiting="DUE", waiting_at=since)
    put(table, ("P", "other"), waiting="PARKED", waiting_at=1)
    put(table, ("P", "none"), n=1)
    assert waiting(table, "DUE", 3) == ["c", "b", "a"]
    assert waiting(table, "PARKED", 1) == ["other"]
    assert waiting(table, "DESK#1", 0) == []


def test_the_index_gives_no_row_whose_time_has_not_come(table):
    for since in [0, 10, 11]:
        put(table, ("P", str(since)), waiting="DUE", waiting_at=since)
    assert waiting(table, "DUE", 2, until=10) == ["0", "10"]


def test_the_index_gives_no_more_rows_than_asked_for(table):
    for since in range(5):
        put(table, ("P", str(since)), waiting="DUE", waiting_at=since)
    assert waiting(table, "DUE", 2, most=2) == ["0", "1"]


def test_the_index_gives_as_many_rows_as_asked_for_however_large_they_are(table):
    for since in range(25):
        row = {"waiting": "DUE", "waiting_at": since, "text": "x" * 100_000}
        put(table, ("P", f"{since:02}"), **row)
    assert waiting(table, "DUE", 20, most=20) == [f"{since:02}" for since in range(20)]


def test_a_row_that_waits_no_longer_leaves_the_index(table):
    put(table, ("P", "a"), waiting="DUE", waiting_at=1)
    put(table, ("P", "b"), waiting="DUE", waiting_at=2)
    assert waiting(table, "DUE", 2) == ["a", "b"]
    put(table, ("P", "a"), n=1)
    table.write([Delete(key=("P", "b"))])
    deadline = time.monotonic() + PATIENCE
    while table.waiting("DUE", until=10, most=10):
        assert time.monotonic() < deadline, "the index does not catch up"


def test_the_index_gives_whole_rows(table):
    row = {"waiting": "DUE", "waiting_at": 1, "text": "t", "list": [1]}
    put(table, KEY, **row)
    waiting(table, "DUE", 1)
    assert table.waiting("DUE", until=1, most=1) == [stored(KEY, row)]


# Everything


def test_a_scan_gives_every_row_of_several_pages(table):
    text = "x" * 100_000
    for number in range(25):
        put(table, (f"P#{number}", "S"), text=text)
    assert sorted(row["pk"] for row in table.scan()) == sorted(f"P#{n}" for n in range(25))


def test_a_scan_of_nothing_gives_nothing(table):
    assert list(table.scan()) == []
