"""What many do to a store on any table at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chalicelib.domain.changes import (
    Claimed,
    ConversationChanged,
    ConversationOpened,
    MessageKept,
)
from chalicelib.errors import Conflict
from tests.contract.stored import CLAIM, CONVERSATION, MESSAGE

RACERS = 48


def test_of_many_copies_of_an_item_one_is_claimed_and_only_its_message_is_kept(store):
    def ingested(racer: int) -> bool:
        claim = replace(CLAIM, owner=f"m{racer}#0")
        try:
            store.commit(Claimed(claim), MessageKept("c1", racer, MESSAGE))
        except Conflict:
            store.seen_again(CLAIM.key, claim.owner)
            return False
        return True

    with ThreadPoolExecutor(RACERS) as pool:
        (winner,) = [racer for racer, did in enumerate(pool.map(ingested, range(RACERS))) if did]
    claim = store.find(claim=CLAIM.key).claims[CLAIM.key]
    others = frozenset(f"m{racer}#0" for racer in range(RACERS) if racer != winner)
    assert (claim.owner, claim.seen) == (f"m{winner}#0", others)


def test_of_many_who_take_the_next_number_at_once_each_gets_one_of_his_own(store):
    store.commit(ConversationOpened(CONVERSATION))

    def told(_: int) -> int:
        while True:
            before = store.conversation(CONVERSATION.id)
            assert before
            number: int = before.sequence + 1
            after = replace(before, sequence=number)
            try:
                store.commit(
                    ConversationChanged(before, after), MessageKept(before.id, number, MESSAGE)
                )
            except Conflict:
                continue
            return number

    racers = 12
    with ThreadPoolExecutor(racers) as pool:
        taken = sorted(pool.map(told, range(racers)))
    first = CONVERSATION.sequence + 1
    assert taken == list(range(first, first + racers))
