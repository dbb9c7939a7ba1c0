"""Whose name a ticket carries, and what else introduces a customer."""

from __future__ import annotations

import pytest

from chalicelib.domain.content import FileKind
from chalicelib.errors import AmbiguousError, Gone, Refused, TransientError
from tests.builders import message, names

ANNA = names("anna")[0][1]
PICTURE = "https://platform.test/anna.jpg"


def test_a_name_that_messages_do_not_carry_is_asked_for_once_when_the_ticket_is_made(world):
    world.channel.names[names("anna")[0][1]] = "Anna Bell"
    world.hear(message("hello", name=""), message("again", name=""))
    world.run_until_quiet()
    assert "Anna Bell" in world.ticket().opening.subject
    assert world.conversation().contact.name == "Anna Bell"


def test_a_customer_whose_name_nobody_tells_is_somebody_on_the_channel(world):
    world.hear(message("hello", name=""))
    world.run_until_quiet()
    assert "a customer on" in world.ticket().opening.subject
    assert world.conversation().contact.name == ""


@pytest.fixture
def anna(world):
    """Return the world in which the platform tells what Anna is called and looks like."""
    world.channel.names[ANNA], world.channel.pictures[ANNA] = "Anna Bell", PICTURE
    return world


def shown_files(world) -> list[list[str]]:
    return [[file.name for file in each.entry.files] for each in world.ticket().entries]


def test_a_new_ticket_shows_what_the_customer_looks_like_and_no_copy_of_that_is_kept(anna):
    anna.hear(message("hello", name=""))
    anna.run_until_quiet()
    (entry,) = anna.ticket().entries
    assert entry.entry.text == "hello"
    (picture,) = entry.entry.files
    assert picture.kind is FileKind.PORTRAIT
    assert picture.content == f"what is at {PICTURE}".encode()
    assert anna.media.objects == {}


def test_a_customer_is_asked_for_once_and_their_further_messages_cost_nothing_more(anna):
    anna.hear(message("hello", name=""))
    anna.run_until_quiet()
    anna.hear(message("and another thing", name=""))
    anna.run_until_quiet()
    assert len(anna.channel.asked_for) == 1
    assert len(anna.media.fetched) == 1
    assert shown_files(anna) == [["profile picture.bin"], []]


def test_who_has_a_name_is_not_asked_for(anna):
    anna.hear(message("hello"))
    anna.run_until_quiet()
    assert anna.channel.asked_for == []
    assert shown_files(anna) == [[]]


def test_beside_a_customers_own_pictures_there_is_none_of_them(anna):
    anna.hear(message("look", name="", files=["cat.jpg"]))
    anna.run_until_quiet()
    assert shown_files(anna) == [["cat.jpg"]]
    assert anna.conversation().contact.name == "Anna Bell"


@pytest.mark.parametrize(
    "error",
    [TransientError("late"), AmbiguousError("cut"), Gone("no more"), Refused("file_elsewhere")],
    ids=lambda error: type(error).__name__,
)
def test_a_picture_that_cannot_be_had_is_not_missed(anna, error):
    anna.media.faults.plan("fetch", error, times=9)
    anna.hear(message("hello", name=""))
    anna.run_until_quiet()
    assert anna.ticket().texts() == ["hello"]
    assert shown_files(anna) == [[]]
    assert "Anna Bell" in anna.ticket().opening.subject


def test_a_desk_that_takes_no_pictures_gets_the_message_without_one(anna):
    anna.desk.faults.plan("create", Refused("file_refused"))
    anna.hear(message("hello", name=""))
    anna.run_until_quiet()
    assert anna.ticket().texts() == ["hello"]
    assert shown_files(anna) == [[]]
    assert anna.parked_work() == []


def test_a_ticket_whose_making_was_in_doubt_shows_the_picture_once(anna):
    anna.desk.faults.plan("create", AmbiguousError("cut"), performed=True)
    anna.hear(message("hello", name=""))
    anna.run_until_quiet()
    assert shown_files(anna) == [["profile picture.bin"]]
    assert len(anna.media.fetched) == 1
    assert anna.media.objects == {}


def test_a_picture_of_which_our_copy_cannot_be_deleted_holds_up_nothing(anna):
    anna.media.faults.plan("forget", TransientError("S3"))
    anna.hear(message("hello", name=""), message("more", name=""))
    anna.run_until_quiet()
    assert anna.ticket().texts() == ["hello", "more"]
    assert anna.open_work() == []
