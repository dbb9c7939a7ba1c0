"""That the look from the outside sees what is wrong, each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import words
from tests.real_storm.said import Kind, Person, Said
from tests.real_storm.verdict import Verdict, judge
from tests.storm.violations import Kind as Wrong

ANA = Person("messenger", "16660000000")
BO = Person("whatsapp", "16660000002")
BRIDGE, ALICE = 3, 1


class World:
    """A desk and phones on which all is as it should be, to be spoilt by a test."""

    def __init__(self) -> None:
        self.said = Said()
        self.ins = [self.said.new(Kind.IN, ANA) for _ in range(3)]
        self.replies = [self.said.new(Kind.REPLY, ANA) for _ in range(2)]
        self.private = self.said.new(Kind.PRIVATE, ANA)
        self.bos = self.said.new(Kind.IN, BO)
        self.entries = [(BRIDGE, True, text) for text in self.ins]
        self.entries += [(ALICE, True, text) for text in self.replies]
        self.entries.append((ALICE, False, self.private))
        self.more: list[list[tuple[int, bool, str]]] = [[(BRIDGE, True, self.bos)]]
        self.sent = [(ANA, text, "delivered") for text in self.replies]

    def note(self, text: str) -> None:
        self.entries.append((BRIDGE, False, text))

    def judged(self) -> Verdict:
        tickets = [ticket(n, entries) for n, entries in enumerate([self.entries, *self.more], 1)]
        return judge(self.said, tickets, [message(*each) for each in self.sent])

    def wrongs(self) -> list[Wrong]:
        return [violation.kind for violation in self.judged().violations]


def ticket(number: int, entries: list[tuple[int, bool, str]]) -> dict[str, Any]:
    return {
        "id": number,
        "followup_set": [
            {"id": number * 100 + place, "user": user, "public": public, "comment": text}
            for place, (user, public, text) in enumerate(entries)
        ],
    }


def message(person: Person, text: str, status: str) -> dict[str, Any]:
    return {"channel": person.channel, "recipient": person.contact, "text": text, "status": status}


def not_sent(text: str) -> str:
    return words.say("en", "not_sent", reason="the window is closed.", text=text)


def in_doubt(text: str) -> str:
    return words.say("en", "unconfirmed", text=text)


@pytest.fixture
def world() -> World:
    return World()


def test_where_all_is_well_nothing_is_wrong(world: World):
    verdict = world.judged()
    assert verdict.violations == []
    assert (verdict.shown, verdict.arrived) == (4, 2)


def test_a_message_that_stands_nowhere_is_lost(world: World):
    del world.entries[1]
    assert world.wrongs() == [Wrong.LOST]


def test_a_message_that_is_shown_otherwise_than_it_was_said_is_lost(world: World):
    world.entries[1] = (BRIDGE, True, world.ins[1].replace("&", "&amp;"))
    assert world.wrongs() == [Wrong.LOST]


def test_a_message_that_is_shown_to_agents_alone_is_lost(world: World):
    world.entries[1] = (BRIDGE, False, world.ins[1])
    assert world.wrongs() == [Wrong.LOST]


def test_a_message_that_stands_twice_is_duplicated(world: World):
    world.entries.append(world.entries[1])
    assert world.wrongs() == [Wrong.DUPLICATED]


def test_a_message_before_an_earlier_one_is_misordered(world: World):
    world.entries[1], world.entries[2] = world.entries[2], world.entries[1]
    assert world.wrongs() == [Wrong.MISORDERED]


def test_a_second_ticket_of_a_customer_is_a_duplicate(world: World):
    world.more.append([world.entries.pop(2)])
    assert world.wrongs() == [Wrong.DUPLICATED]


def test_a_message_in_the_ticket_of_somebody_else_is_leaked(world: World):
    world.entries.append((BRIDGE, True, world.bos))
    assert Wrong.LEAKED in world.wrongs()


def test_a_comment_that_nobody_said_is_leaked(world: World):
    world.entries.append((BRIDGE, True, "from nowhere"))
    assert world.wrongs() == [Wrong.LEAKED]


def test_a_reply_that_is_not_sent_is_lost_unless_its_agent_is_told(world: World):
    world.sent.pop()
    assert world.wrongs() == [Wrong.LOST]
    world.note(not_sent(world.replies[1]))
    verdict = world.judged()
    assert verdict.violations == []
    assert len(verdict.refused) == 1


def test_a_reply_in_doubt_may_have_arrived_or_not(world: World):
    world.note(in_doubt(world.replies[1]))
    assert world.wrongs() == []
    world.sent.pop()
    assert world.wrongs() == []
    assert len(world.judged().doubted) == 1


def test_a_reply_that_was_sent_and_is_told_as_not_sent_is_wrong(world: World):
    world.note(not_sent(world.replies[1]))
    assert world.wrongs() == [Wrong.DUPLICATED]


def test_a_reply_that_was_sent_twice_is_duplicated(world: World):
    world.sent.append(world.sent[1])
    assert world.wrongs() == [Wrong.DUPLICATED]


def test_replies_that_changed_places_are_misordered(world: World):
    world.sent.reverse()
    assert world.wrongs() == [Wrong.MISORDERED]


def test_a_private_note_on_a_phone_is_leaked(world: World):
    world.sent.append((ANA, world.private, "delivered"))
    assert world.wrongs() == [Wrong.LEAKED]


def test_a_reply_on_the_phone_of_somebody_else_is_leaked(world: World):
    world.sent.append((BO, world.replies[0], "delivered"))
    assert world.wrongs() == [Wrong.LEAKED]


def test_a_reply_that_failed_later_is_told_on_whatsapp_where_it_can_be_known(world: World):
    reply = world.said.new(Kind.REPLY, BO)
    world.more[0].append((ALICE, True, reply))
    world.sent.append((BO, reply, "failed"))
    assert world.wrongs() == [Wrong.LOST]
    world.more[0].append((BRIDGE, False, words.say("en", "not_delivered", reason="…")))
    assert world.wrongs() == []


def test_a_reply_that_is_shown_as_somebody_elses_is_residue_only_where_it_was_given_up(
    world: World,
):
    told = words.say("en", "sent_outside", text=world.replies[1])
    world.entries.append((BRIDGE, True, told))
    assert world.wrongs() == [Wrong.DUPLICATED]
    world.note(in_doubt(world.replies[1]))
    verdict = world.judged()
    assert verdict.violations == []
    assert len(verdict.residue) == 1
