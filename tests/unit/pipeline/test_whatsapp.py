"""WhatsApp's own webhooks, through the whole pipeline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.changes import Outcome
from chalicelib.domain.contact import AliasKind
from chalicelib.domain.message import Direction
from tests.fakes.clock import START
from tests.fakes.whatsapp import NUMBER, WhatsAppWorld, webhook

NOW: Final = START // 1000
Json = dict[str, Any]

#: How people show themselves: by both ids, by the number alone, by the scoped id alone.
PEOPLE: Final[Mapping[str, Json]] = {
    "Anna": {"wa_id": "393330000001", "user_id": "IT.1"},
    "Bruno": {"wa_id": "393330000002"},
    "Carla": {"user_id": "IT.3"},
    "Dario": {"wa_id": "393330000004", "user_id": "IT.4"},
}

unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def world() -> WhatsAppWorld:
    return WhatsAppWorld()


def card(who: str) -> Json:
    return {"profile": {"name": who}, **PEOPLE[who]}


def ids(who: str, *, scoped: str = "from_user_id", number: str = "from") -> Json:
    names = {"user_id": scoped, "wa_id": number}
    return {names[key]: told for key, told in PEOPLE[who].items()}


def text(who: str, said: str, *, mid: str = "", at: int = NOW) -> Json:
    return {
        **ids(who),
        "id": mid or f"wamid.{said}",
        "timestamp": str(at),
        "type": "text",
        "text": {"body": said},
    }


def echo(who: str, said: str) -> Json:
    return {
        **ids(who, scoped="to_user_id", number="to"),
        "from": "15550783881",
        "id": f"wamid.{said}",
        "timestamp": str(NOW),
        "type": "text",
        "text": {"body": said},
    }


def revoke(who: str, said: str) -> Json:
    original = {"original_message_id": f"wamid.{said}"}
    news = {"id": f"wamid.revoke.{said}", "timestamp": str(NOW), "type": "revoke"}
    return {**ids(who), **news, "revoke": original}


def system(who: str, **told: str) -> Json:
    news = {"id": f"wamid.{told}", "timestamp": str(NOW), "type": "system"}
    return {**ids(who), **news, "system": told}


def messages(*told: Json, cards: tuple[str, ...] = ()) -> tuple[str, Json]:
    contacts = {"contacts": [card(who) for who in cards]} if cards else {}
    return "messages", {**contacts, "messages": list(told)}


def entries(*bodies: Json) -> Json:
    return {
        "object": "whatsapp_business_account",
        "entry": [one for body in bodies for one in body["entry"]],
    }


def shown(world: WhatsAppWorld) -> dict[str, list[str]]:
    """Return what stands in the tickets under each customer's name, notes left out."""
    texts: dict[str, list[str]] = {}
    for ticket in world.desk.tickets:
        texts.setdefault(ticket.opening.customer.name, []).extend(ticket.texts())
    return texts


# --- properties


@st.composite
def conversations(draw: st.DrawFn) -> list[list[list[tuple[str, str]]]]:
    """Draw who says what, per entry and change; no two say the same."""
    sizes = draw(st.lists(st.lists(st.integers(0, 4), max_size=3), min_size=1, max_size=3))
    people = st.sampled_from(sorted(PEOPLE))
    return [
        [[(draw(people), f"text-{e}-{c}-{m}") for m in range(size)] for c, size in enumerate(entry)]
        for e, entry in enumerate(sizes)
    ]


@unhurried
@given(said=conversations(), with_cards=st.booleans())
def test_what_comes_in_any_number_of_entries_and_changes_is_shown_once_and_in_order(
    said: list[list[list[tuple[str, str]]]], with_cards: bool
) -> None:
    world = WhatsAppWorld()
    bodies = [
        webhook(
            *(
                messages(
                    *(text(who, what) for who, what in change),
                    cards=tuple({who: None for who, _ in change}) if with_cards else (),
                )
                for change in entry
            )
        )
        for entry in said
    ]
    world.hear_body(entries(*bodies))
    world.run_until_quiet()
    everything = [one for entry in said for change in entry for one in change]
    assert len([c for c in world.claims() if c.key.key.startswith("m:")]) == len(everything)
    in_tickets = sorted(ticket.texts() for ticket in world.desk.tickets)
    meant: dict[str, list[str]] = {}
    for who, what in everything:
        meant.setdefault(who, []).append(what)
    assert in_tickets == sorted(meant.values())


