"""Erasing a person: everything of them goes, nobody else's does, and nothing brings them back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.changes import Outcome
from chalicelib.domain.envelope import Envelope
from chalicelib.errors import ConfigurationError, TransientError
from chalicelib.pipeline.belongings import Person, SeveralPeople
from chalicelib.pipeline.erase import Erasable
from tests import builders
from tests.fakes.clock import START
from tests.fakes.world import World

#: What is looked for, byte by byte.
ID = "anna-4711"
SAID, NAME, ANSWERED = "where is my parcel", "Anna-4711", "on its way to you"
NEEDLES = (ID, SAID, NAME, ANSWERED, "photo-of-anna")
OTHERS = "bob-4712"


def everything(world: World) -> str:
    """Return all that is kept anywhere, as one text."""
    queues = [*world.queues.values(), *world.dead.values()]
    kept: list[Any] = [
        list(world.table.scan()),
        [[message.body for message in queue._messages] for queue in queues],
        [(key, body.decode()) for key, body in world.bodies.kept.items()],
        [(key, body.decode()) for key, body in world.media.objects.items()],
    ]
    return json.dumps(kept, default=sorted)


def written(text: str, *, contact: str = ID, **more: Any) -> builders.Raw:
    return builders.message(text, contact=contact, **more)


def person(world: World, who: str = ID) -> Person:
    found = world.eraser.belongings.find(who)
    assert found is not None
    return found


def erase(world: World, who: str = ID) -> Erasable:
    """Erase a person, and no more than that."""
    receipt, erased = world.eraser.erase(person(world, who))
    assert receipt.finished_at
    return erased


@pytest.fixture
def told(world: World) -> World:
    """A world in which Anna and Bob have written, with a file, and were answered."""
    for contact, said in ((ID, SAID), (OTHERS, "and mine")):
        world.hear(
            written(said, contact=contact, mid=f"m-{contact}", files=[f"photo-of-{contact}.png"])
        )
        world.run_until_quiet()
        ticket = world.desk.tickets[-1].id
        world.answer(ticket, f"{ANSWERED}: {contact}")
        world.hear(builders.status("read", mid=world.channel.arrived[-1].id))
        world.run_until_quiet()
    return world


def test_after_it_a_byte_search_finds_nothing(told):
    before = everything(told)
    assert all(needle in before for needle in NEEDLES)
    erased = erase(told)
    after = everything(told)
    theirs = (ID, SAID, NAME, f"{ANSWERED}: {ID}")
    assert [needle for needle in theirs if needle in after] == []
    assert erased.rows > 8
    assert erased.files == 1


def test_who_else_wrote_keeps_everything(told):
    theirs = [row for row in told.table.scan() if OTHERS in json.dumps(row, default=sorted)]
    files = len(told.media.objects)
    erase(told)
    left = list(told.table.scan())
    assert all(row in left for row in theirs)
    assert len(told.media.objects) == files - 1
    assert [each.contact.name for each in told.conversations()] == [OTHERS.title()]


def test_the_list_of_what_the_helpdesk_holds_names_every_ticket(told):
    (ticket, _) = told.desk.tickets
    (held,) = erase(told).tickets
    assert (held.desk, held.ticket_id) == ("local", ticket.id)
    assert held.reference


def test_the_books_balance_afterwards(told):
    owners = {owner for claim in told.claims() for owner in (claim.owner, *claim.seen)}
    erase(told)
    claims = told.claims()
    assert {owner for claim in claims for owner in (claim.owner, *claim.seen)} == owners
    erased = [claim for claim in claims if claim.reason == "erased"]
    assert erased
    assert all(claim.outcome is Outcome.IGNORED and not claim.raw for claim in erased)


def test_the_same_webhook_again_is_a_duplicate_and_brings_nobody_back(told):
    erase(told)
    told.hear(written(SAID, mid=f"m-{ID}"))
    told.run_until_quiet()
    assert SAID not in everything(told)
    assert ID not in everything(told)
    assert sum(len(claim.seen) for claim in told.claims() if claim.reason == "erased") == 1


@pytest.mark.parametrize(
    "late",
    [
        written("never told before", mid="m-late", at=START),
        builders.echo("written in the inbox", mid="m-inbox", contact=ID, at=START),
        builders.watermark("read", until=START, contact=ID),
        builders.reaction("+", mid=f"m-{ID}", contact=ID, at=START),
        builders.unsend(of=written(SAID, mid=f"m-{ID}"), at=START),
        builders.edit("edited", of=written(SAID, mid=f"m-{ID}"), at=START),
    ],
    ids=lambda raw: raw["type"],
)
def test_what_is_told_late_of_what_was_before_is_counted_and_not_kept(told, late):
    erase(told)
    books = len(told.claims())
    told.hear(late)
    told.run_until_quiet()
    assert ID not in everything(told)
    assert len(told.claims()) == books + 1
    assert len(told.conversations()) == 1


def test_a_receipt_that_comes_afterwards_is_not_kept_whenever_it_was(told):
    sent = told.channel.arrived[0].id
    erase(told)
    told.clock.advance(3600)
    told.hear(builders.status("played", mid=sent) | {"at": told.clock(), "recipient": ID})
    told.hear(builders.watermark("read", until=told.clock(), contact=ID) | {"at": told.clock()})
    told.run_until_quiet()
    assert ID not in everything(told)


def test_what_agents_do_in_the_old_ticket_is_counted_and_parks_nothing(told):
    ticket = told.desk.tickets[0].id
    erase(told)
    told.hear_desk(builders.reply(ticket, ANSWERED, comment="late", at=told.clock()))
    told.hear_desk(builders.ticket_changed(ticket, "closed", at=told.clock()))
    told.run_until_quiet()
    assert [claim.outcome for claim in told.claims() if claim.reason == "erased"]
    assert not [claim for claim in told.claims() if claim.outcome is Outcome.PARKED]
    assert len(told.channel.arrived) == 2


def test_who_writes_again_is_somebody_new(told):
    ids = {each.id for each in told.conversations()}
    erase(told)
    told.clock.advance(60)
    told.hear(written("me again", mid="m-new", at=told.clock()))
    told.run_until_quiet()
    assert told.desk.tickets[-1].texts() == ["me again"]
    (new,) = [each for each in told.conversations() if each.contact.aliases[0].value == ID]
    assert new.id not in ids
    told.hear(builders.reaction("+", mid="m-new", contact=ID, at=told.clock()))
    told.run_until_quiet()
    assert len(told.notes()) == 1
    # And can be erased again.
    erase(told)
    assert ID not in everything(told)


def test_what_is_on_its_way_when_it_happens_goes_as_it_comes(told):
    told.hear(written("in the queue", mid="m-queued", at=told.clock()))
    told.clock.advance(1)
    erase(told)
    assert "in the queue" in everything(told)
    told.run_until_quiet()
    assert "in the queue" not in everything(told)
    assert ID not in everything(told)


def test_work_that_waits_goes_and_nothing_is_sent_any_more(told):
    told.desk.down = TransientError("down")
    told.hear(written("not shown yet", mid="m-waits", at=told.clock()))
    told.run(30)
    assert told.open_work()
    erase(told)
    told.desk.down = None
    told.run_until_quiet()
    assert "not shown yet" not in [text for t in told.desk.tickets for text in t.texts()]
    assert told.open_work() == []


def test_a_worker_in_the_middle_of_an_attempt_writes_nothing_back(told):
    told.hear(written("being shown", mid="m-now", at=told.clock()))
    told.pump("ingest")
    told.table.before_write("CONV#WORK#", lambda: erase(told))
    told.run_until_quiet()
    assert ID not in everything(told)
    assert len(told.conversations()) == 1


def test_what_was_ingested_meanwhile_is_seen_by_the_next_pass(told):
    def meanwhile() -> None:
        told.ingester.ingest(
            Envelope(
                source=f"channel:{told.channel.name}",
                received_at=told.clock(),
                items=[written("meanwhile", mid="m-meanwhile", at=told.clock())],
            ).encode(),
            message_id="m9",
        )

    told.table.before_write("ERASED", meanwhile)
    erase(told)
    assert ID not in everything(told)


def test_what_is_parked_goes_as_well(told):
    told.hear(written("of no account", mid="m-parked", account="nobody"))
    told.hear(builders.poison(mid="m-broken") | {"sender": ID, "text": "broken"})
    told.run_until_quiet()
    assert len([c for c in told.claims() if c.outcome is Outcome.PARKED]) == 2
    erase(told)
    assert ID not in everything(told)
    assert not [c for c in told.claims() if c.outcome is Outcome.PARKED]


def test_an_agents_reply_that_is_parked_goes_by_its_ticket(told):
    ticket = told.desk.tickets[0].id
    told.hear_desk(builders.reply(ticket, "foreign answer", at=told.clock()), desk="other")
    told.hear_desk(builders.reply("99", "of another ticket", at=told.clock()))
    told.hear_desk(builders.reply(ticket, "too old an answer", at=START - 15 * 86_400_000))
    told.run_until_quiet()
    erase(told)
    assert "too old an answer" not in everything(told)
    # The other desk's ticket of that number is another ticket.
    assert "of another ticket" in everything(told)


def large(*items: builders.Raw) -> list[builders.Raw]:
    """Return items that together are more than the queue takes."""
    return [item | {"padding": "x" * 150_000} for item in items]


def test_a_large_body_goes_once_all_that_is_in_it_was_taken_in(told):
    theirs, others = written("large", mid="l1"), written("large too", mid="l2", contact=OTHERS)
    told.hear(*large(theirs, others))
    assert len(told.bodies.kept) == 1
    receipt, erased = told.eraser.erase(person(told))
    assert not receipt.finished_at
    assert len(erased.waiting) == 1
    told.run_until_quiet()
    assert "large too" in told.desk.tickets[-1].texts()
    again = told.eraser.before(ID)
    assert again == receipt
    receipt, erased = told.eraser.erase(told.eraser.resumed(ID, receipt), again=receipt)
    assert receipt.finished_at
    assert (receipt.bodies, erased.waiting) == (1, [])
    assert [each.ticket_id for each in erased.tickets] == ["ticket-1"]
    assert told.bodies.kept == {}
    assert ID not in everything(told)


def test_a_body_in_which_something_of_others_is_parked_waits_for_the_operator(told):
    other = written("of no account", mid="l2", contact=OTHERS, account="nobody")
    told.hear(*large(written("large", mid="l1"), other | {"more": "y" * 150_000}))
    told.run_until_quiet()
    receipt, erased = told.eraser.erase(person(told))
    assert not receipt.finished_at
    assert list(told.bodies.kept) == list(erased.waiting)


def test_a_parked_item_that_only_its_body_holds_is_found_there(told):
    item = written("of no account", mid="l1", account="nobody") | {"more": "y" * 300_000}
    told.hear(item)
    told.run_until_quiet()
    assert len(told.bodies.kept) == 1
    erase(told)
    assert told.bodies.kept == {}
    assert not [c for c in told.claims() if c.outcome is Outcome.PARKED]


def again(world: World) -> bool:
    """Erase Anna as a command would, and return whether that came to its end."""
    begun = world.eraser.before(ID)
    found = world.eraser.belongings.find(ID)
    if found is None:
        assert begun is not None
        found = world.eraser.resumed(ID, begun)
    try:
        world.eraser.erase(found, again=begun)
    except TransientError:
        return False
    return True


def interrupt(world: World, *, after: int) -> None:
    """Have everything fail behind so many writes."""
    left = iter(range(after))

    def stop() -> None:
        if next(left, None) is None:
            raise TransientError("interrupted")
        world.table.before_write("", stop)

    world.table.before_write("", stop)


@pytest.mark.parametrize("after", range(8))
def test_it_may_end_anywhere_and_be_repeated(told, after):
    interrupt(told, after=after)
    if not again(told):
        assert again(told)
    receipt = told.eraser.before(ID)
    assert receipt is not None
    assert receipt.finished_at
    assert (receipt.conversations, receipt.tickets) == ((), ())
    assert ID not in everything(told)


def test_the_interruptions_above_are_all_that_there_can_be(told):
    interrupt(told, after=8)
    assert again(told)


def test_the_receipt_names_nobody(told):
    erase(told)
    receipt = told.eraser.before(ID)
    assert receipt is not None
    text = repr(receipt)
    assert not [needle for needle in (ID, NAME, SAID, "ticket-1") if needle in text]
    assert told.eraser.before("somebody else") is None


def test_what_would_be_erased_is_told_and_nothing_is_changed(told):
    before = everything(told)
    plan = told.eraser.plan(person(told))
    assert everything(told) == before
    erased = erase(told)
    assert (plan.rows, plan.files, plan.bodies) == (erased.rows, erased.files, erased.bodies)
    assert plan.tickets == list(erased.tickets)


def test_people_known_by_two_names_are_found_by_either(world):
    both = [("bsuid", "US.111111"), ("phone", "15550001111")]
    world.hear(builders.message("hi", contact="x", aliases=both))
    world.run_until_quiet()
    (conversation,) = world.conversations()
    for who in ("US.111111", "+1 555 000 1111", conversation.id):
        assert [each.id for each in person(world, who).conversations] == [conversation.id]
    erase(world, "+1 555 000 1111")
    assert "15550001111" not in everything(world)
    assert "US.111111" not in everything(world)


def test_a_number_that_two_people_had_is_no_name_to_erase_by(world):
    number = ("phone", "15550001111")
    world.hear(builders.message("one", contact="x", aliases=[("bsuid", "US.111111"), number]))
    world.run_until_quiet()
    world.hear(builders.message("two", contact="y", aliases=[("bsuid", "US.222222")]))
    world.run_until_quiet()
    _, second = world.conversations()
    world.hear(builders.message("3", contact="y", aliases=[("bsuid", "US.222222"), number]))
    world.run_until_quiet()
    with pytest.raises(SeveralPeople, match=second.id):
        world.eraser.belongings.find("15550001111")
    erase(world, "US.222222")
    assert [
        each.contact.address(*[a.kind for a in each.contact.aliases])
        for each in world.conversations()
    ] == ["US.111111"]


def test_without_a_key_for_marks_nothing_is_erased(told):
    world = told
    world.mark_keys = lambda: ()
    world.start()
    before = everything(world)
    with pytest.raises(ConfigurationError, match="privacy"):
        world.eraser.erase(person(world))
    assert everything(world) == before


def test_the_marks_of_an_older_key_are_still_looked_under(told):
    erase(told)
    told.mark_keys = lambda: ("new key", "key of marks")
    told.start()
    told.hear(written(SAID, mid=f"m-{ID}"))
    told.hear(written("never told before", mid="m-late", at=START))
    told.run_until_quiet()
    assert ID not in everything(told)


def test_nothing_of_them_is_logged(told):
    erase(told)
    told.hear(written(SAID, mid=f"m-{ID}"))
    told.run_until_quiet()
    lines = repr(told.log.lines)
    assert not [needle for needle in (ID, NAME, SAID) if needle in lines]


def test_what_was_erased_is_not_missed_when_both_sides_are_asked(world: World):
    history: Any = world.channel.history
    raw = written(SAID, mid="m-1")
    untold = written("never told", mid="m-2")
    history += [raw, untold]
    world.hear(raw)
    world.run_until_quiet()
    erase(world)
    world.run(3600)
    since = world.clock() - 86_400_000
    (report,) = world.reconciler.reconcile([world.account], since=since)
    assert (report.told, report.missed, report.sent) == (2, [], 0)
