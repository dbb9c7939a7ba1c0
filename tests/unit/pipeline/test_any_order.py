"""Whatever comes twice, mixed up, or while the desk misbehaves: every message once in its ticket."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.message import Direction
from chalicelib.errors import AmbiguousError, TransientError
from chalicelib.pipeline.writing import MOST_ATTEMPTS
from tests.builders import Raw, consent, control, edit, message, reaction, unsend
from tests.fakes.clock import START
from tests.fakes.faults import ProcessDied
from tests.fakes.world import World

CONTACTS = ("anna", "bert", "carl")
TEXTS = st.sampled_from(["ok", "yes", "no", "?"])


@st.composite
def said(draw: st.DrawFn) -> list[Raw]:
    """Return messages of a few contacts, who say the same things."""
    who = draw(st.lists(st.tuples(st.sampled_from(CONTACTS), TEXTS), min_size=1, max_size=12))
    return [
        message(text, mid=f"m{number}", contact=contact)
        for number, (contact, text) in enumerate(who)
    ]


@st.composite
def webhooks(draw: st.DrawFn, items: list[Raw]) -> list[list[Raw]]:
    """Return the items in any order and batches, some of them twice."""
    again = draw(st.lists(st.sampled_from(items), max_size=6))
    mixed = draw(st.permutations([*items, *again]))
    cuts = draw(st.lists(st.integers(0, len(mixed)), max_size=5))
    edges = [0, *sorted(cuts), len(mixed)]
    parts = [mixed[a:b] for a, b in pairwise(edges)]
    return [part for part in parts if part]


def shown(world: World) -> dict[str, list[str]]:
    """Return what stands in the tickets of each contact, sorted."""
    texts: dict[str, list[str]] = {}
    for ticket in world.desk.tickets:
        texts.setdefault(ticket.opening.customer.name, []).extend(ticket.texts())
    return {name: sorted(each) for name, each in texts.items()}


def meant(items: list[Raw]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for item in items:
        texts.setdefault(item["name"], []).append(item["text"])
    return {name: sorted(each) for name, each in texts.items()}


@settings(deadline=None)
@given(st.data())
def test_the_order_and_the_copies_of_a_batch_change_nothing_in_the_tickets(data):
    items = data.draw(said())
    world = World()
    for part in data.draw(webhooks(items)):
        world.hear(*part)
        world.clock.advance(data.draw(st.sampled_from([0, 1, 400])))
        for name in data.draw(st.lists(st.sampled_from(["ingest", "forward"]), max_size=3)):
            world.pump(name, most=data.draw(st.integers(1, 10)))
    world.run_until_quiet()
    assert shown(world) == meant(items)
    assert {claim.key.key for claim in world.claims()} == {f"m:{item['id']}" for item in items}
    assert len(world.desk.tickets) == len(world.conversations()) == len(meant(items))


@settings(deadline=None)
@given(st.data())
def test_the_order_and_the_copies_of_news_change_nothing_of_what_holds_in_the_end(data):
    said = message("the secret word", mid="m1", at=START + 1, files=["secret.png"])
    items = [
        said,
        edit("the secret number", of=said, at=START + 2),
        reaction("👍", mid="m1", at=START + 3),
        message("that one", mid="m2", reply_to="m1", at=START + 4),
        consent(opted_out=True, at=START + 5),
        consent(opted_out=False, at=START + 6),
        control("222", at=START + 7),
        message("to the other one", mid="m3", at=START + 8) | {"standby": True},
        unsend(of=said, at=START + 9),
    ]
    world = World()
    world.open_ticket("hello")
    for part in data.draw(webhooks(items)):
        world.hear(*part)
        for name in data.draw(st.lists(st.sampled_from(["ingest", "forward"]), max_size=3)):
            world.pump(name, most=data.draw(st.integers(1, 10)))
    world.run_until_quiet()
    conversation = world.conversation()
    assert (conversation.owner, conversation.opted_out) == ("222", False)
    spoken = [m.content.text for m in world.said() if m.direction is Direction.IN]
    assert sorted(spoken) == ["", "hello", "that one", "to the other one"]
    assert "secret" not in f"{list(world.table.scan())} {world.media.objects}"
    assert len(world.claims()) == len(items) + 1


FAULTS = st.lists(
    st.tuples(
        st.sampled_from(["create", "append", "find", "find_entry", "check"]),
        st.sampled_from([TransientError("no"), AmbiguousError("lost"), ProcessDied()]),
        st.booleans(),
    ),
    # One more at the same entry, and it would rightly be parked.
    max_size=MOST_ATTEMPTS - 1,
)


@settings(deadline=None)
@given(items=said(), faults=FAULTS)
def test_each_contacts_messages_stand_in_order_and_once_whatever_the_desk_does(items, faults):
    world = World()
    for call, error, performed in faults:
        is_write = call in ("create", "append")
        # What only reads or was not reached cannot leave it open whether something was written.
        if is_write or not isinstance(error, AmbiguousError):
            may_act = is_write and not isinstance(error, TransientError)
            world.desk.faults.plan(call, error, performed=performed and may_act)
    for item in items:
        world.hear(item)
    world.run_until_quiet()
    assert world.parked_work() == []
    in_order: dict[str, list[str]] = {}
    for item in items:
        in_order.setdefault(item["name"], []).append(item["text"])
    assert {t.opening.customer.name: t.texts() for t in world.desk.tickets} == in_order
