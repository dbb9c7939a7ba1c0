"""Edits of messages that nobody has told us of yet."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from chalicelib.domain.changes import Outcome
from chalicelib.domain.message import Direction
from tests.builders import comment, control, edit, message, reaction, sticker, unsend
from tests.fakes.clock import START

MARK = "[edited; what it said before is not known here]"
SAID = message("six shirts", mid="m1", at=START + 1)
EDITED = edit("seven shirts", of=SAID, at=START + 2)


def test_the_edit_of_somebody_unheard_of_opens_a_ticket_with_what_the_message_says_now(world):
    world.hear(EDITED)
    world.run_until_quiet()
    assert world.ticket().texts() == [f"seven shirts\n{MARK}"]
    assert world.ticket().opening.name == "Anna"
    assert world.conversation().last_inbound_id == "m1"
    assert world.claim("edit:m1:1").outcome is Outcome.FORWARD


def test_it_can_be_answered(world):
    world.hear(EDITED)
    world.run_until_quiet()
    world.answer(world.ticket().id, "Seven it is.")
    assert world.arrived() == ["Seven it is."]


def test_a_further_edit_is_news_of_the_message_that_is_known_by_then(world):
    world.hear(EDITED)
    world.hear(edit("eight shirts", of=SAID, number=2, at=START + 3))
    world.run_until_quiet()
    assert len(world.ticket().entries) == 2
    (note,) = world.notes()
    assert note.startswith("The message was edited.\n> seven shirts")
    assert note.endswith("eight shirts")


def test_a_reaction_and_a_quote_find_it(world):
    world.hear(EDITED, reaction("👍", mid="m1", at=START + 3))
    world.hear(message("that", mid="m2", reply_to="m1", at=START + 4))
    world.run_until_quiet()
    _, reacted, quoting = world.ticket().texts()
    assert "> seven shirts" in reacted
    assert quoting.startswith("> seven shirts")


def test_the_message_itself_coming_late_is_told_as_what_it_said_before(world):
    world.hear(EDITED)
    world.hear(SAID | {"files": ["shirt.png"]})
    world.run_until_quiet()
    _, late = world.ticket().entries
    assert world.notes() == ["Before it was edited, the message said:\nsix shirts"]
    assert [file.name for file in late.entry.files] == ["shirt.png"]
    assert [said.direction for said in world.said()] == [Direction.IN, Direction.NOTE]


@pytest.mark.parametrize(
    "items", list(permutations([SAID, EDITED, unsend(of=SAID, at=START + 3)])), ids=range(6)
)
def test_what_is_taken_back_is_forgotten_in_whichever_order_it_is_told(world, items):
    for item in items:
        world.hear(item)
        world.run_until_quiet()
    kept = f"{list(world.table.scan())}"
    assert "shirts" not in kept


def test_an_edit_that_does_not_tell_what_is_said_now_is_only_kept(world):
    world.hear(sticker(mid="m1") | {"type": "edit", "number": 1})
    world.run_until_quiet()
    assert world.desk.tickets == []
    assert world.claim("edit:m1:1").outcome is Outcome.RECORDED


def test_what_the_business_rewrote_elsewhere_is_not_taken_for_the_customers(world):
    world.open_ticket("hello")
    world.hear(EDITED | {"ours": True})
    world.run_until_quiet()
    assert world.ticket().texts()[1:] == [
        f"[sent to the customer outside the helpdesk]\nseven shirts\n{MARK}"
    ]
    assert world.conversation().last_inbound_id == "hello"


def test_in_standby_it_is_kept_and_shown_when_the_conversation_is_ours(world):
    world.hear(EDITED | {"standby": True})
    world.run_until_quiet()
    assert world.desk.tickets == []
    world.hear(control("", at=START + 5))
    world.run_until_quiet()
    (text,) = world.ticket().texts()
    assert "seven shirts" in text


def test_an_edited_comment_that_was_never_a_ticket_becomes_none(world):
    account = replace(world.account, options={"comments": "tickets"})
    world.directory.accounts[account.ref] = account
    world.hear(edit("how many?", of=comment("how much?", mid="of long ago")))
    world.run_until_quiet()
    assert world.desk.tickets == []
    (claim,) = world.claims()
    assert claim.outcome is Outcome.RECORDED
