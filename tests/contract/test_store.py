"""What a store on any table does with each change, and when it conflicts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import (
    AliasAdded,
    Change,
    ClaimChanged,
    ClaimDropped,
    Claimed,
    ConversationChanged,
    ConversationOpened,
    CopiesSeen,
    DeliveryEnded,
    FilesFound,
    MessageForgotten,
    MessageKept,
    Outcome,
    SentLearnt,
    TicketLinked,
    WorkAdded,
    WorkChanged,
    WorkDone,
)
from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.domain.content import Content
from chalicelib.domain.message import Status
from chalicelib.domain.work import Stage, Verb
from chalicelib.errors import Conflict
from tests.contract.stored import (
    ACCOUNT,
    CLAIM,
    CONVERSATION,
    DELIVERY,
    MESSAGE,
    SENT,
    WORK,
)

# The books


def test_an_item_is_claimed_by_the_first_copy_only(store):
    store.commit(Claimed(CLAIM))
    with pytest.raises(Conflict):
        store.commit(Claimed(replace(CLAIM, owner="other")))
    assert store.find(claim=CLAIM.key).claims == {CLAIM.key: CLAIM}


def test_a_copy_noted_twice_is_one_copy_and_copies_of_others_are_more(store):
    store.commit(Claimed(CLAIM))
    for owner in ["m2#0", "m3#0", "m2#0"]:
        store.seen_again(CLAIM.key, owner)
    found = store.find(claim=CLAIM.key).claims[CLAIM.key]
    assert found == replace(CLAIM, seen=frozenset({"m2#0", "m3#0"}))


def test_a_copy_of_an_item_whose_claim_is_gone_conflicts_and_leaves_no_half_claim(store):
    with pytest.raises(Conflict):
        store.seen_again(CLAIM.key, "m2#0")
    assert store.find(claim=CLAIM.key).claims == {}
    store.commit(Claimed(CLAIM))


PARKED = replace(
    CLAIM,
    outcome=Outcome.PARKED,
    reason="no_account",
    conversation_id="",
    sequence=0,
    seen=frozenset({"m2#0", "m3#0"}),
)


def test_a_parked_item_that_is_decided_again_keeps_its_copies(store):
    store.commit(Claimed(PARKED))
    decided = replace(CLAIM, seen=PARKED.seen)
    store.commit(ClaimChanged(PARKED, decided))
    assert store.find(claim=CLAIM.key).claims == {CLAIM.key: decided}


def test_a_parked_item_is_dropped_for_the_lines_that_replace_it(store):
    store.commit(Claimed(PARKED))
    store.commit(ClaimDropped(PARKED))
    assert store.find(claim=CLAIM.key).claims == {}


@pytest.mark.parametrize(
    "change",
    [ClaimChanged(PARKED, CLAIM), ClaimDropped(PARKED)],
    ids=["changed", "dropped"],
)
@pytest.mark.parametrize(
    "stands",
    [
        replace(PARKED, outcome=Outcome.FORWARD),
        replace(PARKED, owner="m9#0"),
        replace(PARKED, reason="dead_letter"),
        replace(PARKED, seen=frozenset()),
        replace(PARKED, seen=PARKED.seen | {"m4#0"}),
        None,
    ],
    ids=["decided", "owner", "reason", "unseen", "seen again", "gone"],
)
def test_a_parked_item_is_decided_only_as_it_was_read(store, stands, change):
    if stands:
        store.commit(Claimed(stands))
    with pytest.raises(Conflict):
        store.commit(change)
    assert store.find(claim=CLAIM.key).claims == ({CLAIM.key: stands} if stands else {})


def test_a_parked_item_that_no_copy_followed_conflicts_when_one_comes(store):
    alone = replace(PARKED, seen=frozenset())
    store.commit(Claimed(alone))
    store.commit(CopiesSeen(CLAIM.key, frozenset({"m2#0"})))
    with pytest.raises(Conflict):
        store.commit(ClaimDropped(alone))


# Names


def test_a_name_belongs_to_the_first_conversation_that_has_it(store):
    alias = Alias(AliasKind.PHONE, "1")
    store.commit(AliasAdded(ACCOUNT, alias, "a"))
    for other in ["b", "a"]:
        with pytest.raises(Conflict):
            store.commit(AliasAdded(ACCOUNT, alias, other))
    assert store.find(account=ACCOUNT, aliases=[alias]).aliases == {alias: "a"}


def test_the_same_name_on_another_account_or_of_another_kind_is_another_name(store):
    alias = Alias(AliasKind.PHONE, "1")
    other_kind = Alias(AliasKind.BSUID, "1")
    elsewhere = AccountRef(ACCOUNT.channel, "2")
    store.commit(AliasAdded(ACCOUNT, alias, "a"))
    store.commit(AliasAdded(ACCOUNT, other_kind, "b"))
    store.commit(AliasAdded(elsewhere, alias, "c"))
    both = [alias, other_kind]
    assert store.find(account=ACCOUNT, aliases=both).aliases == {alias: "a", other_kind: "b"}
    assert store.find(account=elsewhere, aliases=both).aliases == {alias: "c"}


# Work


def test_work_is_added_once(store):
    store.commit(WorkAdded(WORK))
    with pytest.raises(Conflict):
        store.commit(WorkAdded(replace(WORK, text="other")))
    assert store.open_work(WORK.conversation_id) == (None, [WORK])


def test_each_change_of_work_is_counted_and_one_decided_from_an_older_state_conflicts(store):
    store.commit(WorkAdded(WORK))
    store.commit(WorkChanged(WORK, replace(WORK, stage=Stage.STARTED)))
    (started,) = store.open_work(WORK.conversation_id)[1]
    assert started == replace(WORK, stage=Stage.STARTED, revision=WORK.revision + 1)
    for late in [replace(WORK, attempts=9), WORK]:
        with pytest.raises(Conflict):
            store.commit(WorkChanged(WORK, late))
    store.commit(WorkChanged(started, replace(started, attempts=1)))
    assert store.open_work(WORK.conversation_id)[1] == [
        replace(started, attempts=1, revision=WORK.revision + 2)
    ]


def test_work_is_done_once_and_only_as_it_stands(store):
    store.commit(WorkAdded(WORK))
    store.commit(WorkChanged(WORK, replace(WORK, attempts=1)))
    (current,) = store.open_work(WORK.conversation_id)[1]
    with pytest.raises(Conflict):
        store.commit(WorkDone(WORK))
    store.commit(WorkDone(current))
    for late in [WorkDone(current), WorkChanged(current, current)]:
        with pytest.raises(Conflict):
            store.commit(late)
    assert store.open_work(WORK.conversation_id) == (None, [])


def test_work_of_one_verb_is_not_that_of_the_other(store):
    delivery = replace(WORK, verb=Verb.DELIVER)
    store.commit(WorkAdded(WORK), WorkAdded(delivery))
    store.commit(WorkDone(WORK))
    assert store.open_work(WORK.conversation_id)[1] == [delivery]


# What was said and sent


def test_a_number_of_a_conversation_is_given_to_one_message_only(store):
    store.commit(MessageKept("a", 1, MESSAGE))
    with pytest.raises(Conflict):
        store.commit(MessageKept("a", 1, MESSAGE))
    store.commit(MessageKept("a", 2, MESSAGE), MessageKept("b", 1, MESSAGE))


@pytest.mark.parametrize("change", [MessageForgotten, FilesFound])
def test_what_was_said_says_something_else_only_if_it_is_as_it_was_read(store, change):
    store.commit(MessageKept("a", 1, MESSAGE))
    (read,) = store.said("a")
    store.commit(change(read, Content(text="now")))
    for later in (MessageForgotten, FilesFound):
        with pytest.raises(Conflict):
            store.commit(later(read, Content(text="too late")))
    (now,) = store.said("a")
    assert (now.message.content, now.message.revision) == (Content(text="now"), 1)
    store.commit(MessageForgotten(now, Content(text="gone")))
    message = store.message("a", 1)
    assert message is not None
    assert (message.content.text, message.author) == ("gone", "")


def test_a_ticket_is_linked_any_number_of_times_and_keeps_its_conversation(store):
    for _ in range(2):
        store.commit(TicketLinked("a", "7", "c1"))
    store.commit(TicketLinked("b", "7", "c2"))
    assert store.find(ticket=("a", "7")).ticket == "c1"
    assert store.find(ticket=("b", "7")).ticket == "c2"


def test_how_a_send_ended_can_be_told_better_later(store):
    assert store.delivery("a", 3) is None
    for status in [Status.UNCONFIRMED, Status.ACCEPTED]:
        ended = replace(DELIVERY, conversation_id="a", sequence=3, status=status)
        store.commit(DeliveryEnded(ended))
        assert store.delivery("a", 3) == ended
    assert store.delivery("a", 30) is None
    assert store.delivery("b", 3) is None


def test_receipts_are_gathered_and_what_is_learnt_empty_stays_as_it_was(store):
    bare = replace(SENT, conversation_id="", sequence=0, sent_at=0, reason="")
    learnt = [
        replace(bare, receipts=frozenset({Status.READ})),
        replace(SENT, receipts=frozenset()),
        replace(bare, receipts=frozenset({Status.SENT, Status.READ})),
        bare,
    ]
    for sent in learnt:
        store.commit(SentLearnt(sent))
    expected = replace(SENT, receipts=SENT.receipts | {Status.SENT, Status.READ})
    assert store.find(sent=[SENT.key]).sent == {SENT.key: expected}


def test_a_message_known_only_by_receipts_is_new_and_one_of_ours_is_not(store):
    receipt = replace(SENT, conversation_id="", sequence=0)
    store.commit(SentLearnt(receipt))
    store.commit(SentLearnt(SENT, only_if_new=True))
    with pytest.raises(Conflict):
        store.commit(SentLearnt(replace(SENT, conversation_id="other"), only_if_new=True))
    assert store.find(sent=[SENT.key]).sent[SENT.key].conversation_id == SENT.conversation_id


# All or none

THERE: list[Change] = [
    Claimed(CLAIM),
    ConversationOpened(CONVERSATION),
    AliasAdded(ACCOUNT, Alias(AliasKind.PSID, "9"), CONVERSATION.id),
    MessageKept(CONVERSATION.id, 1, MESSAGE),
    WorkAdded(WORK),
    SentLearnt(SENT),
]
CONFLICTING: list[Change] = [
    *THERE[:-1],
    SentLearnt(SENT, only_if_new=True),
    ConversationChanged(replace(CONVERSATION, sequence=7), CONVERSATION),
    WorkChanged(replace(WORK, revision=7), WORK),
    WorkDone(replace(WORK, revision=7)),
]
INNOCENT: list[Change] = [
    Claimed(replace(CLAIM, key=CLAIM.key._replace(key="new"))),
    ConversationOpened(replace(CONVERSATION, id="new")),
    AliasAdded(ACCOUNT, Alias(AliasKind.PSID, "new"), "new"),
    MessageKept("new", 1, MESSAGE),
    WorkAdded(replace(WORK, conversation_id="new")),
    TicketLinked("new", "new", "new"),
    DeliveryEnded(replace(DELIVERY, conversation_id="new")),
    SentLearnt(replace(SENT, key=SENT.key._replace(message_id="new"))),
]


@pytest.mark.parametrize("conflicting", CONFLICTING, ids=lambda change: type(change).__name__)
def test_where_one_change_conflicts_none_is_made(store, table, conflicting):
    def content() -> list[dict[str, Any]]:
        return sorted(table.scan(), key=lambda row: (row["pk"], row["sk"]))

    store.commit(*THERE)
    before = content()
    for changes in [(conflicting, *INNOCENT), (*INNOCENT, conflicting)]:
        with pytest.raises(Conflict):
            store.commit(*changes)
    assert content() == before
    store.commit(*INNOCENT)
    assert len(content()) == len(before) + len(INNOCENT)