def _final(world: WhatsAppWorld) -> list[object]:
    """Return all that is kept of people, of what they said and of receipts, in no order."""
    people = [(sorted(c.contact.aliases), c.contact.name) for c in world.conversations()]
    said = [m for m in world.said() if m.message_id and m.direction is not Direction.NOTE]
    kept = [(m.message_id, m.direction, repr(m.content)) for m in said]
    receipts = [
        (m.message_id, sorted(world.sent(m.message_id).receipts))
        for m in said
        if m.direction is Direction.OUTSIDE
    ]
    return [sorted(people), sorted(kept), sorted(receipts)]


@st.composite
def told(draw: st.DrawFn) -> list[tuple[str, Json]]:
    """Draw messages, echoes, what takes some of them back, and statuses: a change each."""
    changes: list[tuple[str, Json]] = []
    for number, who in enumerate(draw(st.lists(st.sampled_from(sorted(PEOPLE)), max_size=6))):
        said = f"text-{number}"
        if draw(st.booleans()):
            changes.append(messages(text(who, said), cards=(who,)))
            if draw(st.booleans()):
                changes.append(messages(revoke(who, said), cards=(who,)))
        else:
            contacts = [card(who)]
            changes.append(
                ("smb_message_echoes", {"contacts": contacts, "message_echoes": [echo(who, said)]})
            )
            if draw(st.booleans()):
                names = ids(who, scoped="to_user_id", number="to")
                back = {key: told for key, told in revoke(who, said).items() if key[:4] != "from"}
                changes.append(("smb_message_echoes", {"message_echoes": [{**back, **names}]}))
            for status in draw(st.lists(st.sampled_from(["sent", "delivered", "read"]))):
                receipt = {"id": f"wamid.{said}", "status": status, "timestamp": str(NOW)}
                changes.append(("messages", {"statuses": [{**receipt, **ids(who)}]}))
    return changes


@unhurried
@given(data=st.data())
def test_the_order_and_the_copies_of_what_is_told_change_nothing_in_the_end(
    data: st.DataObject,
) -> None:
    changes = data.draw(told())
    again = data.draw(st.lists(st.sampled_from(changes), max_size=4)) if changes else []
    one, other = WhatsAppWorld(), WhatsAppWorld()
    for change in changes:
        one.hear_fields(change)
    for change in data.draw(st.permutations([*changes, *again])):
        other.hear_fields(change)
        if data.draw(st.booleans()):
            other.work()
    one.run_until_quiet()
    other.run_until_quiet()
    assert _final(other) == _final(one)


@unhurried
@given(data=st.data())
def test_no_text_of_anybody_stands_in_the_ticket_of_somebody_else(data: st.DataObject) -> None:
    world = WhatsAppWorld()
    sent, nameless = [], 0
    for number in range(data.draw(st.integers(1, 5))):
        people = data.draw(st.lists(st.sampled_from(sorted(PEOPLE)), min_size=1, max_size=4))
        cards = data.draw(st.lists(st.sampled_from(sorted(PEOPLE)), unique=True, max_size=4))
        batch = [text(who, f"{who}-{number}-{place}") for place, who in enumerate(people)]
        if data.draw(st.booleans()):
            nameless += 1
            batch.insert(
                data.draw(st.integers(0, len(batch))),
                {"id": f"wamid.n{number}", "type": "text", "text": {"body": f"nobody-{number}"}},
            )
        sent += [one["text"]["body"] for one in batch if "from" in one or "from_user_id" in one]
        world.hear_fields(messages(*batch, cards=tuple(cards)))
        world.work()
    world.run_until_quiet()
    in_tickets = [ticket.texts() for ticket in world.desk.tickets]
    assert sorted(t for texts in in_tickets for t in texts) == sorted(sent)
    for texts in in_tickets:
        assert len({what.split("-")[0] for what in texts}) == 1
    nobodys = [c for c in world.claims() if c.reason == "message_of_nobody"]
    assert len(nobodys) == world.log.alarms().count("account news") == nameless


# --- who somebody is


def test_after_a_change_of_number_the_same_conversation_goes_on_with_the_new_one(world):
    world.hear_fields(messages(text("Bruno", "hello")))
    world.run_until_quiet()
    world.hear_fields(messages(system("Bruno", type="user_changed_number", wa_id="393339999999")))
    world.hear_fields(messages({**text("Bruno", "it is me"), "from": "393339999999"}))
    world.run_until_quiet()
    contact = world.conversation().contact
    assert contact.address(AliasKind.PHONE) == "393339999999"
    assert len(contact.aliases) == 2
    (changed,) = world.notes()
    assert changed == "The customer's phone number has changed."
    assert "it is me" in world.ticket().texts()


