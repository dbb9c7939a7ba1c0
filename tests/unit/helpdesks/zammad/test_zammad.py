"""What is special of Zammad: states, merges, customers, and names of articles."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, FileKind
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import (
    DeskEvent,
    DeskEventIgnored,
    ReplyWritten,
    TicketChanged,
    TicketMerged,
)
from chalicelib.domain.ticket import EntryKind
from chalicelib.errors import AmbiguousError, Gone, Moved, Refused, TransientError
from chalicelib.helpdesks.zammad.helpdesk import Zammad
from chalicelib.http_client import Response
from tests.desks.bench import DESK, TOKEN, Webhook
from tests.desks.mishaps import Mishaps
from tests.desks.zammad import ALICE, OPTIONS, URL, ZammadBench
from tests.fakes.desks.contract import ContractBroken
from tests.fakes.desks.vendor import Answered
from tests.unit.helpdesks.examples import ANA, HELLO, OPENING, more


@pytest.fixture
def bench() -> ZammadBench:
    return ZammadBench()


def opened(bench: ZammadBench, **options: str) -> Zammad:
    """Return the adapter of a desk with other options, before the same Zammad."""
    desk = Desk(id=DESK, helpdesk="zammad", url=URL, options=options)
    return Zammad(desk=desk, secrets=bench.secrets, http=bench.mishaps)


def told(bench: ZammadBench, *webhooks: Webhook) -> list[DeskEvent]:
    return [
        bench.helpdesk.parse(item.raw, received_at=1)
        for webhook in webhooks
        for item in bench.helpdesk.split(json.loads(webhook.body))
    ]


# --- whose a ticket is


def test_a_customer_has_a_login_of_ours_and_no_address_to_mail_to(bench: ZammadBench):
    ticket = bench.helpdesk.create(OPENING)
    user = bench.api.users[int(ticket.requester)]
    assert {name: value for name, value in user.items() if value and name != "id"} == {
        "login": "scripta-c-9",
        "firstname": "Ana Bell",
        "mobile": "+15550001111",
        "note": "BR.9",
    }


def test_the_customers_words_are_theirs_and_ours_are_not(bench: ZammadBench):
    ticket = bench.helpdesk.create(OPENING)
    for number, kind in enumerate(EntryKind, start=2):
        entry = replace(more(f"c-9.{number}", kind), requester=ticket.requester)
        bench.helpdesk.append(ticket.id, entry)
    stands = {(a.sender, a.author, a.internal) for a in bench.api.tickets[int(ticket.id)].articles}
    assert stands == {
        ("Customer", "Ana Bell", False),
        ("Agent", "Scripta", False),
        ("Agent", "Scripta", True),
    }


def test_a_new_ticket_is_tagged_and_linked_to_the_one_before(bench: ZammadBench):
    first = bench.helpdesk.create(OPENING)
    second = bench.helpdesk.create(
        replace(OPENING, reference="c-9.2", entry=more("c-9.2"), follows=first.id)
    )
    assert bench.api.tickets[int(second.id)].tags == ("scripta", "whatsapp")
    assert bench.ticket(second.id).follows == first.id


def test_attributes_are_only_filled_where_an_operator_made_some(bench: ZammadBench):
    ticket = opened(bench, group="Phones").create(OPENING)
    assert set(bench.api.tickets[int(ticket.id)].own.values()) == {""}
    assert opened(bench, group="Phones").find("c-9") == ticket


# --- how a ticket stands


@pytest.mark.parametrize(
    ("state", "kind", "after"),
    [
        ("new", EntryKind.COMMENT, "new"),
        ("open", EntryKind.COMMENT, "open"),
        ("pending reminder", EntryKind.COMMENT, "open"),
        ("closed", EntryKind.COMMENT, "open"),
        ("closed", EntryKind.OUTSIDE, "open"),
        ("closed", EntryKind.NOTE, "open"),
        ("pending reminder", EntryKind.NOTE, "pending reminder"),
    ],
)
def test_only_what_has_to_be_opened_is_opened(
    bench: ZammadBench, state: str, kind: EntryKind, after: str
):
    ticket = bench.helpdesk.create(OPENING)
    bench.api.set_state(int(ticket.id), state)
    before = len(bench.calls())
    bench.helpdesk.append(ticket.id, more("c-9.2", kind))
    assert bench.api.tickets[int(ticket.id)].state == after
    assert len(bench.calls()) - before == (1 if state == after else 2)


def test_a_state_of_the_desks_own_counts_as_closed_where_an_operator_says_so(bench: ZammadBench):
    helpdesk = opened(bench, **OPTIONS, closed_states="closed, solved")
    ticket = helpdesk.create(OPENING)
    (webhook,) = bench.of(lambda: bench.api.set_state(int(ticket.id), "solved"))
    (item,) = helpdesk.split(json.loads(webhook.body))
    event = helpdesk.parse(item.raw, received_at=1)
    assert isinstance(event, TicketChanged)
    assert event.status is TicketStatus.CLOSED
    helpdesk.append(ticket.id, more("c-9.2", EntryKind.NOTE))
    assert bench.api.tickets[int(ticket.id)].state == "open"


def test_a_ticket_that_could_not_be_opened_after_the_write_is_opened_by_the_look(
    bench: ZammadBench, monkeypatch: pytest.MonkeyPatch
):
    ticket, entry = bench.helpdesk.create(OPENING), more("c-9.2")
    bench.close(ticket.id)
    ask = bench.mishaps.request

    def unreached(method: str, url: str, **asked: Any) -> Response:
        if "state" in (asked.get("body") or {}):
            raise TransientError("not reached")
        return ask(method, url, **asked)

    with monkeypatch.context() as patch:
        patch.setattr(
            Mishaps, "request", lambda way, method, url, **asked: unreached(method, url, **asked)
        )
        with pytest.raises(AmbiguousError):
            bench.helpdesk.append(ticket.id, entry)
    assert bench.api.tickets[int(ticket.id)].state == "closed"
    found = bench.helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=entry)
    assert found is not None
    assert bench.api.tickets[int(ticket.id)].state == "open"
    assert [each.text for each in bench.ticket(ticket.id).entries] == ["Hello", "more"]


def test_an_answer_and_a_state_come_in_one_webhook_and_in_this_order(bench: ZammadBench):
    ticket = bench.helpdesk.create(OPENING)
    webhooks = bench.of(
        lambda: bench.api.add(int(ticket.id), state="closed", body="Done.", **ALICE)
    )
    reply, change = told(bench, *webhooks)
    assert isinstance(reply, ReplyWritten)
    assert (reply.text, reply.conversation_id, reply.agent) == ("Done.", "c-9", "Alice Smith")
    assert isinstance(change, TicketChanged)
    assert change.status is TicketStatus.CLOSED


# --- merged tickets


def merged(bench: ZammadBench) -> tuple[str, str]:
    """Return a ticket of ours that was merged, and the desk's own one that took it over."""
    ours, theirs = bench.helpdesk.create(OPENING).id, bench.open("a mail of the same person")
    bench.merge(ours, into=theirs)
    return ours, theirs


