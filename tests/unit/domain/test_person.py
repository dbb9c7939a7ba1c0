"""Who is one person, and what names them."""

from __future__ import annotations

import base64
import json

import pytest

from chalicelib.domain.account import AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact, merged
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.person import Traces, is_named, meant, people, together

NUMBER = "15550001111"


def conversation(
    id_: str, *aliases: tuple[str, str], channel: str = "whatsapp", account: str = "1", **more: str
) -> Conversation:
    names = tuple(Alias(AliasKind(kind), value) for kind, value in aliases)
    contact = Contact(aliases=names, **more)
    return Conversation(id=id_, account=AccountRef(channel, account), contact=contact)


def traces(*names: str, conversations: frozenset[str] = frozenset()) -> Traces:
    return Traces(conversations=conversations, names=frozenset(names))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+1 (555) 000-1111", NUMBER),
        ("001 555 000 1111", NUMBER),
        (NUMBER, NUMBER),
        (" abc-1 ", "abc-1"),
        ("post/anna", "post/anna"),
        ("", ""),
    ],
)
def test_a_number_is_meant_however_it_is_written(written, kept):
    assert meant(written) == kept


@pytest.mark.parametrize("who", ["c1", "p1", NUMBER, "+1 555 000 1111", "US.9"])
def test_a_conversation_is_named_by_itself_its_person_and_every_name(who):
    one = conversation("c1", ("bsuid", "US.9"), ("phone", NUMBER), person="p1")
    assert is_named(one, who)


@pytest.mark.parametrize("who", ["", "c2", "US", "5550001111"])
def test_a_conversation_is_named_by_nothing_less(who):
    assert not is_named(conversation("c1", ("bsuid", "US.9"), ("phone", NUMBER)), who)


def test_who_writes_in_public_is_named_by_their_id_as_well():
    one = conversation("c1", ("thread", "post_1/777777"), channel="messenger")
    assert is_named(one, "777777")
    assert is_named(one, "post_1/777777")
    nobody = conversation("c2", ("thread", "888888/888888"), channel="messenger")
    assert is_named(nobody, "888888/888888")
    assert not is_named(nobody, "888888")


def test_what_shares_a_name_or_a_link_is_one_person():
    public = conversation("c1", ("thread", "post/777777"), channel="messenger")
    private = conversation("c2", ("psid", "777777"), channel="messenger", person="p")
    linked = conversation("c3", ("phone", NUMBER), person="p")
    other = conversation("c4", ("phone", "15550002222"))
    every = [other, linked, private, public]
    assert {each.id for each in together([public], every)} == {"c1", "c2", "c3"}
    assert people([public, linked], every) == 1
    assert people([public, other], every) == 2


def test_a_number_that_was_given_away_makes_no_two_people_one():
    before = conversation("c1", ("bsuid", "US.1"), ("phone", NUMBER))
    after = conversation("c2", ("bsuid", "US.2"), ("phone", NUMBER))
    every = [before, after]
    assert [each.id for each in together([before], every)] == ["c1"]
    assert people(every, every) == 2
    # And then it is the trace of neither.
    assert Traces.of([before], every).names == {"US.1"}


def test_a_number_alone_is_whose_it_was_told_with():
    before = conversation("c1", ("phone", NUMBER))
    after = conversation("c2", ("bsuid", "US.2"), ("phone", NUMBER))
    assert {each.id for each in together([before], [before, after])} == {"c1", "c2"}


def test_the_same_id_on_another_channel_is_somebody_else():
    here = conversation("c1", ("psid", "777777"), channel="messenger")
    there = conversation("c2", ("igsid", "777777"), channel="instagram")
    assert [each.id for each in together([here], [here, there])] == ["c1"]


def test_a_name_stands_in_a_text_as_a_word():
    assert traces(NUMBER).are_in(f'{{"from":"{NUMBER}"}}')
    assert traces(NUMBER).are_in(f"+{NUMBER} wrote")
    assert not traces(NUMBER).are_in(f'{{"from":"9{NUMBER}"}}')
    assert not traces(NUMBER).are_in(f'{{"from":"{NUMBER}0"}}')


def test_a_short_name_stands_in_a_text_as_a_string_only():
    assert traces("anna").are_in('{"from":"anna"}')
    assert not traces("anna").are_in('{"text":"anna said"}')


def test_the_number_is_found_in_the_message_ids_that_hide_it():
    hidden = base64.b64encode(b"\x1c\x18\x0b" + NUMBER.encode() + b"\x15\x02\x00").decode()
    for id_ in (hidden, hidden.rstrip("=")):
        assert traces(NUMBER).are_in(json.dumps({"id": f"wamid.{id_}"}))
    assert not traces("15550002222").are_in(json.dumps({"id": f"wamid.{hidden}"}))
    assert not traces(NUMBER).are_in('{"id":"wamid.A"}')


def test_of_a_body_only_the_elements_that_name_a_person_are_theirs():
    body = {
        "object": "page",
        "entry": [
            {"id": "1", "messaging": [{"sender": {"id": NUMBER}}, {"sender": {"id": "222222222"}}]},
            {"id": "2", "messaging": [{"sender": {"id": "333333333"}}]},
        ],
    }
    assert traces(NUMBER).only(body) == {
        "object": "page",
        "entry": [{"id": "1", "messaging": [{"sender": {"id": NUMBER}}]}],
    }


def test_a_link_outlives_new_names():
    known = Contact(aliases=(Alias(AliasKind.PSID, "1"),), name="Anna", person="p")
    shown = Contact(aliases=(Alias(AliasKind.PSID, "2"),), name="Anna B.")
    for is_newer in (True, False):
        assert merged(known, shown, is_newer=is_newer).person == "p"
