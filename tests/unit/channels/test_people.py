"""Who wrote on WhatsApp."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.channels.whatsapp.people import Cards, after, aliases, before, phone, recipient

ANNA = {"wa_id": "39333", "user_id": "IT.1", "profile": {"name": "Anna"}}
BRUNO = {"wa_id": "39444", "user_id": "IT.2", "profile": {"name": "Bruno"}}


def names(message: dict[str, Any], card: dict[str, Any] | None = None) -> list[str]:
    return [f"{alias.kind}:{alias.value}" for alias in aliases(message, card or {})]


@pytest.mark.parametrize(
    ("message", "card", "expected"),
    [
        ({"from": "39333", "from_user_id": "IT.1"}, {}, ["bsuid:IT.1", "phone:39333"]),
        ({"from": "39333"}, ANNA, ["bsuid:IT.1", "phone:39333"]),
        ({"from_user_id": "IT.1"}, ANNA, ["bsuid:IT.1", "phone:39333"]),
        ({"from": "", "from_user_id": "IT.1"}, {"wa_id": ""}, ["bsuid:IT.1"]),
        ({"from": "IT.1", "from_user_id": "IT.1"}, {"wa_id": "IT.1"}, ["bsuid:IT.1"]),
        ({"from": "IT.ENT.1"}, {}, ["bsuid:IT.ENT.1"]),
        ({}, ANNA, ["bsuid:IT.1", "phone:39333"]),
        ({"from": 39333}, {}, ["phone:39333"]),
        ({"from": "REDACTED"}, {}, []),
        ({"from": ["39333"]}, {"wa_id": None}, []),
    ],
)
def test_the_scoped_id_comes_before_the_number_and_either_may_be_missing(
    message: dict[str, Any], card: dict[str, Any], expected: list[str]
) -> None:
    assert names(message, card) == expected


@pytest.mark.parametrize(
    "value", ["\u0663\u0663", "\u00b2", "39 333", "39333@g.us", "", "+", "1" * 33, None], ids=repr
)
def test_only_ascii_digits_are_a_number(value: object) -> None:
    assert phone(value) == ""
    assert phone("+39333") == "39333"


def test_a_contact_is_found_by_either_id_and_never_by_position() -> None:
    cards = Cards([BRUNO, ANNA])
    assert cards.of({"from": "39333"}, alone=False) is ANNA
    assert cards.of({"from_user_id": "IT.1"}, alone=False) is ANNA
    assert cards.of({"from": "39555"}, alone=True) is None


def test_a_shared_number_with_two_scoped_ids_is_two_people() -> None:
    message = {"from": "39333", "from_user_id": "IT.9"}
    assert Cards([ANNA]).of(message, alone=True) is None


def test_a_message_of_nobody_is_the_sole_contacts_only_if_nobody_is_named_beside_it() -> None:
    assert Cards([ANNA]).of({}, alone=True) is ANNA
    assert Cards([ANNA]).of({}, alone=False) is None
    assert Cards([ANNA, BRUNO]).of({}, alone=True) is None
    assert Cards(["odd", None]).of({}, alone=True) is None


def test_a_parent_id_is_no_name_but_points_at_the_only_contact_that_has_it() -> None:
    child = {"user_id": "IT.5", "parent_user_id": "IT.ENT.5"}
    message = {"from_parent_user_id": "IT.ENT.5"}
    assert names(message) == []
    assert Cards([ANNA, child]).of(message, alone=False) is child
    twin = {"user_id": "IT.6", "parent_user_id": "IT.ENT.5"}
    assert Cards([child, twin]).of(message, alone=False) is None
    assert Cards([ANNA, BRUNO]).of({"from_parent_user_id": ""}, alone=False) is None


@pytest.mark.parametrize(
    ("echo", "card", "expected"),
    [
        ({"from": "1555", "to": "39333"}, {}, ["phone:39333"]),
        ({"from": "1555", "to_user_id": "IT.1"}, ANNA, ["bsuid:IT.1", "phone:39333"]),
        ({"from": "39333", "to": "1555"}, ANNA, ["bsuid:IT.1", "phone:39333"]),
        ({"from": "39333", "to": "39444"}, BRUNO, ["bsuid:IT.2", "phone:39444"]),
        ({"from": "1555"}, {}, []),
    ],
)
def test_an_echo_went_to_whom_it_names_or_to_the_contact_where_its_sides_are_swapped(
    echo: dict[str, Any], card: dict[str, Any], expected: list[str]
) -> None:
    assert [f"{alias.kind}:{alias.value}" for alias in recipient(echo, card)] == expected


@pytest.mark.parametrize(
    ("message", "known", "new"),
    [
        ({"from": "39333", "system": {"wa_id": "39999"}}, ["phone:39333"], ["phone:39999"]),
        ({"from": "39333", "system": {"new_wa_id": "39999"}}, ["phone:39333"], ["phone:39999"]),
        (
            {"system": {"user_id": "IT.9", "previous_user_id": "IT.1"}},
            ["bsuid:IT.1"],
            ["bsuid:IT.9"],
        ),
        (
            {"from": "39333", "from_user_id": "IT.9", "system": {"user_id": "IT.9"}},
            ["phone:39333", "bsuid:IT.9"],
            ["bsuid:IT.9"],
        ),
        (
            {"system": {"user_id": "IT.9", "body": "A changed from IT.1 to IT.9"}},
            [],
            ["bsuid:IT.9"],
        ),
        ({"from": "39333", "system": {"wa_id": "a number"}}, ["phone:39333"], []),
    ],
)
def test_a_change_of_number_or_id_tells_who_it_was_and_how_they_are_called_now(
    message: dict[str, Any], known: list[str], new: list[str]
) -> None:
    assert [f"{a.kind}:{a.value}" for a in before(message, {})] == known
    assert [f"{a.kind}:{a.value}" for a in after(message["system"])] == new