def test_what_comes_for_a_merged_ticket_goes_into_the_other_one(bench: ZammadBench):
    ours, theirs = merged(bench)
    with pytest.raises(Moved) as raised:
        bench.helpdesk.append(ours, more("c-9.2"))
    assert (raised.value.ticket_id, raised.value.url) == (theirs, f"{URL}/#ticket/zoom/{theirs}")
    assert bench.api.tickets[int(ours)].state == "merged"


def test_a_merged_ticket_that_nothing_links_is_gone(bench: ZammadBench):
    ours, _ = merged(bench)
    bench.api.tickets[int(ours)].links.clear()
    with pytest.raises(Gone) as raised:
        bench.helpdesk.append(ours, more("c-9.2"))
    assert not isinstance(raised.value, Moved)
    assert bench.helpdesk.find_entry(ours, after="", entry=HELLO) is None


def test_our_own_link_to_the_ticket_before_is_not_taken_for_a_merge(bench: ZammadBench):
    first = bench.helpdesk.create(OPENING)
    second = bench.helpdesk.create(
        replace(OPENING, reference="c-9.2", entry=more("c-9.2"), follows=first.id)
    )
    theirs = bench.open("another one")
    bench.merge(second.id, into=theirs)
    with pytest.raises(Moved) as raised:
        bench.helpdesk.append(second.id, more("c-9.3"))
    assert raised.value.ticket_id == theirs


