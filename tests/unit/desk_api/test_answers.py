"""What answers and webhooks say, whoever's they are: limits, missing pages, times, fields that lie deep."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import ValidationError

from chalicelib.desk_api import items, signing
from chalicelib.desk_api.api import Api, meaning, said_by_the_api
from chalicelib.desk_api.values import Moment, Payload, Text, at
from chalicelib.errors import Gone, InvalidSignature, TransientError
from tests.fakes.http import FakeHttp, answered


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"ratelimit-reset": "17"}, 17.0),
        ({"retry-after": "5", "ratelimit-reset": "17"}, 5.0),
        ({"ratelimit-reset": "1795167000"}, None),
        ({"ratelimit-reset": "soon"}, None),
        ({"ratelimit-reset": "\u0661"}, None),
    ],
    ids=repr,
)
def test_a_limit_that_was_reached_says_how_long_it_holds(headers, wait):
    error = meaning(answered({}, status=429, headers=headers), wrote=True)
    assert isinstance(error, TransientError)
    assert error.retry_after == wait


def test_a_failure_in_the_middle_of_a_write_is_no_limit():
    error = meaning(answered({}, status=503, headers={"ratelimit-reset": "17"}), wrote=True)
    assert not isinstance(error, TransientError)


@pytest.mark.parametrize(
    ("body", "is_gone"),
    [({"error": "NotThere"}, True), ({"error": "NoSuchPath"}, False), ({}, False), (b"<p>", False)],
    ids=repr,
)
def test_nothing_is_gone_unless_the_api_says_so_in_its_own_word(body, is_gone):
    error = said_by_the_api(Gone("x"), answered(body, status=404), field="error", word="NotThere")
    assert isinstance(error, Gone) == is_gone


def test_a_check_is_a_read_that_does_not_wait_long():
    http = FakeHttp(answered({"user": {"id": 7}}))
    api = Api(url="https://desk.test", credentials=[{}], http=http)
    assert api.check("me", int, within="user.id") == 7


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("1795167000", 1795167000.0),
        ("2026-11-20T09:30:00Z", 1795167000.0),
        ("2026-11-20T09:30:00", 1795167000.0),
        ("2026-11-20T10:30:00+01:00", 1795167000.0),
    ],
)
def test_a_time_that_was_signed_is_a_number_or_a_date(stamp: str, seconds: float):
    assert signing.time_of(stamp) == seconds


@pytest.mark.parametrize("stamp", ["", "yesterday", "\ud800", "9" * 30, "9" * 400, "-1", "\u0661"])
def test_without_a_time_nothing_was_signed(stamp: str):
    with pytest.raises(InvalidSignature):
        signing.time_of(stamp)


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        ("scripta:c-1", "c-1"),
        ("scripta:", ""),
        ("c-1", ""),
        ("", ""),
        (None, ""),
        ({}, ""),
        (7, ""),
    ],
    ids=repr,
)
def test_a_name_of_ours_is_what_stands_behind_our_word(value: object, rest: str):
    assert items.rest(value, items.OURS) == rest


class Deep(Payload):
    """A model whose fields lie deeper than it."""

    name: Annotated[Text, at("a", "b", "name")] = ""
    then: Annotated[Moment, at("a", "then")]


def test_a_field_is_found_within_the_objects_round_it():
    deep = Deep.model_validate({"a": {"b": {"name": "x"}, "then": "2026-11-20T09:30:00Z"}})
    assert (deep.name, deep.then) == ("x", 1795167000000)


@pytest.mark.parametrize("odd", [None, 7, "name", [], ["name"], {"name": {}}], ids=repr)
def test_where_the_objects_are_none_the_field_is_not_there(odd: object):
    assert Deep.model_validate({"a": {"b": odd, "then": 1795167000}}).name == ""


@pytest.mark.parametrize("then", [None, "", "yesterday", [], True, -1], ids=repr)
def test_an_answer_whose_time_is_none_is_not_understood(then: object):
    with pytest.raises(ValidationError):
        Deep.model_validate({"a": {"then": then}})
