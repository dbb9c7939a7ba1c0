"""How a conversation changes in a store on any table while others change it too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.changes import ConversationChanged, ConversationOpened, WorkAdded
from chalicelib.domain.conversation import Conversation, TicketStatus
from chalicelib.errors import Conflict
from chalicelib.storage.store import TableStore
from tests.contract.stored import CONVERSATION, LINK, WORK

WATERMARKS = ["last_inbound_at", "delivered_until", "read_until"]


def opened(store: TableStore, **fields: Any) -> Conversation:
    """A conversation that is in the store."""
    conversation = replace(CONVERSATION, **fields)
    store.commit(ConversationOpened(conversation))
    return conversation


def moved(conversation: Conversation, watermark: str, until: int) -> Conversation:
    fields: dict[str, Any] = {watermark: until}
    return replace(conversation, **fields)


def test_a_conversation_is_opened_once(store):
    opened(store)
    with pytest.raises(Conflict):
        store.commit(ConversationOpened(replace(CONVERSATION, sequence=5)))
    assert store.conversation(CONVERSATION.id) == CONVERSATION


def test_a_conversation_that_is_not_there_cannot_change_and_no_half_of_it_is_left(store):
    for after in [
        replace(CONVERSATION, sequence=2),
        replace(CONVERSATION, link=LINK),
        replace(CONVERSATION, read_until=9),
    ]:
        with pytest.raises(Conflict):
            store.commit(ConversationChanged(CONVERSATION, after))
    assert store.conversation(CONVERSATION.id) is None


def test_of_two_who_take_the_same_number_the_second_conflicts(store):
    before = opened(store)
    after = replace(before, sequence=before.sequence + 1, link=LINK)
    store.commit(ConversationChanged(before, after))
    with pytest.raises(Conflict):
        store.commit(ConversationChanged(before, replace(after, link=None, read_until=1)))
    assert store.conversation(before.id) == after


def test_changes_of_different_things_that_were_decided_from_the_same_state_are_both_kept(store):
    before = opened(store)
    store.commit(ConversationChanged(before, replace(before, sequence=before.sequence + 1)))
    store.commit(ConversationChanged(before, replace(before, link=LINK, tickets=1)))
    store.commit(ConversationChanged(before, replace(before, read_until=5)))
    store.commit(ConversationChanged(before, replace(before, delivered_until=7)))
    assert store.conversation(before.id) == replace(
        before,
        sequence=before.sequence + 1,
        link=LINK,
        tickets=1,
        read_until=5,
        delivered_until=7,
    )


def test_what_is_told_of_a_ticket_conflicts_where_another_ticket_has_taken_over(store):
    before = opened(store, link=LINK)
    closed = replace(LINK, status=TicketStatus.CLOSED, changed_at=9)
    follower = replace(before, link=replace(LINK, ticket_id="8", url="u8"), tickets=2)
    store.commit(ConversationChanged(before, follower))
    with pytest.raises(Conflict):
        store.commit(ConversationChanged(before, replace(before, link=closed)))
    assert store.conversation(before.id) == follower


def test_of_two_who_open_a_ticket_for_a_conversation_the_second_conflicts(store):
    before = opened(store)
    first = replace(before, link=LINK)
    store.commit(ConversationChanged(before, first))
    with pytest.raises(Conflict):
        store.commit(ConversationChanged(before, replace(before, link=replace(LINK, desk="b"))))
    assert store.conversation(before.id) == first


def test_parts_of_a_link_change_one_by_one(store):
    before = opened(store, link=LINK)
    closed = replace(LINK, status=TicketStatus.CLOSED, changed_at=9)
    store.commit(ConversationChanged(before, replace(before, link=closed)))
    store.commit(ConversationChanged(before, replace(before, link=replace(LINK, last_entry="5"))))
    assert store.conversation(before.id) == replace(before, link=replace(closed, last_entry="5"))


def test_a_link_can_be_taken_away_and_another_be_made(store):
    before = opened(store, link=LINK)
    without = replace(before, link=None)
    store.commit(ConversationChanged(before, without))
    assert store.conversation(before.id) == without
    again = replace(without, link=replace(LINK, ticket_id="9"))
    store.commit(ConversationChanged(without, again))
    assert store.conversation(before.id) == again


@pytest.mark.parametrize("watermark", WATERMARKS)
def test_a_watermark_rises_and_one_decided_from_an_older_state_cannot_lower_it(store, watermark):
    before = opened(store)
    high, low = moved(before, watermark, 20), moved(before, watermark, 10)
    store.commit(ConversationChanged(before, high))
    for late in [low, high]:
        with pytest.raises(Conflict):
            store.commit(ConversationChanged(before, late))
    assert store.conversation(before.id) == high
    higher = moved(before, watermark, 30)
    store.commit(ConversationChanged(before, higher))
    assert store.conversation(before.id) == higher


@pytest.mark.parametrize("watermark", WATERMARKS)
def test_no_change_lowers_a_watermark(store, watermark):
    before = opened(store, **{watermark: 20})
    with pytest.raises(Conflict):
        store.commit(ConversationChanged(before, moved(before, watermark, 10)))
    assert store.conversation(before.id) == before


def test_a_change_of_nothing_changes_nothing(store):
    before = opened(store)
    store.commit(ConversationChanged(before, before))
    store.commit(ConversationChanged(before, before), WorkAdded(WORK))
    assert store.open_work(before.id) == (before, [WORK])
