"""What our adapter does with Freshdesk's own ways: contacts, descriptions, notes, closed tickets, limits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.content import Attachment, File, FileKind
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening, Ticket
from chalicelib.errors import AmbiguousError, Gone, Refused, TransientError, Unauthorised
from chalicelib.helpdesks.freshdesk.client import Client
from chalicelib.helpdesks.freshdesk.helpdesk import Freshdesk
from chalicelib.http_client import Response
from tests.desks.bench import DESK, TOKEN, SeenFile
from tests.desks.freshdesk import OPTIONS, FreshdeskBench
from tests.fakes.desks.contract import ContractBroken
from tests.fakes.desks.freshdesk_api import ALICE, BRIDGE, URL
from tests.fakes.http import FakeHttp, answered

ANA = Customer(
    id="p-1", name="Ana Bell", address="x@scripta.invalid", phone="+15550001111", handle="@ana"
)
HELLO = Entry(kind=EntryKind.COMMENT, text="Hello", author="Ana Bell", key="c-9.1")
OPENING = Opening(
    reference="c-9",
    subject="WhatsApp: Ana Bell",
    channel="whatsapp",
    account="106540352242922",
    customer=ANA,
    entry=HELLO,
)
PHOTO = Attachment(kind=FileKind.IMAGE, name="../a b.jpg", mime="image/jpeg", content=b"jpeg")
API = f"{URL}/api/v2"


@pytest.fixture
def bench() -> FreshdeskBench:
    return FreshdeskBench()


@pytest.fixture
def ticket(bench: FreshdeskBench) -> Ticket:
    return bench.helpdesk.create(OPENING)


def more(number: int, ticket: Ticket, **said: Any) -> Entry:
    about = {"kind": EntryKind.COMMENT, "text": f"more {number}", "requester": ticket.requester}
    return Entry(**{**about, "key": f"c-9.{number}", **said})


def helpdesk(bench: FreshdeskBench, **options: str) -> Freshdesk:
    """Return the same desk with other options."""
    desk = Desk(id=DESK, helpdesk="freshdesk", url=URL, options={**OPTIONS, **options})
    return Freshdesk(desk=desk, secrets=bench.secrets, http=bench.mishaps)


def test_a_message_is_a_note_in_the_customers_name_in_one_call(
    bench: FreshdeskBench, ticket: Ticket
):
    before = len(bench.calls())
    bench.helpdesk.append(ticket.id, more(2, ticket))
    assert bench.calls()[before:] == [f"POST {API}/tickets/{ticket.id}/notes"]
    note = bench.api.tickets[int(ticket.id)].conversations[-1]
    assert (str(note.by), note.incoming, note.private) == (ticket.requester, True, False)


def test_a_ticket_that_was_closed_is_opened_before_the_message_is_written(
    bench: FreshdeskBench, ticket: Ticket
):
    bench.close(ticket.id)
    before = len(bench.calls())
    bench.helpdesk.append(ticket.id, more(2, ticket, reopens=True))
    assert bench.ticket(ticket.id).is_open
    assert [call.split()[0] for call in bench.calls()[before:]] == ["PUT", "POST"]


def test_an_opening_in_doubt_is_opened_again(bench: FreshdeskBench, ticket: Ticket):
    bench.close(ticket.id)
    bench.fails(502)
    with pytest.raises(TransientError):
        bench.helpdesk.append(ticket.id, more(2, ticket, reopens=True))
    assert len(bench.ticket(ticket.id).entries) == 1


def test_a_customer_is_one_contact_however_many_tickets_they_have(
    bench: FreshdeskBench, ticket: Ticket
):
    entry = replace(HELLO, key="c-9.5")
    before = len(bench.calls())
    again = bench.helpdesk.create(replace(OPENING, reference="c-9.5", entry=entry))
    assert again.requester == ticket.requester
    assert f"POST {API}/contacts" not in bench.calls()[before:]


def test_a_phone_that_is_another_contacts_own_is_left_out(bench: FreshdeskBench):
    bench.api.taken_phones.add("+15550001111")
    ticket = bench.helpdesk.create(OPENING)
    assert "phone" not in bench.api.contacts[int(ticket.requester)]


def test_a_contact_that_somebody_else_made_meanwhile_is_taken():
    duplicate = {"errors": [{"field": "x", "message": "x", "code": "duplicate_value"}]}
    answers = [answered([]), answered(duplicate, status=409), answered([{"id": 7}])]
    client = Client(url=URL, credentials=[{}], http=FakeHttp(*answers))
    assert client.customer({"name": "Ana", "unique_external_id": "scripta:p-1"}) == 7


def test_tags_and_fields_tell_where_a_ticket_comes_from(bench: FreshdeskBench):
    ticket = helpdesk(bench, handle_field="cf_handle").create(OPENING)
    made = bench.api.tickets[int(ticket.id)]
    assert made.tags == ["scripta", "whatsapp", "whatsapp_106540352242922"]
    assert made.custom_fields == {
        "cf_reference": "c-9",
        "cf_channel": "whatsapp",
        "cf_account": "106540352242922",
        "cf_handle": "@ana",
    }


def test_a_ticket_with_files_is_one_form_that_says_the_same(bench: FreshdeskBench):
    plain = bench.helpdesk.create(OPENING)
    entry = replace(HELLO, files=(PHOTO, replace(PHOTO, name="b.jpg")))
    filed = bench.helpdesk.create(replace(OPENING, reference="c-8", entry=entry))
    one, other = (bench.api.tickets[int(each.id)] for each in (plain, filed))
    assert other.tags == one.tags
    assert {**other.custom_fields, "cf_reference": "c-9"} == one.custom_fields
    assert (other.requester, other.description) == (one.requester, one.description)
    assert [file.name for _, file, _ in other.files] == ["a b.jpg", "b.jpg"]


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.OUTSIDE])
def test_what_cannot_be_a_description_follows_behind_a_dash(bench: FreshdeskBench, kind: EntryKind):
    entry = replace(HELLO, kind=kind, text="Written on the phone", files=(PHOTO,))
    ticket = bench.helpdesk.create(replace(OPENING, entry=entry))
    made = bench.api.tickets[int(ticket.id)]
    (note,) = made.conversations
    assert made.description == "<div>—</div>"
    assert (note.by, note.private, note.incoming) == (BRIDGE, not kind.is_public, False)
    assert ticket.last_entry == str(note.id)
    assert [file for _, file, _ in note.files] == [SeenFile("a b.jpg", b"jpeg")]


def test_a_ticket_that_lacks_its_first_entry_is_completed_and_not_made_again(
    bench: FreshdeskBench,
):
    opening = replace(OPENING, entry=replace(HELLO, kind=EntryKind.OUTSIDE))
    refused = replace(opening, entry=replace(opening.entry, files=(_too_large(),)))
    with pytest.raises(Refused):
        bench.helpdesk.create(refused)
    assert bench.helpdesk.find("c-9") is None
    ticket = bench.helpdesk.create(opening)
    assert [seen.id for seen in bench.tickets()] == [ticket.id]
    assert bench.helpdesk.find("c-9") == ticket


def _too_large() -> Attachment:
    return replace(PHOTO, content=bytes(20 * 1024 * 1024 + 1))


def test_a_customer_who_writes_a_dash_is_not_taken_for_a_beginning(bench: FreshdeskBench):
    ticket = bench.helpdesk.create(replace(OPENING, entry=replace(HELLO, text="—")))
    assert [entry.text for entry in bench.ticket(ticket.id).entries] == ["—"]
    assert bench.helpdesk.find("c-9") == ticket


def test_nothing_that_we_wrote_comes_back_as_a_reply(bench: FreshdeskBench, ticket: Ticket):
    for number, kind in enumerate(EntryKind, start=2):
        bench.helpdesk.append(ticket.id, more(number, ticket, kind=kind, files=(PHOTO,)))
    bodies = [json.loads(webhook.body) for webhook in bench.echoes()]
    assert bodies
    events = [bench.helpdesk.parse(body, received_at=1) for body in bodies]
    assert not [event for event in events if isinstance(event, ReplyWritten)]


def test_a_lost_ticket_is_found_among_the_newest_before_a_search_knows_it():
    bench = FreshdeskBench(lag=3.0)
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.create(OPENING)
    assert bench.helpdesk.find("c-9") is None
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    found = bench.helpdesk.find("c-9")
    (made,) = bench.tickets()
    assert found == Ticket(
        id=made.id,
        url=f"{URL}/a/tickets/{made.id}",
        last_entry="0",
        requester=made.requester,
    )


def test_a_ticket_behind_the_newest_is_searched_for(bench: FreshdeskBench, ticket: Ticket):
    for number in range(300):
        bench.open(f"Ticket {number}")
    assert bench.helpdesk.find("c-9") is None
    bench.let_pass(301)
    assert bench.helpdesk.find("c-9") == ticket
    bench.remove(ticket.id)
    assert bench.helpdesk.find("c-9") is None


def test_no_reference_gets_out_of_its_quotes(bench: FreshdeskBench, ticket: Ticket):
    assert bench.helpdesk.find("x' OR cf_reference:'c-9") is None
    assert not [call for call in bench.calls() if "search" in call]


def test_an_entry_is_found_by_what_it_says_to_whom_behind_the_last_known_one(
    bench: FreshdeskBench, ticket: Ticket
):
    first = bench.helpdesk.append(ticket.id, more(2, ticket, text="yes"))
    second = more(3, ticket, text="yes")
    find = bench.helpdesk.find_entry
    assert find(ticket.id, after=first, entry=second) is None
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.append(ticket.id, second)
    found = find(ticket.id, after=first, entry=second)
    assert found == bench.ticket(ticket.id).entries[-1].id
    assert find(ticket.id, after=ticket.last_entry, entry=second) == first
    for kind in (EntryKind.NOTE, EntryKind.OUTSIDE):
        assert find(ticket.id, after=first, entry=replace(second, kind=kind)) is None


def test_the_same_words_of_an_agent_are_not_ours(bench: FreshdeskBench, ticket: Ticket):
    bench.reply(ticket.id, "yes")
    outside = more(2, ticket, kind=EntryKind.OUTSIDE, text="yes")
    assert bench.helpdesk.find_entry(ticket.id, after="0", entry=outside) is None


def test_a_long_ticket_is_looked_through_page_by_page(bench: FreshdeskBench, ticket: Ticket):
    made = bench.api.tickets[int(ticket.id)]
    for number in range(150):
        bench.api.add(made, by=ALICE, body=f"<div>{number}</div>", private=True)
    last = bench.helpdesk.append(ticket.id, more(2, ticket))
    assert bench.helpdesk.find_entry(ticket.id, after="0", entry=more(2, ticket)) == last


@pytest.mark.parametrize("number", ["", "RT-1", "0", "999999", "9" * 30])
def test_a_ticket_that_is_not_there_is_gone(bench: FreshdeskBench, ticket: Ticket, number: str):
    with pytest.raises(Gone):
        bench.helpdesk.append(number, more(2, ticket))
    with pytest.raises(Gone):
        bench.helpdesk.find_entry(number, after="", entry=HELLO)


def test_a_deleted_ticket_is_gone_closed_or_not(bench: FreshdeskBench, ticket: Ticket):
    bench.remove(ticket.id)
    for reopens in (True, False):
        with pytest.raises(Gone):
            bench.helpdesk.append(ticket.id, more(2, ticket, reopens=reopens))


def test_a_refusal_names_the_fields_and_quotes_nothing():
    errors = [{"field": "body", "message": "Hello is not allowed", "code": "invalid_value"}]
    http = FakeHttp(answered({"description": "Validation failed", "errors": errors}, status=400))
    with pytest.raises(Refused) as raised:
        Client(url=URL, credentials=[{}], http=http).add_note(1, {}, files=())
    assert raised.value.detail == "HTTP 400: body"


def test_a_customer_who_was_merged_into_another_writes_as_that_one(
    bench: FreshdeskBench, ticket: Ticket
):
    del bench.api.contacts[int(ticket.requester)]
    bench.api.contacts[77] = {"id": 77, "name": "Ana", "unique_external_id": None}
    bench.api.tickets[int(ticket.id)].requester = 77
    bench.helpdesk.append(ticket.id, more(2, ticket))
    assert bench.api.tickets[int(ticket.id)].conversations[-1].by == 77


def test_when_the_minute_is_used_up_it_is_said_how_long_to_wait(
    bench: FreshdeskBench, ticket: Ticket
):
    bench.api.calls_left = 0
    with pytest.raises(TransientError) as raised:
        bench.helpdesk.append(ticket.id, more(2, ticket))
    assert raised.value.retry_after == 34


@pytest.mark.parametrize(
    "answer", [Response(status=502, headers={}, body=b""), AmbiguousError("x")]
)
def test_a_preparation_in_doubt_is_made_again(answer: Any):
    client = Client(url=URL, credentials=[{}], http=FakeHttp(answered([]), answer))
    with pytest.raises(TransientError):
        client.customer({"name": "Ana", "unique_external_id": "scripta:p-1"})


def test_files_are_fetched_where_freshdesk_keeps_them_without_credentials(bench: FreshdeskBench):
    own = "https://cdn.freshdesk.com/data/helpdesk/attachments/production/1/original/a.jpg"
    for url in (own, "https://s3.amazonaws.com/cdn.freshdesk.com/data/a.jpg?X-Amz-Expires=300"):
        assert bench.helpdesk.locate(File(kind=FileKind.IMAGE, url=url)).headers == {}
    for url in (
        "https://s3.amazonaws.com/other/a.jpg",
        "https://cdn.freshdesk.com.evil.test/a.jpg",
        "http://cdn.freshdesk.com/a.jpg",
        "https://evil.test/https://cdn.freshdesk.com/",
    ):
        with pytest.raises(Refused):
            bench.helpdesk.locate(File(kind=FileKind.IMAGE, url=url))


def test_what_agents_said_is_told_as_its_webhooks_would_have(bench: FreshdeskBench, ticket: Ticket):
    bench.echoes()
    began = round(bench.api.now() * 1000) - 1000
    live = bench.reply(ticket.id, "Here it is", files=[SeenFile("a.pdf", b"pdf")])
    bench.note(ticket.id, "for us only")
    bench.helpdesk.append(ticket.id, more(2, ticket, kind=EntryKind.OUTSIDE))
    bench.reply(bench.open("Elsewhere"), "not ours")
    asked = len(bench.calls())
    told = [(b, bench.helpdesk.parse(b, received_at=1)) for b in bench.helpdesk.recall(since=began)]
    assert len(bench.calls()) - asked == 2
    (sent,) = [bench.helpdesk.parse(json.loads(w.body), received_at=1) for w in live]
    ((body, event),) = told
    assert event.key == sent.key
    assert bench.helpdesk.parse(body, received_at=1) == event
    assert helpdesk(bench).parse(body, received_at=1) == event


def test_a_desk_as_it_should_be_is_as_it_should_be(bench: FreshdeskBench):
    bench.helpdesk.check()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"agent": str(ALICE)}, Refused),
        ({"agent": "bridge"}, TransientError),
        ({"agent": ""}, TransientError),
        ({"reference_field": ""}, TransientError),
        ({"reference_field": "a b"}, TransientError),
        ({"reference_field": "cf_of_nobody"}, Refused),
        ({"channel_field": "cf_of_nobody"}, Refused),
        ({"group": "x"}, TransientError),
    ],
    ids=repr,
)
def test_a_desk_that_is_not_set_up_says_so(
    bench: FreshdeskBench, options: Mapping[str, str], error: type[Exception]
):
    with pytest.raises(error) as raised:
        helpdesk(bench, **options).check()
    assert TOKEN not in str(raised.value)


def test_a_key_that_is_not_taken_pauses_the_desk(bench: FreshdeskBench):
    bench.secrets.put(f"desks/{DESK}", "api_tokens", "of nobody")
    with pytest.raises(Unauthorised):
        bench.helpdesk.check()


def test_a_typo_is_refused_by_our_contract(bench: FreshdeskBench, ticket: Ticket):
    client = bench.helpdesk._client()
    note = {"body": "<div>a</div>", "incoming": True, "user_id": BRIDGE, "Private": False}
    with pytest.raises(ContractBroken, match="Private"):
        client.add_note(int(ticket.id), {**note, "private": True}, files=())
    with pytest.raises(ContractBroken, match="Private"):
        client.add_note(int(ticket.id), {**note, "private": True}, files=(PHOTO,))
    asked = "tickets?order_by=created_at&order_type=desc&page=1&per_page=5&filter=spam"
    with pytest.raises(ContractBroken, match="filter"):
        client._api.read(asked, list)


def test_a_webhook_without_words_is_of_a_reply_of_files_alone(
    bench: FreshdeskBench, ticket: Ticket
):
    (told,) = bench.reply(ticket.id, "", files=[SeenFile("offer.pdf", b"pdf")])
    bench.reply(ticket.id, "Here it is")
    event = bench.helpdesk.parse(json.loads(told.body), received_at=told.at + 60_000)
    assert isinstance(event, ReplyWritten)
    assert [file.name for file in event.files] == ["offer.pdf"]
