"""Messages that their authors rewrite or take back: told in the ticket, and forgotten here."""

from __future__ import annotations

from itertools import permutations

import pytest

from chalicelib.domain.changes import Outcome
from chalicelib.errors import TransientError
from tests.builders import echo, edit, message, reaction, unsend
from tests.fakes.clock import START
from tests.fakes.world import World

TAKEN_BACK = "[message taken back by its sender]"
MARK = "[edited; what it said before is not known here]"
DELETED = "A message was taken back by its sender. It is deleted here; please delete it in this ticket, too."


def kept(world: World) -> str:
    """Return everything that is kept anywhere, to be searched."""
    return f"{list(world.table.scan())} {world.media.objects}"


@pytest.fixture
def ticket(world):
    return world.open_ticket("hello")


@pytest.fixture
def secret():
    return message("the secret word", mid="m1", at=START + 1)


def test_an_edit_is_a_note_with_what_was_said_and_what_it_says_now(world, ticket):
    said = message("six shirts", mid="m1")
    world.hear(said)
    world.hear(edit("seven shirts", of=said))
    world.run_until_quiet()
    assert world.notes() == ["The message was edited.\n> six shirts\nIt says now:\nseven shirts"]


def test_an_edit_of_what_nobody_knows_says_what_it_says_now(world, ticket):
    world.hear(edit("seven shirts", of=message("", mid="unheard of")))
    world.run_until_quiet()
    assert world.notes() == []
    assert world.ticket().texts()[1:] == [f"seven shirts\n{MARK}"]


def test_an_edit_told_twice_is_one_note(world, ticket):
    said = message("six", mid="m1")
    for _ in range(2):
        world.hear(said, edit("seven", of=said), edit("eight", of=said, number=2))
        world.run_until_quiet()
    assert len(world.notes()) == 2


def test_an_unsent_message_is_forgotten_and_the_ticket_told(world, ticket, secret):
    world.hear(secret | {"files": ["secret.png"]})
    world.run_until_quiet()
    assert "secret" in kept(world)
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert "secret" not in kept(world)
    assert world.media.objects == {}
    assert world.notes() == [DELETED]


def test_a_file_that_could_be_had_late_is_forgotten_too(world, ticket, secret):
    world.media.faults.plan("fetch", TransientError("no answer"))
    world.hear(secret | {"files": ["secret.png"]})
    world.run_until_quiet()
    assert [file.name for file in world.ticket().entries[1].entry.files] == ["secret.png"]
    (kept_under,) = world.media.objects
    assert kept_under in kept(world)
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert world.media.objects == {}
    assert "secret" not in kept(world)


def test_an_unsend_is_decided_again_where_a_file_of_its_message_was_had_meanwhile(
    world, ticket, secret
):
    def meanwhile() -> None:
        world.forwarder.forward(world.conversation().id, time_left=lambda: 900.0)

    world.media.faults.plan("fetch", TransientError("no answer"))
    world.hear(secret | {"files": ["secret.png"]})
    world.pump("ingest")
    world.hear(unsend(of=secret))
    world.table.before_write("MSG", meanwhile)
    world.run_until_quiet()
    assert [file.name for file in world.ticket().entries[1].entry.files] == ["secret.png"]
    assert world.media.objects == {}
    assert "secret" not in kept(world)


def test_a_file_that_is_had_while_its_message_is_taken_back_is_shown_nowhere(world, ticket, secret):
    world.media.faults.plan("fetch", TransientError("no answer"))
    world.hear(secret | {"files": ["secret.png"]})
    world.pump("ingest")
    world.table.before_write("CONV#WORK", lambda: world.hear_now(unsend(of=secret)))
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", TAKEN_BACK, f"note: {DELETED}"]
    assert not any(entry.entry.files for entry in world.ticket().entries)
    assert "secret" not in str(list(world.table.scan()))


def test_an_unsent_message_that_still_waits_for_its_ticket_never_gets_there(world, ticket, secret):
    world.desk.down = TransientError("closed for the night")
    world.hear(secret | {"files": ["secret.png"]})
    world.work()
    world.hear(unsend(of=secret))
    world.work()
    assert "secret" not in kept(world)
    world.desk.down = None
    world.run_until_quiet()
    assert world.ticket().texts() == ["hello", TAKEN_BACK, f"note: {DELETED}"]
    assert not any(entry.entry.files for entry in world.ticket().entries)