def test_what_stood_in_a_merged_ticket_is_found_in_the_other_one(bench: ZammadBench):
    ours, theirs = merged(bench)
    entry_id = bench.helpdesk.find_entry(ours, after="", entry=HELLO)
    assert entry_id in [each.id for each in bench.ticket(theirs).entries]
    found = bench.helpdesk.find("c-9")
    assert found is not None
    assert (found.id, found.last_entry) == (theirs, entry_id)


def test_what_got_into_a_merged_ticket_does_not_count(bench: ZammadBench):
    ours, _ = merged(bench)
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.append(ours, more("c-9.2"))
    assert bench.helpdesk.find_entry(ours, after="", entry=more("c-9.2")) is None


def test_a_merge_is_told_with_the_other_ticket_and_its_note_is_no_reply(bench: ZammadBench):
    ours, theirs = bench.helpdesk.create(OPENING).id, bench.open("a mail of the same person")
    events = told(bench, *bench.merge(ours, into=theirs))
    assert not any(isinstance(event, ReplyWritten) for event in events)
    (event,) = (event for event in events if isinstance(event, TicketMerged))
    assert (event.ticket_id, event.into) == (ours, theirs)
    assert theirs in event.url


def test_a_merge_that_cannot_be_followed_is_told_as_gone(bench: ZammadBench):
    ours, theirs = bench.helpdesk.create(OPENING).id, bench.open("a mail of the same person")
    webhooks = bench.merge(ours, into=theirs)
    bench.api.tickets[int(ours)].links.clear()
    unlinked = [event for event in told(bench, *webhooks) if isinstance(event, TicketChanged)]
    bench.remove(ours)
    removed = [event for event in told(bench, *webhooks) if isinstance(event, TicketChanged)]
    for events in (unlinked, removed):
        assert (events[-1].ticket_id, events[-1].status) == (ours, TicketStatus.GONE)


def test_while_nobody_answers_a_merge_is_not_decided_on(bench: ZammadBench):
    ours, theirs = bench.helpdesk.create(OPENING).id, bench.open("a mail of the same person")
    webhooks = bench.merge(ours, into=theirs)
    with bench.is_down(), pytest.raises(TransientError):
        told(bench, *webhooks)


# --- what is for the customer


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "email"},
        {"kind": "phone"},
        {"sender": "System"},
        {"sender": "Customer"},
        {"internal": True},
    ],
    ids=lambda said: " ".join(map(str, said.values())),
)
def test_only_an_agents_public_note_is(bench: ZammadBench, said: dict[str, Any]):
    ticket = bench.helpdesk.create(OPENING)
    article = {**ALICE, "body": "to somebody else", **said}
    webhooks = bench.of(lambda: bench.api.add(int(ticket.id), **article))
    event, _ = told(bench, *webhooks)
    assert isinstance(event, DeskEventIgnored)


@pytest.mark.parametrize(
    ("login", "reference", "options", "foreign"),
    [
        ("scripta-c-9", "c-9", OPTIONS, False),
        ("scripta-c-9", "", OPTIONS, True),
        ("nicole@acme.test", "", OPTIONS, True),
        ("scripta-c-9", "", {"group": "Phones"}, False),
        ("nicole@acme.test", "", {"group": "Phones"}, True),
    ],
)
def test_a_ticket_that_we_did_not_make_is_known_by_its_attribute_or_its_customer(
    bench: ZammadBench, login: str, reference: str, options: dict[str, str], foreign: bool
):
    body = dict(bench.webhook(ticket_id="41", comment_id="7", text="hi"))
    body["ticket"] = {
        "id": 41,
        "state": "open",
        "customer": {"login": login},
        "scripta_reference": reference,
    }
    event = opened(bench, **options).parse(body, received_at=1)
    assert isinstance(event, ReplyWritten)
    assert event.foreign is foreign


