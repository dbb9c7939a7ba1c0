"""Who wrote on WhatsApp."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.channels.whatsapp.people import Cards, aliases, phone

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


def test_a_message_of_nobody_is_the_sole_contacts_only_if_it_came_alone() -> None:
    assert Cards([ANNA]).of({}, alone=True) is ANNA
    assert Cards([ANNA]).of({}, alone=False) is None
    assert Cards([ANNA, BRUNO]).of({}, alone=True) is None
    assert Cards(["odd", None]).of({}, alone=True) is None
