"""What adapters tell with: agents' files, changes, fields within objects, titles, signatures."""

from __future__ import annotations

from typing import Annotated

import pytest

from chalicelib.desk_api.events import agents_file, changed, ignored
from chalicelib.desk_api.lines import title
from chalicelib.desk_api.own_fields import own_fields
from chalicelib.desk_api.settings import ticket_fields
from chalicelib.desk_api.signing import password, signed_in_hex
from chalicelib.desk_api.values import Id, Payload, at
from chalicelib.domain.content import FileKind
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import InvalidSignature


def opening(*, name: str = "Ana", subject: str = "Hello", handle: str = "") -> Opening:
    customer = Customer(id="c", name=name, address="a@b.invalid", handle=handle)
    entry = Entry(kind=EntryKind.COMMENT, text="Hello")
    return Opening(
        reference="r",
        subject=subject,
        channel="whatsapp",
        account="1",
        customer=customer,
        entry=entry,
    )


def test_a_file_without_a_name_is_called_by_its_address():
    file = agents_file(url="https://desk.test/a/caf%C3%A9.png?x=/y.pdf", number="7", size=3)
    assert (file.name, file.mime, file.kind) == ("café.png", "image/png", FileKind.IMAGE)
    assert (file.id, file.size, file.problem) == ("7", 3, "")


@pytest.mark.parametrize(
    ("told", "mime"),
    [("Image/PNG; a=b", "image/png"), ("", "application/pdf"), ("?", "application/pdf")],
)
def test_a_type_that_is_told_counts_before_the_name(told: str, mime: str):
    assert agents_file(url="https://desk.test/1", name="a.pdf", mime=told).mime == mime


def test_a_file_without_an_address_cannot_be_had():
    assert agents_file(url="", name="a.pdf").problem == "file_unavailable"


def test_a_ticket_that_changes_twice_is_two_events_and_what_is_ignored_is_known_again():
    keys = {changed("5", TicketStatus.OPEN, "open", at, desk="d", at=1).key for at in "12"}
    assert keys == {"d:ticket:5:open:1", "d:ticket:5:open:2"}
    assert ignored({"a": 1}, "odd", desk="d") == ignored({"a": 1}, "odd", desk="d")
    assert ignored({"a": 1}, "odd", desk="d").key != ignored({"a": 2}, "odd", desk="d").key


def test_only_fields_that_were_chosen_take_something_and_only_something():
    chosen = {"reference_field": 1, "handle_field": 2}
    assert own_fields(opening(), chosen) == {1: "r"}
    assert own_fields(opening(handle="@ana"), chosen) == {1: "r", 2: "@ana"}


@pytest.mark.parametrize(
    ("name", "subject", "shown"),
    [
        ("Ana", "Hello", "Ana: Hello"),
        ("Ana", "From Ana", "From Ana"),
        ("", "Hello\nyou", "Hello you"),
        ("Ana\0", " ", "Ana"),
        ("", "", "whatsapp"),
        ("Ana", "a" * 20, "Ana: aaaaaa…"),
    ],
)
def test_a_title_names_the_customer_once(name: str, subject: str, shown: str):
    assert title(opening(name=name, subject=subject), longest=12) == shown


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "open sesame"),
        ("basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "open sesame"),
        ("Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", ""),
        ("Basic é", ""),
        ("Basic /w==", ""),
        ("Basic", ""),
        ("", ""),
    ],
)
def test_a_password_is_read_and_what_is_none_is_empty(shown: str, said: str):
    assert password({"authorization": shown}) == said


def test_the_fields_of_ours_are_asked_for_alike():
    needed = ticket_fields("id of a field", pattern="[0-9]+", needed=("reference_field",))
    assert [(each.name, each.words, each.required) for each in needed] == [
        ("reference_field", "id of a field for our name", True),
        ("channel_field", "id of a field for the channel", False),
        ("account_field", "id of a field for the account", False),
        ("handle_field", "id of a field for the handle", False),
    ]
    (one,) = ticket_fields("field", pattern="[0-9]+", names=("channel_field",))
    assert (one.name, one.fault("x"), one.fault("7")) == ("channel_field", one.fault("y"), "")


class Within(Payload):
    """Something that stands in an object within another."""

    number: Annotated[Id, at("a", "b", "number")] = ""


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ({"a": {"b": {"number": 7}}}, "7"),
        ({"a": {"b": {"number": [7]}}}, ""),
        ({"a": {"b": {}}, "number": 7}, ""),
        ({"a": {"b": [{"number": 7}]}}, ""),
        ({"a": "b"}, ""),
        ({"a": None}, ""),
        ({}, ""),
    ],
    ids=repr,
)
def test_what_stands_within_objects_is_read_there_and_nowhere_else(told: object, number: str):
    assert Within.model_validate(told).number == number


def test_a_signature_in_digits_names_how_it_was_made():
    # https://datatracker.ietf.org/doc/html/rfc2202#section-3
    said, digest = b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    signed_in_hex(f"sha1={digest}", said, by="sha1", secrets=("another", "Jefe"))
    for shown in (digest, f"sha256={digest}", f"sha1={digest.upper()}", ""):
        with pytest.raises(InvalidSignature):
            signed_in_hex(shown, said, by="sha1", secrets=("Jefe",))
    with pytest.raises(InvalidSignature):
        signed_in_hex(f"sha1={digest}", said, by="sha1", secrets=("",))