def test_a_message_from_the_old_number_that_comes_late_does_not_bring_it_back(world):
    world.hear_fields(messages(text("Anna", "new", at=NOW)))
    world.hear_fields(messages({**text("Anna", "old", at=NOW - 60), "from": "393338888888"}))
    world.run_until_quiet()
    contact = world.conversation().contact
    assert contact.address(AliasKind.PHONE) == PEOPLE["Anna"]["wa_id"]
    world.hear_fields(messages({**text("Anna", "newest", at=NOW + 60), "from": "393338888888"}))
    world.run_until_quiet()
    contact = world.conversation().contact
    assert contact.address(AliasKind.PHONE) == "393338888888"
    assert len(contact.aliases) == 3


def test_a_number_that_became_somebody_elses_is_told_and_nothing_is_merged(world):
    world.hear_fields(messages(text("Bruno", "hello"), text("Anna", "hello, too")))
    number = PEOPLE["Anna"]["wa_id"]
    world.hear_fields(messages(system("Bruno", type="user_changed_number", wa_id=number)))
    world.run_until_quiet()
    assert len(world.conversations()) == 2
    (told_of,) = world.notes()
    assert "belongs to another conversation" in told_of
    known = {c.contact.address(AliasKind.PHONE) for c in world.conversations()}
    assert known == {number, PEOPLE["Bruno"]["wa_id"]}


def test_a_change_of_id_is_followed_and_the_next_message_goes_on_in_the_ticket(world):
    world.hear_fields(messages(text("Carla", "hello")))
    changed = {"type": "user_changed_user_id", "user_id": "IT.33", "previous_user_id": "IT.3"}
    news = {"id": "wamid.s", "timestamp": str(NOW), "type": "system", "system": changed}
    world.hear_fields(messages(news))
    world.hear_fields(messages({**text("Carla", "again"), "from_user_id": "IT.33"}))
    world.run_until_quiet()
    assert world.conversation().contact.address(AliasKind.BSUID) == "IT.33"
    assert "again" in world.ticket().texts()


def test_the_number_that_a_customer_gave_us_finds_their_conversation_later(world):
    own = {"phones": [{"phone": "+39 333", "wa_id": "393337777777"}], "origin": "contact_request"}
    shared = {**text("Carla", "x", mid="wamid.c"), "type": "contacts", "contacts": [own]}
    world.hear_fields(messages(shared))
    world.hear_fields(messages({**text("Bruno", "by phone"), "from": "393337777777"}))
    world.run_until_quiet()
    assert "by phone" in world.ticket().texts()


# --- what is taken back


@pytest.mark.parametrize("first", ["message", "revoke"])
@pytest.mark.parametrize("topic", ["messages", "smb_message_echoes"])
def test_what_was_taken_back_is_kept_nowhere_whichever_comes_first(world, topic, first):
    world.hear_fields(messages(text("Anna", "hello")))
    world.run_until_quiet()
    said, back = text("Anna", "a secret", mid="wamid.x"), revoke("Anna", "x")
    if topic == "messages":
        told_of = [messages(said), messages(back)]
    else:
        names = ids("Anna", scoped="to_user_id", number="to")
        sent, back = {**echo("Anna", "a secret"), "id": "wamid.x"}, {**back, **names}
        told_of = [(topic, {"message_echoes": [one]}) for one in (sent, back)]
    if first == "revoke":
        told_of.reverse()
    for change in told_of:
        world.hear_fields(change)
        world.run_until_quiet()
    assert "a secret" not in json.dumps(list(world.table.scan()), default=str)
    texts = world.ticket().texts()
    assert any("taken back" in each for each in texts)
    assert ("a secret" in "".join(texts)) == (first == "message")


def test_what_was_taken_back_in_standby_is_taken_back_for_us_too(world):
    world.hear_fields(messages(text("Anna", "hello")))
    world.run_until_quiet()
    said, back = text("Anna", "a secret", mid="wamid.x"), revoke("Anna", "x")
    for copy in (said, back):
        world.hear_fields(("standby", {"standby": {"messages": [copy]}}))
    world.hear_fields(messages(said))
    world.run_until_quiet()
    assert "a secret" not in json.dumps(list(world.table.scan()), default=str)
    assert "a secret" not in "".join(world.ticket().texts())


# --- what others do