def test_files_are_fetched_with_our_token_from_the_desk_and_nowhere_else(bench: ZammadBench):
    url = f"{URL}/api/v1/ticket_attachment/1/2/3"
    location = bench.helpdesk.locate(File(kind=FileKind.IMAGE, url=url))
    assert (location.url, location.hosts) == (url, ("https://zammad.test:443",))
    assert dict(location.headers) == {"authorization": f"Token token={TOKEN}"}


# --- looking


def test_a_search_that_takes_no_notice_of_its_condition_finds_nothing_and_is_told(
    bench: ZammadBench, monkeypatch: pytest.MonkeyPatch
):
    bench.helpdesk.create(OPENING)
    everything = [bench.api._shown(ticket) for ticket in bench.api.tickets.values()]
    monkeypatch.setattr(bench.api, "_search", lambda query: everything)
    assert bench.helpdesk.find("c-10") is None
    with pytest.raises(Refused, match="condition"):
        bench.helpdesk.check()


def test_replies_are_recalled_out_of_many_tickets_and_not_out_of_merged_ones(bench: ZammadBench):
    since = time.time_ns() // 1_000_000 - 1000
    for number in range(105):
        name = f"c-{number}"
        customer = replace(ANA, id=name)
        entry = more(f"{name}.1")
        ticket = bench.helpdesk.create(
            replace(OPENING, reference=name, customer=customer, entry=entry)
        )
        bench.reply(ticket.id, f"answer {number}")
    merged(bench)
    recalled = bench.helpdesk.recall(since=since)
    assert recalled is not None
    bodies = list(recalled)
    assert all(len(bench.helpdesk.split(body)) == 1 for body in bodies)
    events = [bench.helpdesk.parse(body, received_at=1) for body in bodies]
    texts = {event.text for event in events if isinstance(event, ReplyWritten)}
    assert texts == {*(f"answer {n}" for n in range(105)), "a mail of the same person"}
    assert [*(bench.helpdesk.recall(since=since + 10_000_000) or ())] == []


# --- what stands in the way


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_of_somebody_else_does_not_tell_that_a_ticket_is_gone(
    bench: ZammadBench, status: int
):
    ticket = bench.helpdesk.create(OPENING)
    bench.fails(status)
    with pytest.raises(TransientError, match="not from the helpdesk"):
        bench.helpdesk.append(ticket.id, more("c-9.2"))


def test_a_customer_that_was_made_meanwhile_is_found_by_the_next_attempt(
    bench: ZammadBench, monkeypatch: pytest.MonkeyPatch
):
    def taken(said: object) -> int:
        raise Answered(422, {"error": "Object already exists!"})

    with monkeypatch.context() as patch:
        patch.setattr(bench.api, "_customer", taken)
        with pytest.raises(TransientError):
            bench.helpdesk.create(OPENING)
    known = bench.api.new_user(login="scripta-c-9", firstname="Ana Bell")
    assert bench.helpdesk.create(OPENING).requester == str(known)


def test_without_a_group_nothing_is_written(bench: ZammadBench):
    calls: list[Callable[[], object]] = [
        lambda: opened(bench).create(OPENING),
        opened(bench).check,
    ]
    for call in calls:
        with pytest.raises(TransientError, match="group"):
            call()
    with pytest.raises(Refused):
        opened(bench, group="of nobody").create(OPENING)


def test_a_name_that_the_contract_does_not_know_is_refused(bench: ZammadBench):
    ticket = bench.helpdesk.create(OPENING)
    headers = {"authorization": f"Token token={TOKEN}"}
    url = f"{URL}/api/v1/tickets/{ticket.id}"
    article = {"type": "note", "sender": "Agent", "internal": True, "content_type": "text/plain"}
    named = {"body": "a", "message_id": "<scripta-1@scripta.invalid>"}
    for body in ({"article": article | named | {"Internal": True}}, {"article": article}, {}):
        with pytest.raises(ContractBroken):
            bench.api.request("PUT", f"{url}?expand=true", headers=headers, body=body)
    with pytest.raises(ContractBroken):
        bench.api.request("GET", f"{url}?expnd=true", headers=headers)
