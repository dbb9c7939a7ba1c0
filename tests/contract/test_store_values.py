"""Every value that a store or the directory on any table keeps comes back as it was."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.changes import (
    AliasAdded,
    Claim,
    Claimed,
    ConversationChanged,
    ConversationOpened,
    Delivery,
    DeliveryEnded,
    MessageKept,
    Sent,
    SentLearnt,
    WorkAdded,
)
from chalicelib.domain.contact import Alias
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Message
from chalicelib.domain.work import Work
from chalicelib.storage import keys, message_rows
from chalicelib.storage.directory import TableDirectory
from tests.anything import anything
from tests.contract.stored import CONVERSATION
from tests.fakes.clock import VirtualClock

numbers = itertools.count(1)


def any_value(of: Any):
    """Run a test with values of a type, in a table that fills."""

    def decorated(test):
        bounded = settings(
            max_examples=30,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture],
        )
        return bounded(given(value=anything(of))(test))

    return decorated


def fresh() -> str:
    """An id that no row has yet."""
    return f"fresh {next(numbers)}"


@any_value(Conversation)
def test_any_conversation_comes_back_as_it_was_opened(store, value):
    value = replace(value, id=fresh())
    store.commit(ConversationOpened(value))
    assert store.conversation(value.id) == value


@any_value(tuple[Conversation, ...])
def test_any_conversation_can_become_any_other(store, value):
    before = replace(CONVERSATION, id=fresh())
    store.commit(ConversationOpened(before))
    for other in value:
        after = replace(
            other,
            id=before.id,
            last_inbound_at=max(before.last_inbound_at, other.last_inbound_at),
            delivered_until=max(before.delivered_until, other.delivered_until),
            read_until=max(before.read_until, other.read_until),
        )
        store.commit(ConversationChanged(before, after))
        assert store.conversation(before.id) == after
        before = after


@any_value(Work)
def test_any_work_comes_back_as_it_was_added(store, value):
    value = replace(value, conversation_id=fresh())
    store.commit(WorkAdded(value))
    assert store.open_work(value.conversation_id) == (None, [value])


@any_value(Claim)
def test_any_claim_comes_back_as_it_was_made(store, value):
    value = replace(value, key=value.key._replace(scope=fresh()))
    store.commit(Claimed(value))
    found = store.find(claim=value.key).claims
    assert found == {value.key: value}


@any_value(Sent)
def test_any_sent_message_comes_back_as_it_was_learnt(store, value):
    value = replace(value, key=value.key._replace(message_id=fresh()))
    store.commit(SentLearnt(value))
    sequence = value.sequence if value.conversation_id else 0
    assert store.find(sent=[value.key]).sent == {value.key: replace(value, sequence=sequence)}


@any_value(Delivery)
def test_any_end_of_a_send_comes_back_as_it_was_told(store, value):
    store.commit(DeliveryEnded(value))
    assert store.delivery(value.conversation_id, value.sequence) == value


@any_value(Message)
def test_any_message_can_be_read_as_it_was_kept(store, table, value):
    id_ = fresh()
    store.commit(MessageKept(id_, 1, value))
    key = keys.message(id_, 1)
    assert message_rows.to_message(table.get([key])[key]) == value


@any_value(Breaker)
def test_any_breaker_comes_back_as_it_was_kept(store, value):
    store.keep_breaker(value)
    assert store.breaker(value.desk) == value


@any_value(Alias)
def test_any_name_is_found_again(store, value):
    account = AccountRef("messenger", fresh())
    store.commit(AliasAdded(account, value, "c1"))
    assert store.find(account=account, aliases=[value]).aliases == {value: "c1"}


@any_value(Account)
def test_any_account_comes_back_as_it_was_configured(table, value):
    directory = TableDirectory(table, clock=VirtualClock())
    directory.keep_account(value)
    assert directory.account(value.ref) == value
    assert value in directory.accounts()


@any_value(Desk)
def test_any_desk_comes_back_as_it_was_configured(table, value):
    directory = TableDirectory(table, clock=VirtualClock())
    directory.keep_desk(value)
    assert directory.desk(value.id) == value
    assert value in directory.desks()
