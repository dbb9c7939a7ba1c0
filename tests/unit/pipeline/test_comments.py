"""Public comments: tickets where the account says so, counted where it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.changes import Outcome
from tests.builders import comment, edit, message, notice, unsend
from tests.fakes.clock import START


@pytest.fixture
def wanted(world):
    account = replace(world.account, options={"comments": "tickets"})
    world.directory.accounts[account.ref] = account


@pytest.mark.parametrize("options", [{}, {"comments": "counted"}, {"comments": ""}])
def test_a_comment_is_only_counted_where_nobody_asked_for_it(world, options):
    account = replace(world.account, options=options)
    world.directory.accounts[account.ref] = account
    said = comment("how much?", mid="c1")
    world.hear(said, edit("how many?", of=said), unsend(of=said))
    world.run_until_quiet()
    assert world.desk.tickets == []
    assert world.conversations() == []
    assert {claim.outcome for claim in world.claims()} == {Outcome.IGNORED}
    assert "how m" not in f"{list(world.table.scan())}"


@pytest.mark.usefixtures("wanted")
def test_what_one_person_writes_in_one_thread_is_one_ticket(world):
    world.hear(comment("how much?", mid="c1"), comment("hello?", mid="c2", at=START + 1))
    world.run_until_quiet()
    assert world.ticket().texts() == ["how much?", "hello?"]
    assert world.ticket().opening.customer.name == "Anna"
    assert world.conversation().last_inbound_id == "c2"


@pytest.mark.usefixtures("wanted")
def test_other_people_and_other_threads_are_other_tickets(world):
    world.hear(
        comment("mine", mid="c1", thread="1/anna"),
        comment("his", mid="c2", thread="1/bert"),
        comment("elsewhere", mid="c3", thread="2/anna"),
        message("in private", contact="anna"),
    )
    world.run_until_quiet()
    texts = [ticket.texts() for ticket in world.desk.tickets]
    assert sorted(texts) == [["elsewhere"], ["his"], ["in private"], ["mine"]]


@pytest.mark.usefixtures("wanted")
def test_what_becomes_of_a_comment_is_told_in_its_ticket(world):
    said = comment("how much?", mid="c1")
    world.hear(said)
    world.run_until_quiet()
    shown = {key: said[key] for key in ("aliases", "name")}
    world.hear(edit("how many?", of=said))
    world.hear(notice("comment_hidden", at=START + 1) | shown)
    world.run_until_quiet()
    world.hear(unsend(of=said, at=START + 2))
    world.run_until_quiet()
    edited, hidden, removed = world.notes()
    assert edited == "The message was edited.\n> how much?\nIt says now:\nhow many?"
    assert hidden == "The comment was hidden."
    assert removed.startswith("A message was taken back by its sender.")
    assert "how m" not in f"{list(world.table.scan())}"


@pytest.mark.usefixtures("wanted")
def test_a_reply_in_the_ticket_of_a_comment_goes_to_its_thread(world):
    world.hear(comment("how much?", mid="c1"))
    world.run_until_quiet()
    world.answer(world.ticket().id, "ten")
    world.run_until_quiet()
    (sent,) = world.channel.arrived
    assert sent.text == "ten"
    assert sent.contact.is_public
