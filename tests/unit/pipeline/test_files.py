"""Files both ways: fetched at once, tried again, and said where they cannot be had or sent."""

from __future__ import annotations

import pytest

from chalicelib.domain.message import Status
from chalicelib.errors import AmbiguousError, Gone, Refused, TransientError
from chalicelib.pipeline.replies import MOST_FILES
from tests.builders import message, reply
from tests.fakes.faults import ALWAYS
from tests.fakes.world import World


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def attached(world: World) -> list[str]:
    return [file.name for entry in world.ticket().entries for file in entry.entry.files]


def told(world: World) -> str:
    return world.ticket().texts()[-1]


def test_a_picture_stands_in_the_ticket_with_its_text(world):
    world.hear(message("look", files=["cat.png", "dog.png"]))
    world.run_until_quiet()
    assert world.ticket().texts() == ["look"]
    assert attached(world) == ["cat.png", "dog.png"]


def test_a_picture_without_a_text_says_that_it_is_one(world):
    world.hear(message("", mid="m1", files=["cat.png"]))
    world.run_until_quiet()
    assert world.ticket().texts() == ["[image]"]
    assert attached(world) == ["cat.png"]


def test_a_picture_is_fetched_by_ingest_and_not_again(world):
    world.hear(message("look", files=["cat.png"]))
    world.pump("ingest")
    assert len(world.media.fetched) == 1
    world.run_until_quiet()
    assert len(world.media.fetched) == 1


def test_a_second_copy_of_a_message_fetches_nothing(world):
    for _ in range(2):
        world.hear(message("look", files=["cat.png"]))
        world.run(600)
    assert len(world.media.fetched) == 1
    assert attached(world) == ["cat.png"]


def test_what_could_not_be_fetched_at_once_is_tried_again_and_attached(world):
    world.media.faults.plan("fetch", TransientError("busy"))
    world.hear(message("look", files=["cat.png"]))
    world.run_until_quiet()
    assert attached(world) == ["cat.png"]
    assert world.ticket().texts() == ["look"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Refused("file_gone"), "no longer there"),
        (Gone("404"), "no longer there"),
        (TransientError("down"), "could not be fetched"),
        (AmbiguousError("cut"), "could not be fetched"),
    ],
)
def test_what_cannot_be_had_is_said_and_the_message_still_goes(world, fault, said):
    world.media.faults.plan("fetch", fault, times=10)
    world.hear(message("look", files=["cat.png"]))
    world.run_until_quiet()
    assert attached(world) == []
    assert told(world).startswith("look\n[image missing: ")
    assert said in told(world)


def test_a_file_that_the_desk_refuses_is_said_and_the_text_still_goes(world):
    world.desk.faults.plan("create", Refused("desk_refused"))
    world.hear(message("look", files=["cat.png"]))
    world.run_until_quiet()
    assert attached(world) == []
    assert "did not take the file" in told(world)
    assert world.parked_work() == []


def test_a_lost_answer_to_a_write_with_files_is_looked_up_and_not_written_twice(world):
    world.desk.faults.plan("create", AmbiguousError("cut"), performed=True)
    world.hear(message("", mid="m1", files=["cat.png"]))
    world.run_until_quiet()
    assert world.ticket().texts() == ["[image]"]
    assert len(world.desk.tickets) == 1


def test_a_look_that_is_refused_says_nothing_of_the_entry_which_may_stand(world):
    world.open_ticket("hello")
    world.desk.faults.plan("append", AmbiguousError("cut"), performed=True)
    world.desk.faults.plan("find_entry", Refused("desk_refused"))
    world.hear(message("look", files=["cat.png"]))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "look"]
    assert attached(world) == ["cat.png"]


def test_an_agents_files_follow_the_text_each_as_a_message(world, ticket):
    world.hear_desk(reply(ticket, "see", files=["a.pdf", "b.png"]))
    world.run_until_quiet()
    assert [(m.text, m.file and m.file.name) for m in world.channel.arrived] == [
        ("see", None),
        ("", "a.pdf"),
        ("", "b.png"),
    ]
    assert len({m.reference for m in world.channel.arrived}) == 3


def test_an_agents_file_alone_is_a_reply(world, ticket):
    world.hear_desk(reply(ticket, "", comment="c", files=["a.pdf"]))
    world.run_until_quiet()
    assert [m.file.name for m in world.channel.arrived] == ["a.pdf"]
    assert world.delivery(2).status is Status.ACCEPTED


def test_an_agents_file_that_comes_late_is_sent(world, ticket):
    world.media.faults.plan("fetch", TransientError("busy"))
    world.hear_desk(reply(ticket, "", comment="c", files=["a.pdf"]))
    world.run_until_quiet()
    assert [m.file.name for m in world.channel.arrived] == ["a.pdf"]


def test_an_agents_file_that_cannot_be_had_is_told_to_the_agent(world, ticket):
    world.media.faults.plan("fetch", Refused("file_gone"))
    world.hear_desk(reply(ticket, "see", files=["a.pdf"]))
    world.run_until_quiet()
    assert [m.text for m in world.channel.arrived] == ["see"]
    assert world.delivery(3).status is Status.FAILED
    assert "no longer there" in told(world)
    assert "[a.pdf]" in told(world)


def test_an_agents_file_that_the_channel_refuses_is_told_to_the_agent(world, ticket):
    world.channel.faults.plan("send", Refused("content_not_supported"), text="a.exe")
    world.hear_desk(reply(ticket, "", comment="c", files=["a.exe"]))
    world.run_until_quiet()
    assert world.channel.arrived == []
    assert "could not take this kind" in told(world)


def test_a_file_whose_answer_was_lost_is_never_sent_again(world, ticket):
    world.channel.faults.plan("send", AmbiguousError("cut"), performed=True)
    world.hear_desk(reply(ticket, "", comment="c", files=["a.pdf"]))
    world.run(3600)
    assert [m.file.name for m in world.channel.arrived] == ["a.pdf"]
    assert "may not have arrived" in told(world)


def test_the_kept_file_is_in_hand_even_when_the_store_is_slow_for_a_while(world):
    world.media.faults.plan("attachment", TransientError("S3"), times=2)
    world.hear(message("look", files=["cat.png"]))
    world.run_until_quiet()
    assert attached(world) == ["cat.png"]


def test_what_was_said_is_kept_with_its_files(world):
    world.hear(message("look", files=["cat.png"]))
    world.run_until_quiet()
    kept = [row for row in world.said() if row.content.files]
    assert [file.name for row in kept for file in row.content.files] == ["cat.png"]
    assert all(file.key for row in kept for file in row.content.files)


def test_a_platform_that_says_nothing_about_a_file_for_ever_holds_up_no_message(world):
    world.channel.faults.plan("locate", TransientError("down"), times=ALWAYS)
    world.hear(message("look", files=["cat.png"]), message("next"))
    world.run_until_quiet()
    assert world.ticket().texts()[1] == "next"


def test_of_very_many_files_the_first_are_sent_and_the_agent_is_told(world, ticket):
    world.hear_desk(reply(ticket, "all of them", files=[f"{n}.png" for n in range(40)]))
    world.run_until_quiet()
    assert len(world.channel.arrived) == 1 + MOST_FILES
    assert str(MOST_FILES) in told(world)