def test_what_another_application_answers_is_shown_when_it_gives_the_conversation_back(world):
    world.hear_fields(messages(text("Bruno", "hello")))
    world.run_until_quiet()
    asked = {"standby": {"messages": [text("Bruno", "where is my parcel?")]}}
    told_back = {"to": PEOPLE["Bruno"]["wa_id"], "type": "text", "text": {"body": "on its way"}}
    answered = {"message_echoes": [{"id": "wamid.b", "timestamp": str(NOW), "message": told_back}]}
    world.hear_fields(("standby", asked), ("standby", {"standby": answered}))
    world.run_until_quiet()
    assert world.conversation().owner
    assert world.ticket().texts() == ["hello"]
    about = {"type": "summary", "summary": {"text": "asks for a parcel"}}
    passed = {"new_owner_role": "escalation", "conversation_context": about}
    handover = {
        "sender": {"phone_number": PEOPLE["Bruno"]["wa_id"]},
        "recipient": {"phone_number_id": NUMBER},
        "type": "control_passed",
        "timestamp": str(NOW),
        "control_passed": passed,
    }
    world.hear_fields(("messaging_handovers", handover))
    world.run_until_quiet()
    assert world.conversation().owner == ""
    shown_now = world.ticket().texts()[-1]
    for said in ("where is my parcel?", "on its way", "asks for a parcel"):
        assert said in shown_now


def test_what_was_written_on_the_phone_is_shown_as_sent_outside(world):
    world.hear_fields(messages(text("Anna", "hello")))
    world.hear_fields(("smb_message_echoes", {"message_echoes": [echo("Anna", "from the phone")]}))
    world.run_until_quiet()
    assert "outside" in world.ticket().texts()[1]
    assert world.ticket().texts()[1].endswith("from the phone")


@pytest.mark.parametrize("order", [("stop", "resume"), ("resume", "stop")])
def test_what_a_customer_last_wanted_counts_in_whichever_order_it_is_told(world, order):
    world.hear_fields(messages(text("Anna", "hello")))
    world.run_until_quiet()
    at = {"stop": NOW, "resume": NOW + 60}
    for word in order:
        wish = {"category": "marketing_messages", "value": word, "timestamp": at[word]}
        world.hear_fields(("user_preferences", {"user_preferences": [{**PEOPLE["Anna"], **wish}]}))
        world.run_until_quiet()
    assert not world.conversation().opted_out
    assert world.conversation().consent_at == (NOW + 60) * 1000


def test_the_old_messages_of_a_phone_become_no_tickets(world):
    old = [text("Anna", f"old-{number}") for number in range(120)]
    threads = [{"id": PEOPLE["Anna"]["wa_id"], "messages": old}]
    world.hear_fields(("history", {"history": [{"metadata": {"phase": 0}, "threads": threads}]}))
    world.hear_fields(("history", {"messages": [text("Anna", "a picture of then")]}))
    world.run_until_quiet()
    assert world.desk.tickets == []
    assert [c.outcome for c in world.claims()] == [Outcome.RECORDED] * 4


# --- what operators must know


def test_news_of_the_business_account_is_an_alarm_though_nobody_configured_it(world):
    world.hear_fields(("account_update", {"event": "DISABLED_UPDATE"}))
    world.hear_body(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": "1",
                    "changes": [{"field": "security", "value": {"event": "PIN_RESET_REQUEST"}}],
                }
            ],
        }
    )
    world.run_until_quiet()
    assert [c.outcome for c in world.claims()] == [Outcome.RECORDED] * 2
    assert world.log.alarms() == ["account news", "account news"]


def test_what_all_sends_will_share_is_an_alarm_and_what_concerns_one_is_none(world):
    world.hear_fields(messages(text("Anna", "hello")))
    world.run_until_quiet()
    for mid, code in (("wamid.o1", 131026), ("wamid.o2", 131042)):
        failed = {"id": mid, "status": "failed", "timestamp": str(NOW), "errors": [{"code": code}]}
        world.hear_fields(("messages", {"statuses": [failed]}))
    world.run_until_quiet()
    assert world.log.alarms() == ["account cannot send"]


def test_what_cannot_be_shown_is_named_and_stops_nothing_beside_it(world):
    odd = {**text("Anna", "x"), "type": "unsupported", "errors": [{"code": 131051}]}
    odd["unsupported"] = {"type": "poll"}
    world.hear_fields(messages(text("Anna", "before"), odd, text("Anna", "after")))
    world.run_until_quiet()
    assert world.ticket().texts() == ["before", "[unsupported message: poll]", "after"]
