"""Reading single fields of a webhook."""

from __future__ import annotations

import json

import pytest

from chalicelib.graph_api import fields


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", "1"),
        (7, "7"),
        (True, ""),
        (1.5, ""),
        (None, ""),
        ({}, ""),
        ("x" * 256, "x" * 256),
        ("x" * 257, ""),
        (10**300, ""),
        ("a\x00", "a\ufffd"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_an_identifier_is_text_or_number_and_never_too_long(value: object, expected: str) -> None:
    assert fields.identifier(value) == expected


@pytest.mark.parametrize("value", ["01JABC-x_1:y.7", "c.0"])
def test_our_own_reference_is_recognised(value: str) -> None:
    assert fields.reference(value) == value


@pytest.mark.parametrize(
    "value",
    [None, 4, "", "words", "a.b", "a b.1", "a.1.", ".1", "a.-1", "a.1\n", "é.1", "a.\u0663"],
    ids=repr,
)
def test_what_somebody_else_put_there_is_no_reference(value: object) -> None:
    assert fields.reference(value) == ""


@pytest.mark.parametrize("value", [True, 1, "1", "true"], ids=repr)
def test_a_flag_may_be_a_word_or_a_number(value: object) -> None:
    assert fields.flag(value)


@pytest.mark.parametrize("value", [False, 0, None, "false", "", [], {}, 2], ids=repr)
def test_anything_else_is_no_flag(value: object) -> None:
    assert not fields.flag(value)


@pytest.mark.parametrize("value", ["x" * 65, "with space", "", None, 3, "a\ud800"], ids=repr)
def test_a_kind_that_cannot_be_counted_by_is_replaced(value: object) -> None:
    assert fields.kind(value, otherwise="other") == "other"
    assert fields.kind("message_edit", otherwise="other") == "message_edit"


def test_json_of_usual_depth_stays_the_same_object() -> None:
    value = {"a": [{"b": [1, 2, {"c": None}]}]}
    assert fields.shallow(value) is value


def test_json_of_absurd_depth_is_cut_and_keeps_what_stands_beside() -> None:
    deep = json.loads('{"a":' * 200 + "1" + "}" * 200)
    cut = fields.shallow({"beside": 1, "deep": deep, "list": [deep]})
    assert cut["beside"] == 1
    assert len(json.dumps(cut)) < 1000


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (45.07, "45.07"),
        (-7, "-7"),
        ("10.50", "10.50"),
        (True, ""),
        (None, ""),
        ("ten", ""),
        ("1e9", ""),
        (float("nan"), ""),
        (1e300, ""),
        ("9" * 30, ""),
        ([1], ""),
    ],
    ids=repr,
)
def test_a_number_is_told_as_it_is_written(value: object, expected: str) -> None:
    assert fields.decimal(value) == expected
