"""Replies that quote: the customer sees which of their messages is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.errors import Refused, TransientError
from tests.builders import comment, echo, edit, message, reply, unsend
from tests.fakes.clock import START
from tests.fakes.world import World

LONG = "Where is the parcel that I ordered on Monday?\nIt was to come today."


@pytest.fixture
def ticket(world):
    world.hear(
        message("hello", mid="m1"),
        message(LONG, mid="m2", at=START + 1),
        message("Do you have it in red?", mid="m3", at=START + 2),
    )
    world.run_until_quiet()
    return world.ticket().id


def answered(world: World, ticket: str, text: str, **more) -> list[tuple[str, str]]:
    """Return what a reply sends, with the message that each part of it quotes."""
    world.hear_desk(reply(ticket, text, comment="c1", at=world.clock(), **more))
    world.run_until_quiet()
    return [(s.text or (s.file.name if s.file else ""), s.quotes) for s in world.channel.sendings]


# --- by words


@pytest.mark.parametrize(
    ("quoted", "message_id"),
    [
        ("> hello", "m1"),
        (">hello", "m1"),
        ("  >   hello  ", "m1"),
        ("> Where is the parcel that I ordered on Monday?\n> It was to come today.", "m2"),
        ("> Where is the parcel that\n> I ordered  on Monday? It was\n>\n> to come today.", "m2"),
        ("> Where is the parcel that I ordered", "m2"),
        ("> Where is the parcel…", "m2"),
        ("> Where is the parcel that I ord...", "m2"),
        ("> > what we wrote before\n> hello", "m1"),
        (">> what we wrote before\n> hello", "m1"),
    ],
)
def test_a_reply_that_begins_with_the_customers_words_quotes_their_message(
    world, ticket, quoted, message_id
):
    assert answered(world, ticket, f"{quoted}\n\nOn its way.") == [("On its way.", message_id)]
    (said,) = [each for each in world.said() if each.comment_id == "c1"]
    assert (said.content.text, said.reply_to) == ("On its way.", message_id)


@pytest.mark.parametrize(
    "text",
    [
        "> goodbye\nYes.",
        "> Hello\nYes.",
        "> Where is\nYes.",
        "> It was to come today.\nYes.",
        "> hello",
        ">\nYes.",
        "On Monday you wrote:\n> hello\nYes.",
        "Yes.\n> hello",
        "2 > 1",
    ],
)
def test_what_quotes_nothing_that_is_known_goes_as_it_is(world, ticket, text):
    assert answered(world, ticket, text) == [(text, "")]


def test_of_two_messages_of_the_same_words_the_newest_is_quoted(world, ticket):
    world.hear(message("hello", mid="m4", at=START + 3))
    world.run_until_quiet()
    assert answered(world, ticket, "> hello\nYes?") == [("Yes?", "m4")]


def test_only_the_first_portion_quotes(world, ticket):
    assert answered(world, ticket, "> hello\none\ftwo", files=["a.png"]) == [
        ("one", "m1"),
        ("two", ""),
        ("a.png", ""),
    ]


def test_a_file_quotes_where_there_are_no_words_of_the_agents(world, ticket):
    assert answered(world, ticket, "> hello", files=["a.png", "b.png"]) == [
        ("a.png", "m1"),
        ("b.png", ""),
    ]


def test_an_agents_own_words_are_not_the_customers(world, ticket):
    world.answer(ticket, "We are looking for it.")
    world.channel.sendings.clear()
    assert answered(world, ticket, "> We are looking for it.\nFound.") == [
        ("> We are looking for it.\nFound.", "")
    ]


def test_another_conversations_words_are_not_this_ones(world, ticket):
    world.open_ticket("my own words here", contact="bert")
    text = "> my own words here\nYes."
    assert answered(world, ticket, text) == [(text, "")]


def test_what_was_taken_back_is_not_quoted(world, ticket):
    world.hear(unsend(of=message("hello", mid="m1"), at=START + 4))
    world.run_until_quiet()
    text = "> hello\nYes."
    assert answered(world, ticket, text) == [(text, "")]
    named = f"{world.conversation().id}.1"
    world.channel.sendings.clear()
    world.hear_desk(reply(ticket, "Yes.", comment="c2", quotes=named, at=world.clock()))
    world.run_until_quiet()
    assert [sent.quotes for sent in world.channel.sendings] == [""]


def test_what_is_taken_back_while_the_reply_waits_is_not_quoted(world, ticket):
    world.channel.faults.plan("send", TransientError("no"), times=3)
    world.hear_desk(reply(ticket, "> hello\nYes.", at=world.clock()))
    world.work()
    world.hear(unsend(of=message("hello", mid="m1"), at=START + 4))
    world.run_until_quiet()
    assert [sent.quotes for sent in world.channel.sendings][-1] == ""
    assert world.arrived() == ["Yes."]


def test_words_of_long_ago_are_not_looked_for(world, ticket):
    world.hear(*(message(f"more {n}", mid=f"n{n}", at=START + 10 + n) for n in range(40)))
    world.run_until_quiet()
    text = "> hello\nYes."
    assert answered(world, ticket, text) == [(text, "")]


def test_in_public_nothing_is_quoted(world):
    account = replace(world.account, options={"comments": "tickets"})
    world.directory.accounts[account.ref] = account
    world.hear(comment("how much is it?", mid="c1"))
    world.run_until_quiet()
    ticket = world.ticket().id
    text = "> how much is it?\nTen."
    assert answered(world, ticket, text, quotes=world.conversation().id) == [(text, "")]


# --- by the helpdesk's word


def test_the_message_that_a_helpdesk_names_is_quoted(world, ticket):
    named = f"{world.conversation().id}.2"
    assert answered(world, ticket, "On its way.", quotes=named) == [("On its way.", "m2")]


def test_the_entry_that_opened_the_ticket_has_its_name(world, ticket):
    assert answered(world, ticket, "Yes?", quotes=world.conversation().id) == [("Yes?", "m1")]


def test_a_reply_of_our_own_can_be_quoted_once_it_has_been_sent(world, ticket):
    world.answer(ticket, "We are looking for it.")
    world.channel.faults.plan("send", Refused("not_reachable"), text="lost")
    world.answer(ticket, "lost")
    world.run_until_quiet()
    world.channel.sendings.clear()
    id_ = world.conversation().id
    for number, expected in ((4, "out-1"), (5, "")):
        world.channel.sendings.clear()
        world.hear_desk(
            reply(ticket, f"Found {number}.", quotes=f"{id_}.{number}", at=world.clock())
        )
        world.run_until_quiet()
        assert [sent.quotes for sent in world.channel.sendings] == [expected]


def test_what_was_written_elsewhere_can_be_quoted(world, ticket):
    world.hear(echo("from the phone", mid="e1", at=START + 5))
    world.run_until_quiet()
    named = f"{world.conversation().id}.4"
    assert answered(world, ticket, "As I said.", quotes=named) == [("As I said.", "e1")]


@pytest.mark.parametrize(
    "garbage",
    [
        "7",
        ".",
        ".1",
        "{id}.",
        "{id}.0",
        "{id}.99",
        "{id}.x",
        "{id}.-1",
        "{id}.1.1",
        "other.1",
        "{id}." + "9" * 400,
        "{id}.¹",
        "{id} .1",
        "\x00",
    ],
)
def test_a_name_that_is_none_of_ours_is_tolerated(world, ticket, garbage):
    named = garbage.format(id=world.conversation().id)
    assert answered(world, ticket, "Yes.", quotes=named) == [("Yes.", "")]


def test_a_note_is_no_message_that_could_be_quoted(world, ticket):
    world.hear(edit("hello!", of=message("hello", mid="m1"), at=START + 6))
    world.run_until_quiet()
    named = f"{world.conversation().id}.4"
    assert answered(world, ticket, "Yes.", quotes=named) == [("Yes.", "")]


def test_another_conversations_message_is_never_quoted(world, ticket):
    there = world.open_ticket("my own", contact="bert")
    (other,) = [c for c in world.conversations() if c.link and c.link.ticket_id == there]
    assert answered(world, ticket, "Yes.", quotes=f"{other.id}.1") == [("Yes.", "")]


# --- what the platform makes of it


@pytest.mark.parametrize("reason", ["invalid_request", "other"])
def test_a_message_that_cannot_be_quoted_costs_no_reply(world, ticket, reason):
    world.channel.faults.plan("send", Refused(reason, alarm=True))
    assert answered(world, ticket, "> hello\nYes.") == [("Yes.", "m1"), ("Yes.", "")]
    assert world.arrived() == ["Yes."]
    assert world.notes() == []
    assert world.log.alarms() == []


def test_a_refusal_for_another_reason_is_no_reason_to_try_without(world, ticket):
    world.channel.faults.plan("send", Refused("not_reachable"))
    assert answered(world, ticket, "> hello\nYes.") == [("Yes.", "m1")]
    assert len(world.notes()) == 1


def test_a_command_quotes_nothing(world, ticket):
    named = world.conversation().id
    world.hear_desk(reply(ticket, "/template order it", quotes=named, at=world.clock()))
    world.run_until_quiet()
    (sent,) = world.channel.sendings
    assert sent.template is not None
    assert sent.quotes == ""


def test_a_reply_without_a_quote_costs_no_look(world, ticket):
    calls = len(world.table.calls)
    world.hear_desk(reply(ticket, "Yes."))
    world.pump("ingest")
    plain = len(world.table.calls) - calls
    calls = len(world.table.calls)
    world.hear_desk(reply(ticket, "> hello\nYes, yes."))
    world.pump("ingest")
    assert len(world.table.calls) - calls == plain + 1