def test_a_message_behind_its_unsend_is_shown_as_taken_back_and_kept_nowhere(world, ticket, secret):
    world.hear(unsend(of=secret))
    world.hear(secret | {"files": ["secret.png"]})
    world.run_until_quiet()
    assert world.ticket().texts()[-1] == TAKEN_BACK
    assert "secret" not in kept(world)
    assert world.media.fetched == []


def test_the_first_message_of_a_customer_behind_its_unsend_is_kept_nowhere(world, secret):
    world.hear(unsend(of=secret), secret)
    world.run_until_quiet()
    assert world.ticket().texts() == [TAKEN_BACK]
    assert "secret" not in kept(world)


@pytest.mark.parametrize("with_ticket", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_whatever_comes_first_nothing_of_an_unsent_message_and_its_edits_is_kept(
    world, secret, order, with_ticket
):
    if with_ticket:
        world.open_ticket("hello")
    edits = [edit(f"secret number {number}", of=secret, number=number) for number in (1, 2)]
    told = [secret, *edits, unsend(of=secret)]
    for place in order:
        world.hear(told[place])
        world.run_until_quiet()
    assert "secret" not in kept(world)
    assert {claim.outcome for claim in world.claims()} <= {Outcome.FORWARD, Outcome.RECORDED}


def test_where_a_note_quotes_an_unsent_message_the_quote_goes_too(world, ticket, secret):
    world.hear(secret, reaction("👍", mid="m1", at=START + 2))
    world.run_until_quiet()
    assert world.notes() == ["The customer reacted with 👍\n> the secret word"]
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert "secret" not in kept(world)


def test_an_answer_that_still_waits_no_longer_quotes_what_was_unsent(world, ticket, secret):
    world.hear(secret)
    world.run_until_quiet()
    world.desk.down = TransientError("closed for the night")
    world.hear(message("I mean it", reply_to="m1", at=START + 2))
    world.work()
    world.hear(unsend(of=secret))
    world.work()
    assert "secret" not in kept(world)
    world.desk.down = None
    world.run_until_quiet()
    assert f"> {TAKEN_BACK}\nI mean it" in world.ticket().texts()


def test_only_the_message_that_was_unsent_is_forgotten(world, ticket, secret):
    world.hear(secret, message("another word", mid="m2"), message("third", contact="bert"))
    world.run_until_quiet()
    world.hear(unsend(of=secret))
    world.run_until_quiet()
    assert "another word" in kept(world)
    assert "third" in kept(world)


def test_an_unsend_of_what_nobody_knows_is_a_note_where_there_is_a_ticket(world, ticket, secret):
    world.hear(unsend(of=secret), unsend(of=message("", mid="m9", contact="bert")))
    world.run_until_quiet()
    assert world.notes() == ["A message that is not known here was taken back by its sender."]
    assert len(world.desk.tickets) == 1


@pytest.mark.parametrize("first", ["echo", "unsend"])
def test_what_was_written_outside_and_taken_back_is_forgotten(world, ticket, first):
    told = echo("the secret price", mid="x1")
    items = [told, unsend(of=told)]
    for item in items if first == "echo" else reversed(items):
        world.hear(item)
        world.run_until_quiet()
    assert "secret" not in kept(world)


def test_a_reply_of_ours_that_was_taken_back_outside_is_told(world, ticket):
    world.answer(ticket, "we close at six")
    (sent,) = world.channel.arrived
    world.hear(unsend(of=echo("", mid=sent.id)))
    world.run_until_quiet()
    assert world.notes() == ["A reply was taken back outside the helpdesk."]
    assert "we close at six" in [message.content.text for message in world.said()]


def test_an_unsend_raced_by_another_message_forgets_all_the_same(world, ticket, secret):
    world.hear(secret)
    world.run_until_quiet()
    world.hear(unsend(of=secret))
    world.table.before_write("CONV", lambda: world.hear_now(message("more", lane="other")))
    world.run_until_quiet()
    assert "secret" not in kept(world)
    assert "more" in world.ticket().texts()
