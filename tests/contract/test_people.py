"""What is kept of people, on any table: found row by row, removed, and marked as removed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.changes import (
    AliasAdded,
    Claimed,
    ClaimKey,
    ConversationOpened,
    DeliveryEnded,
    MessageKept,
    Outcome,
    SentKey,
    SentLearnt,
    TicketLinked,
    WorkAdded,
)
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.content import Content, File, FileKind
from chalicelib.domain.erasure import (
    DeletionRequest,
    Erasure,
    Grave,
    HeldTicket,
    RequestState,
    erased_line,
)
from chalicelib.domain.person import Traces
from chalicelib.errors import Conflict
from chalicelib.storage.people import TablePeople
from chalicelib.storage.store import TableStore
from tests.contract.stored import (
    ACCOUNT,
    CLAIM,
    CONVERSATION,
    DELIVERY,
    LINK,
    MESSAGE,
    SENT,
    WORK,
)
from tests.fakes.clock import START

PSID = "7777777"
FILE = File(kind=FileKind.IMAGE, key="media/1", name="a.png")
THEIRS = Traces(conversations=frozenset({"c1"}), names=frozenset({PSID}))


@pytest.fixture
def people(table) -> TablePeople:
    return TablePeople(table=table)


def person(store: TableStore, id_: str = "c1", psid: str = PSID) -> None:
    """Keep one row of each kind for a person."""
    contact = Contact(aliases=(Alias(AliasKind.PSID, psid),), name="Anna", person="p")
    conversation = replace(CONVERSATION, id=id_, contact=contact, link=LINK)
    message = replace(MESSAGE, content=Content(text="hello", files=(FILE,)))
    claim = replace(CLAIM, key=ClaimKey("messenger#1", f"m:{id_}"), conversation_id=id_, raw="{}")
    store.commit(
        ConversationOpened(conversation),
        AliasAdded(ACCOUNT, contact.aliases[0], id_),
        MessageKept(id_, 1, message),
        WorkAdded(replace(WORK, conversation_id=id_)),
        DeliveryEnded(replace(DELIVERY, conversation_id=id_)),
        Claimed(claim),
        SentLearnt(replace(SENT, key=SentKey(ACCOUNT, f"s{id_}"), conversation_id=id_)),
        TicketLinked("a", f"t{id_}", id_),
    )


def parked(store: TableStore, key: str, **raw: Any) -> None:
    """Park an item that belongs to no conversation."""
    line = replace(
        CLAIM,
        key=ClaimKey("messenger#1", key),
        outcome=Outcome.PARKED,
        conversation_id="",
        sequence=0,
        raw=json.dumps(raw),
    )
    store.commit(Claimed(line))


def test_all_conversations_are_told_with_the_people_they_are_with(store, people):
    person(store)
    person(store, "c2", "8888888")
    told = {each.id: each.contact for each in people.conversations()}
    assert set(told) == {"c1", "c2"}
    assert told["c1"].person == "p"


def test_every_row_of_a_person_is_held_and_no_other(store, people):
    person(store)
    person(store, "c2", "8888888")
    held = list(people.held(THEIRS))
    assert sorted(each.kind for each in held) == [
        "alias",
        "claim",
        "conversation",
        "message",
        "sent",
        "state",
        "ticket",
        "work",
    ]
    by_kind = {each.kind: each for each in held}
    assert by_kind["message"].files == (FILE,)
    assert by_kind["ticket"].ticket == ("a", "tc1")
    assert by_kind["sent"].sent == SentKey(ACCOUNT, "sc1")
    assert by_kind["claim"].claim is not None


def test_what_is_in_no_conversation_is_held_where_it_names_them(store, people):
    person(store, "c2", "8888888")
    parked(store, "m:9", sender=PSID)
    parked(store, f"read:{PSID}:1")
    parked(store, "m:10", sender="9999999")
    store.commit(SentLearnt(replace(SENT, key=SentKey(ACCOUNT, PSID), conversation_id="")))
    claims = [each.claim for each in people.held(THEIRS) if each.claim is not None]
    assert {claim.key.key for claim in claims} == {"m:9", f"read:{PSID}:1"}
    assert len(list(people.held(THEIRS))) == 3
    assert {claim.key.key for claim in people.parked()} == {"m:9", "m:10", f"read:{PSID}:1"}


def test_what_others_say_of_them_is_not_theirs(store, people):
    person(store, "c2", "8888888")
    claim = replace(CLAIM, conversation_id="c2", raw=json.dumps({"text": f"ask {PSID}"}))
    store.commit(Claimed(claim))
    assert list(people.held(THEIRS)) == []


def test_what_is_removed_leaves_the_lines_of_the_books_alone(store, people, table):
    person(store)
    person(store, "c2", "8888888")
    others = list(people.held(Traces(conversations=frozenset({"c2"}), names=frozenset())))
    held = list(people.held(THEIRS))
    (claim,) = [each.claim for each in held if each.claim is not None]
    assert people.remove(held, secret="k") == len(held)
    assert list(people.held(THEIRS)) == []
    line = erased_line(claim, "k")
    assert store.find(claim=line.key).claims == {line.key: line}
    assert len(list(table.scan())) == len(others) + 1
    assert PSID not in json.dumps(list(table.scan()), default=sorted)


def test_many_rows_are_removed_and_removing_them_again_does_no_harm(store, people):
    person(store)
    for number in range(2, 70):
        store.commit(MessageKept("c1", number, MESSAGE))
    held = list(people.held(THEIRS))
    assert people.remove(held, secret="k") == len(held) == 76
    people.remove(held, secret="k")
    assert list(people.held(THEIRS)) == []


def test_a_grave_is_found_under_its_mark_by_whoever_looks(store, people):
    grave = Grave(at=START, erasure="e1")
    marks = [f"m{number}" for number in range(250)]
    people.bury(marks, grave)
    assert people.buried([*marks, "none"]) == dict.fromkeys(marks, grave)
    assert people.buried([]) == {}
    assert store.find(marks=["m1", "none"]).erased == {"m1": grave}
    assert store.find(claim=CLAIM.key, marks=["none"]).erased == {}


def test_a_grave_goes_by_itself_after_ninety_days(people, table):
    people.bury(["m"], Grave(at=START, erasure="e1"))
    (row,) = table.scan()
    assert row["ttl"] == START // 1000 + 90 * 86_400


def test_a_receipt_is_kept_as_it_is(people):
    assert people.erasure("e1") is None
    receipt = Erasure(
        id="e1",
        started_at=START,
        conversations=("c1",),
        tickets=(HeldTicket("a", "7", "u7", "c1"),),
        rows=3,
        files=2,
        bodies=1,
    )
    people.keep_erasure(receipt)
    assert people.erasure("e1") == receipt
    people.keep_erasure(replace(receipt, finished_at=START, tickets=()))
    assert people.erasure("e1") == replace(receipt, finished_at=START, tickets=())


def test_a_request_is_kept_once_under_its_code(people):
    assert people.request("code") is None
    assert people.requests() == []
    request = DeletionRequest(code="code", user="u", requested_at=START)
    people.keep_request(request, only_if_new=True)
    with pytest.raises(Conflict):
        people.keep_request(replace(request, user="other"), only_if_new=True)
    assert people.request("code") == request
    done = replace(request, user="", state=RequestState.DONE, ended_at=START)
    people.keep_request(done)
    assert people.requests() == [done]
