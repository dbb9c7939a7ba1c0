"""What is no message and yet belongs into the ticket: reactions, quotes, consent, notices, tests."""

from __future__ import annotations

from itertools import permutations

import pytest

from chalicelib.domain.changes import Outcome
from tests.builders import consent, echo, ignored, message, notice, reaction
from tests.fakes.clock import START


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


def test_a_reaction_quotes_the_message_that_it_is_about(world, ticket):
    world.hear(message("six shirts", mid="m1"), reaction("👍", mid="m1"))
    world.hear(reaction("", mid="m1", at=START + 1))
    world.run_until_quiet()
    assert world.notes() == [
        "The customer reacted with 👍\n> six shirts",
        "The customer removed a reaction.\n> six shirts",
    ]


def test_a_reaction_to_our_reply_quotes_it(world, ticket):
    world.answer(ticket, "we close at six")
    world.hear(reaction("👍", mid="out-1"))
    world.run_until_quiet()
    assert world.notes() == ["The customer reacted with 👍\n> we close at six"]


def test_a_reaction_to_what_was_written_outside_quotes_it(world, ticket):
    world.hear(echo("we close at six", mid="x1"))
    world.run_until_quiet()
    world.hear(reaction("👍", mid="x1"))
    world.run_until_quiet()
    assert world.notes() == ["The customer reacted with 👍\n> we close at six"]


def test_a_reaction_to_what_nobody_knows_quotes_nothing(world, ticket):
    world.hear(reaction("👍", mid="unheard of"))
    world.run_until_quiet()
    assert world.notes() == ["The customer reacted with 👍"]


def test_a_reaction_never_quotes_another_conversation(world, ticket):
    world.hear(message("bert's secret", mid="m1", contact="bert"))
    world.run_until_quiet()
    world.hear(reaction("👍", mid="m1"))
    world.run_until_quiet()
    assert world.notes() == ["The customer reacted with 👍"]


def test_a_reaction_of_somebody_unknown_opens_no_ticket(world):
    world.hear(reaction("👍", mid="m1"))
    world.run_until_quiet()
    assert world.desk.tickets == []
    assert {claim.outcome for claim in world.claims()} == {Outcome.RECORDED}


@pytest.mark.parametrize("words", ["the quoted words", "many words " * 50, "two\nlines"])
def test_an_answer_quotes_what_it_answers_in_one_line(world, ticket, words):
    world.hear(message(words, mid="m1"), message("yes", reply_to="m1"))
    world.run_until_quiet()
    quoted, answer = world.ticket().texts()[-1].split("\n")
    assert answer == "yes"
    assert quoted.removeprefix("> ").rstrip("…") in " ".join(words.split())
    assert len(quoted) < 130


@pytest.mark.parametrize("opens", [True, False])
def test_a_reaction_keeps_the_window_open_where_the_platform_says_so(world, ticket, opens):
    said_at = world.conversation().last_inbound_at
    later = reaction("👍", mid="m1", at=said_at + 10) | {"opens_window": opens}
    earlier = reaction("👎", mid="m1", at=said_at - 10) | {"opens_window": opens}
    world.hear(later, earlier)
    world.run_until_quiet()
    assert world.conversation().last_inbound_at == said_at + (10 if opens else 0)


def test_an_answer_to_what_nobody_knows_stands_alone(world, ticket):
    world.hear(message("yes", reply_to="unheard of"))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", "yes"]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_the_newest_word_on_consent_holds_whatever_comes_first(world, ticket, order):
    told = [
        consent(opted_out=True, at=START + 1),
        consent(opted_out=False, at=START + 2),
        consent(opted_out=True, at=START + 3),
    ]
    for place in order:
        world.hear(told[place])
        world.run_until_quiet()
    assert world.conversation().opted_out is True
    assert world.notes()[-1] == (
        "The customer does not want to receive anything but answers any more."
    )


def test_a_notice_is_told_in_the_accounts_language(world, ticket):
    world.hear(notice("referred", what="a poster"))
    world.run_until_quiet()
    assert world.notes() == ["The customer came from: a poster"]


def test_a_test_of_the_platform_is_counted_and_nothing_of_it_is_kept(world):
    world.hear(ignored(mid="made up"))
    world.run_until_quiet()
    (claim,) = world.claims()
    assert (claim.outcome, claim.reason, claim.raw) == (Outcome.IGNORED, "test", "")
    assert not world.log.alarms()
