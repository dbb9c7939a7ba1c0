"""Conversations that another application holds: we listen, and show it all once they are ours."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from chalicelib.domain.content import Content
from chalicelib.errors import TransientError
from tests.builders import control, echo, message, reaction, unsend
from tests.fakes.clock import START

STANDBY = {"standby": True}


def bot(text: str, **facts):
    return echo(text, mid=text, **facts) | STANDBY


def customer(text: str, **facts):
    return message(text, **facts) | STANDBY


def clock(at: int) -> str:
    hours, minutes = divmod(at // 60_000, 60)
    return f"{hours % 24:02}:{minutes:02}"


def test_what_is_said_to_another_application_is_kept_and_opens_no_ticket(world):
    world.hear(customer("hello bot"), bot("hello human"))
    world.run_until_quiet()
    assert world.desk.tickets == []
    assert [said.content.text for said in world.said()] == ["hello bot", "hello human"]
    assert world.conversation().owner == "other"


def test_what_was_said_meanwhile_stands_in_the_ticket_when_it_is_given_back(world):
    world.hear(customer("hello bot"), bot("hello human"))
    world.hear(control("", summary="wants a person", at=START + 1))
    world.run_until_quiet()
    at = clock(START)
    (text,) = world.ticket().texts()
    assert text.split("\n") == [
        "[while another application held this conversation]",
        f"{at} Anna: hello bot",
        f"{at} other application: hello human",
        "wants a person",
    ]
    assert world.conversation().owner == ""


def test_the_first_message_that_is_ours_brings_what_was_said_before(world):
    world.hear(customer("hello bot"))
    world.hear(message("is anybody there?", at=START + 1))
    world.run_until_quiet()
    (text,) = world.ticket().texts()
    assert text.split("\n") == [
        "[while another application held this conversation]",
        f"{clock(START)} Anna: hello bot",
        "is anybody there?",
    ]


def test_what_was_shown_once_is_not_shown_again(world):
    world.hear(customer("hello bot"), control("", at=START + 1))
    world.run_until_quiet()
    world.hear(message("thanks", at=START + 2))
    world.run_until_quiet()
    assert world.ticket().texts()[1:] == ["thanks"]


def test_the_copy_of_a_message_that_comes_when_it_is_ours_is_no_duplicate(world):
    world.hear(customer("hello", mid="m1"))
    world.run_until_quiet()
    world.hear(message("hello", mid="m1", at=START + 1))
    world.run_until_quiet()
    assert world.ticket().texts()[0].endswith("hello")
    assert len(world.said()) == 2


def test_a_file_of_what_was_said_meanwhile_comes_with_the_transcript(world):
    world.hear(customer("look", files=["cat.png"]), control("", at=START + 1))
    world.run_until_quiet()
    (entry,) = world.ticket().entries
    assert [file.name for file in entry.entry.files] == ["cat.png"]


def test_files_of_what_was_said_meanwhile_come_with_the_first_message_that_is_ours(world):
    world.hear(customer("look", files=["cat.png"]))
    world.hear(message("and this", files=["dog.png"], at=START + 1))
    world.run_until_quiet()
    (entry,) = world.ticket().entries
    assert [file.name for file in entry.entry.files] == ["cat.png", "dog.png"]


def test_a_file_of_standby_that_could_be_had_later_is_forgotten_when_it_is_unsent(world):
    secret = customer("look", mid="m1", files=["secret.png"])
    world.media.faults.plan("fetch", TransientError("no answer"))
    world.hear(secret)
    world.run_until_quiet()
    assert world.media.objects == {}
    world.hear(control("", at=START + 1))
    world.run_until_quiet()
    (entry,) = world.ticket().entries
    assert [file.name for file in entry.entry.files] == ["secret.png"]
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert world.media.objects == {}


def test_a_transcript_forgets_a_file_that_had_no_name_until_it_could_be_had(world):
    secret = customer("the secret word", mid="m1", files=[""])
    world.media.faults.plan("fetch", TransientError("no answer"))
    world.hear(secret, control("", at=START + 1))
    world.run_until_quiet()
    assert "the secret word [image]" in world.ticket().texts()[0]
    assert [each.name for each in world.ticket().entries[0].entry.files] == ["image.bin"]
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert "secret" not in f"{list(world.table.scan())}"


def test_what_was_unsent_in_standby_is_not_in_the_transcript(world):
    secret = customer("the secret word", mid="m1")
    world.hear(secret, customer("nothing"), unsend(of=secret), control("", at=START + 1))
    world.run_until_quiet()
    assert "secret" not in f"{list(world.table.scan())}"
    assert "secret" not in world.ticket().texts()[0]
    assert "[message taken back by its sender]" in world.ticket().texts()[0]


def test_an_unsend_after_the_hand_back_leaves_nothing_in_the_kept_transcript(world):
    secret = customer("the secret word", mid="m1", files=["secret.png"])
    world.hear(secret, customer("nothing"), control("", at=START + 1))
    world.run_until_quiet()
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert "secret" not in f"{list(world.table.scan())}"
    assert world.media.objects == {}
    kept = [said.content for said in world.said() if not said.standby]
    assert any("nothing" in content.text for content in kept)


def test_a_transcript_forgets_an_unsend_whatever_its_writer_is_called_by_then(world):
    secret = customer("the secret word", mid="m1", name="")
    world.hear(secret, customer("nothing", name=""), control("", at=START + 1))
    world.run_until_quiet()
    world.hear(message("and more", name="Anna \\1", at=START + 2))
    world.run_until_quiet()
    assert world.conversation().contact.name == "Anna \\1"
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert "secret" not in f"{list(world.table.scan())}"


def test_a_transcript_forgets_an_unsend_though_the_account_has_changed_its_language(world):
    secret = echo("the secret word", mid="m1") | STANDBY
    world.hear(secret, customer("nothing"), control("", at=START + 1))
    world.run_until_quiet()
    assert "secret" in world.ticket().texts()[0]
    account = world.account
    world.directory.accounts[account.ref] = replace(account, language="it")
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert "secret" not in f"{list(world.table.scan())}"


@pytest.mark.parametrize("told", [message, echo], ids=["customer", "outside"])
@pytest.mark.parametrize("text", ["the secret word", ""], ids=["text", "file"])
def test_what_was_said_meanwhile_stays_where_the_message_that_brings_it_is_taken_back(
    world, told, text
):
    world.hear(customer("hello bot", files=["cat.png"]))
    secret = told(text, mid="m1", at=START + 1) | {"files": ["secret.png"]}
    world.desk.down = TransientError("closed for the night")
    world.hear(secret)
    world.work()
    world.hear(unsend(of=secret))
    world.work()
    world.desk.down = None
    world.run_until_quiet()
    entry = world.ticket().entries[0].entry
    assert entry.text.split("\n") == [
        "[while another application held this conversation]",
        f"{clock(START)} Anna: hello bot [cat.png]",
        "[message taken back by its sender]",
    ]
    assert [file.name for file in entry.files] == ["cat.png"]
    assert "secret" not in f"{list(world.table.scan())}"


def test_that_another_application_takes_a_conversation_is_a_note(world):
    world.open_ticket("hello")
    world.hear(control("222", at=START + 1))
    world.run_until_quiet()
    (note,) = world.notes()
    assert note.startswith("Another application (222) has taken over")
    assert world.conversation().owner == "222"


def test_that_it_is_given_back_with_nothing_said_is_a_note_with_the_summary(world):
    world.open_ticket("hello")
    world.hear(control("222", at=START + 1), control("", summary="all done", at=START + 2))
    world.run_until_quiet()
    assert world.notes()[-1] == "This conversation was given back to us.\nall done"


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_who_holds_a_conversation_is_the_newest_that_was_told_whatever_comes_first(world, order):
    world.open_ticket("hello")
    told = [
        control("222", at=START + 1),
        customer("to the bot", at=START + 2),
        control("", at=START + 3),
        control("333", at=START + 4),
    ]
    for place in order:
        world.hear(told[place])
        world.run_until_quiet()
    assert world.conversation().owner == "333"


def test_what_was_written_down_for_us_is_told_even_if_the_customer_was_faster(world):
    world.hear(customer("hello bot"), message("a person, please", at=START + 2))
    world.hear(control("", summary="wants a person", at=START + 1))
    world.run_until_quiet()
    assert world.notes() == ["This conversation was given back to us.\nwants a person"]


def test_who_took_a_conversation_is_learnt_even_if_their_first_message_was_faster(world):
    world.open_ticket("hello")
    world.hear(customer("to the bot", at=START + 2), control("222", at=START + 1))
    world.run_until_quiet()
    assert world.conversation().owner == "222"


def test_a_message_to_us_means_that_we_hold_the_conversation(world):
    world.open_ticket("hello")
    world.hear(control("222", at=START + 1), message("are you there?", at=START + 2))
    world.run_until_quiet()
    assert world.conversation().owner == ""
    assert world.ticket().texts()[-1] == "are you there?"


def test_what_only_a_file_says_is_named_in_the_transcript(world):
    world.hear(customer("", mid="m1", files=["cat.png"]), control("", at=START + 1))
    world.run_until_quiet()
    assert "Anna:  [cat.png]" in world.ticket().texts()[0]
    assert world.said()[0].content != Content()


@pytest.mark.parametrize("is_bots", [False, True], ids=["the customer's", "the other's"])
def test_what_was_said_in_standby_is_quoted_once_the_conversation_is_ours(world, is_bots):
    world.hear(customer("size 44, please", mid="m1"), bot("we have 43"))
    world.hear(control("", at=START + 1))
    world.run_until_quiet()
    world.hear(message("so?", reply_to="we have 43" if is_bots else "m1", at=START + 2))
    world.run_until_quiet()
    expected = "> we have 43" if is_bots else "> size 44, please"
    assert world.ticket().texts()[-1] == f"{expected}\nso?"


def test_what_was_said_to_us_is_quoted_in_a_message_that_another_application_answers(world):
    world.open_ticket("hello")
    world.hear(message("size 44, please", mid="m1", at=START + 1))
    world.hear(reaction("👍", mid="m1", at=START + 2) | STANDBY)
    world.run_until_quiet()
    assert "> size 44, please" in world.notes()[-1]


def test_a_reaction_to_what_was_said_in_standby_recalls_it(world):
    world.open_ticket("hello")
    world.hear(customer("size 44, please", mid="m1", at=START + 1))
    world.hear(control("", at=START + 2))
    world.hear(reaction("👍", mid="m1", at=START + 3))
    world.run_until_quiet()
    assert "> size 44, please" in world.notes()[-1]
