"""Conversations that an agent starts: in a ticket of their own, with whoever has a phone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.changes import ConversationChanged
from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.domain.message import Status
from chalicelib.errors import AmbiguousError, Refused
from tests.builders import message, reply, status, ticket_changed
from tests.fakes.deployment import DESK, OTHER_DESK
from tests.fakes.world import World

PHONE = ("phone", "393331234567")
START = '/whatsapp +393331234567 order it "Anna"'
SECOND = AccountRef("whatsapp", "second")
DAY = 86400


@pytest.fixture
def world() -> World:
    """A deployment whose account is a WhatsApp number."""
    return World("whatsapp")


@pytest.fixture
def ticket(world: World) -> str:
    """A ticket that an agent has opened."""
    return world.desk.open("Call Anna")


def write(world: World, ticket: str, text: str, **more: Any) -> None:
    """Have an agent write in a ticket that we did not make, and everything done at once."""
    world.hear_desk(reply(ticket, text, foreign=True, at=world.clock(), **more))
    world.work()


def hear(world: World, text: str, **more: Any) -> None:
    world.hear(message(text, aliases=[PHONE], at=world.clock(), **more))
    world.run_until_quiet()


def templates(world: World) -> list[tuple[str, str]]:
    """Return to whom templates were sent, and which."""
    sent = [s for s in world.channel.sendings if s.template]
    return [(s.contact.aliases[0].value, s.template.name) for s in sent if s.template]


def with_two_numbers(world: World) -> None:
    second = Account(ref=SECOND, desk=DESK, options={"number": "+1 555 078 3882"}, language="it")
    world.directory.accounts[SECOND] = second


def test_the_template_goes_to_the_phone_and_the_answer_into_the_agents_ticket(world, ticket):
    write(world, ticket, START)
    world.run_until_quiet()
    assert templates(world) == [("393331234567", "order")]
    assert world.delivery(1).status is Status.ACCEPTED
    hear(world, "Yes?")
    assert world.ticket().texts() == ["Call Anna", "Yes?"]
    assert len(world.conversations()) == 1


def test_what_the_agent_writes_next_in_that_ticket_goes_to_the_customer(world, ticket):
    write(world, ticket, START)
    hear(world, "Yes?")
    write(world, ticket, "Your parcel is here")
    assert world.arrived() == ["order", "Your parcel is here"]


def test_the_answers_lost_on_the_way_into_an_agents_ticket_are_written_once(world, ticket):
    write(world, ticket, START)
    world.desk.faults.plan("append", AmbiguousError("lost"), performed=True)
    hear(world, "Call Anna")
    hear(world, "Yes?")
    assert world.ticket().texts() == ["Call Anna", "Call Anna", "Yes?"]


def test_an_entry_that_was_not_written_is_not_taken_for_what_the_agent_wrote(world, ticket):
    write(world, ticket, START)
    world.desk.faults.plan("append", AmbiguousError("lost"))
    hear(world, "Call Anna")
    assert world.ticket().texts() == ["Call Anna", "Call Anna"]


def test_a_start_told_twice_starts_once(world, ticket):
    for _ in range(2):
        write(world, ticket, START)
    world.run_until_quiet()
    assert len(templates(world)) == 1


def test_two_agents_who_start_the_same_at_once_meet_in_one_conversation(world, ticket):
    other = world.desk.open("Anna again")
    world.hear_desk(reply(ticket, START, comment="a", foreign=True))
    world.hear_desk(reply(other, START, comment="b", foreign=True))
    world.run_until_quiet()
    assert len(templates(world)) == 2
    with_people = [c for c in world.conversations() if c.contact.aliases]
    assert len(with_people) == 1


def test_a_refused_template_is_told_in_the_agents_ticket(world, ticket):
    world.channel.faults.plan("send", Refused("template_refused", "no such template"))
    write(world, ticket, START)
    world.run_until_quiet()
    opened, note = world.ticket().texts()
    assert opened == "Call Anna"
    assert "no such template" in note
    assert note.endswith(START)


def test_a_template_that_fails_later_is_told_there_too(world, ticket):
    write(world, ticket, START)
    (sent,) = world.channel.arrived
    world.hear(status("failed", mid=sent.id, delivery=sent.reference, reason="not_reachable"))
    world.run_until_quiet()
    assert len(world.notes()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/whatsapp 0333 order it", "phone number"),
        ("/whatsapp +393331234567 order", "language"),
        ("/template order it", "/whatsapp"),
        ("/private hello", "/whatsapp"),
        ("/whatsap +393331234567 order it", "no command"),
        ("/whatsapp +393331234567 order it from=999", "999"),
    ],
)
def test_a_wrong_command_is_answered_in_that_ticket_and_the_corrected_one_works_there(
    world, ticket, text, said
):
    write(world, ticket, text)
    world.run_until_quiet()
    (note,) = world.notes()
    assert said in note
    assert text in note
    assert world.channel.attempts == 0
    write(world, ticket, START)
    hear(world, "Yes?")
    assert templates(world) == [("393331234567", "order")]
    assert world.ticket().texts()[2:] == ["Yes?"]
    assert len(world.conversations()) == 1


def test_two_wrong_commands_are_answered_twice(world, ticket):
    write(world, ticket, "/whatsapp a")
    write(world, ticket, "/whatsapp b")
    world.run_until_quiet()
    assert len(world.notes()) == 2
    assert len(world.conversations()) == 1


def test_the_desks_other_tickets_are_none_of_ours(world, ticket):
    write(world, ticket, "We answered you by mail", comment="mail", files=["a.pdf"])
    assert (world.claim("reply:mail").outcome, world.claim("reply:mail").reason) == (
        "ignored",
        "not_our_ticket",
    )
    assert world.claim("reply:mail").raw == ""
    write(world, ticket, "/whatsapp a")
    write(world, ticket, "And again by mail", comment="mail 2")
    world.run_until_quiet()
    assert world.claim("reply:mail 2").outcome == "ignored"
    assert len(world.notes()) == 1
    assert world.channel.attempts == 0


def test_a_person_with_a_conversation_is_written_to_there_and_each_ticket_tells_of_the_other(
    world, ticket
):
    hear(world, "hello")
    theirs = world.desk.tickets[-1]
    write(world, ticket, START)
    world.run_until_quiet()
    assert templates(world) == [("393331234567", "order")]
    assert f"from ticket {ticket}" in theirs.texts()[-1]
    assert f"https://desk.test/{theirs.id}" in world.desk.tickets[0].texts()[-1]
    hear(world, "Yes?")
    assert theirs.texts()[-1] == "Yes?"
    write(world, ticket, START + " again", comment="again", files=["a.png"])
    world.run_until_quiet()
    assert world.channel.sendings[-1].file.name == "a.png"
    assert len(world.notes()) == 4
    assert len(world.conversations()) == 2


def test_in_a_customers_own_ticket_a_conversation_is_not_started(world):
    hear(world, "hello")
    customers = world.desk.tickets[-1].id
    world.answer(customers, START)
    world.run_until_quiet()
    assert "/template" in world.notes()[0]
    assert world.channel.attempts == 0


def test_who_opted_out_gets_no_template(world, ticket):
    hear(world, "hello")
    before = world.conversation()
    world.store.commit(ConversationChanged(before, replace(before, opted_out=True)))
    write(world, ticket, START)
    world.answer(world.desk.tickets[-1].id, '/template order it "Anna"')
    world.run_until_quiet()
    assert world.channel.attempts == 0
    refusals = [note for note in world.notes() if "asked not to receive" in note]
    assert len(refusals) == 2


def test_with_several_numbers_ours_must_be_named(world, ticket):
    with_two_numbers(world)
    write(world, ticket, START)
    world.run_until_quiet()
    assert "from=" in world.notes()[0]
    assert world.channel.attempts == 0
    write(world, ticket, f"{START} from=+15550783882")
    world.run_until_quiet()
    (sending,) = world.channel.sendings
    assert sending.account.ref == SECOND
    assert world.conversation().account == SECOND


@pytest.mark.parametrize("number", ["second", "15550783882", "page"])
def test_ours_is_named_by_its_number_or_its_id(world, ticket, number):
    with_two_numbers(world)
    ids = {"second": "106540352242922", "page": "106540352242923"}
    for ref, account in list(world.directory.accounts.items()):
        del world.directory.accounts[ref]
        renamed = replace(account, ref=AccountRef(ref.channel, ids[ref.id]))
        world.directory.accounts[renamed.ref] = renamed
    write(world, ticket, f"{START} from={ids.get(number, number)}")
    world.run_until_quiet()
    assert world.channel.sendings[0].account.ref.id == ids["page" if number == "page" else "second"]


def test_a_desk_without_a_number_sets_the_command_aside(world, ticket):
    world.directory.accounts[world.account.ref] = replace(world.account, desk=OTHER_DESK)
    write(world, ticket, START)
    assert world.claim(f"reply:{START}").reason == "no_account"
    assert world.channel.attempts == 0


def test_another_desk_starts_nothing_in_a_ticket_of_the_same_number(world, ticket):
    write(world, ticket, "/whatsapp a")
    world.hear_desk(
        reply(ticket, START, conversation=world.conversation().id, foreign=False), desk=OTHER_DESK
    )
    world.run_until_quiet()
    assert world.claim(f"reply:{START}").outcome == "parked"
    assert world.channel.attempts == 0


def test_a_command_older_than_the_books_is_set_aside(world, ticket):
    world.hear_desk(reply(ticket, START, foreign=True, at=world.clock() - 15 * DAY * 1000))
    world.run_until_quiet()
    assert world.claim(f"reply:{START}").reason == "too_old"
    assert world.channel.attempts == 0


def test_files_beside_the_command_are_sent_behind_the_template(world, ticket):
    write(world, ticket, START, files=["a.png"])
    world.run_until_quiet()
    assert [s.template.name if s.template else s.file.name for s in world.channel.sendings] == [
        "order",
        "a.png",
    ]


def test_an_agents_ticket_that_is_gone_is_followed_by_a_new_one(world, ticket):
    write(world, ticket, START)
    world.hear_desk(ticket_changed(ticket, "gone", at=world.clock()))
    world.desk.remove(ticket)
    hear(world, "Yes?")
    said, goes_on = world.ticket().texts()
    assert said == "Yes?"
    assert goes_on.startswith("note: This conversation goes on here")
    assert world.ticket().opening.reference == f"{world.conversation().id}.2"


def test_what_a_started_conversation_says_is_in_the_books(world, ticket):
    write(world, ticket, START)
    line = world.claim(f"reply:{START}")
    assert (line.outcome, line.conversation_id) == ("deliver", world.conversation().id)
    assert (line.sequence, line.parts) == (1, 1)


# --- the names by which the platform will tell of the person

OTHER_FORM = ("phone", "3933312345")


def test_the_answer_of_who_is_called_otherwise_lands_in_the_agents_ticket_too(world, ticket):
    world.channel.told_names = [Alias(AliasKind.PHONE, OTHER_FORM[1])]
    write(world, ticket, START)
    world.hear(message("Yes?", aliases=[OTHER_FORM], at=world.clock()))
    world.run_until_quiet()
    assert world.ticket().texts() == ["Call Anna", "Yes?"]
    assert world.conversation().contact.aliases[0].value == OTHER_FORM[1]


def test_until_then_the_agents_number_is_the_one_that_is_written_to(world, ticket):
    world.channel.told_names = [Alias(AliasKind.PHONE, OTHER_FORM[1])]
    write(world, ticket, START)
    write(world, ticket, "/template order it")
    assert [to for to, _ in templates(world)] == ["393331234567"] * 2


def test_a_name_that_is_somebody_elses_stays_theirs(world, ticket):
    world.hear(message("hello", aliases=[OTHER_FORM], contact="bert"))
    world.run_until_quiet()
    world.channel.told_names = [Alias(AliasKind.PHONE, OTHER_FORM[1])]
    write(world, ticket, START)
    world.run_until_quiet()
    assert templates(world) == [("393331234567", "order")]
    names = [c.contact.aliases for c in world.conversations()]
    assert all(len(each) == 1 for each in names)
    assert world.notes() == []


def test_names_that_are_known_cost_nothing(world, ticket):
    world.channel.told_names = [Alias(AliasKind.PHONE, PHONE[1])]
    write(world, ticket, START)
    assert [len(c.contact.aliases) for c in world.conversations()] == [1]


def test_a_customer_who_writes_while_a_name_is_learnt_loses_nothing(world, ticket):
    world.channel.told_names = [Alias(AliasKind.PHONE, OTHER_FORM[1])]
    world.hear_desk(reply(ticket, START, foreign=True, at=world.clock()))
    world.pump("ingest")
    raced = message("Yes?", aliases=[("bsuid", "IT.1"), PHONE], at=world.clock())
    world.table.before_write("ALIAS", lambda: world.hear_now(raced))
    world.run_until_quiet()
    kinds = [alias.kind for alias in world.conversation().contact.aliases]
    assert AliasKind.BSUID in kinds
    assert world.ticket().texts() == ["Call Anna", "Yes?"]
