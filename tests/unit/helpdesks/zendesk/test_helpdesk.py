"""What our adapter does with Zendesk's own ways: users, closed and merged tickets, keys and limits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.content import Attachment, File, FileKind
from chalicelib.domain.desk_events import DeskEventIgnored, ReplyWritten
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening, Ticket
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Moved,
    Refused,
    TransientError,
    Unauthorised,
)
from chalicelib.helpdesks.zendesk.client import Client
from chalicelib.helpdesks.zendesk.helpdesk import Zendesk
from chalicelib.http_client import Response
from tests.desks.bench import DESK, TOKEN, SeenFile
from tests.desks.zendesk import OPTIONS, ZendeskBench
from tests.fakes.desks.contract import ContractBroken
from tests.fakes.desks.zendesk_api import ALICE, BRIDGE, URL
from tests.fakes.http import FakeHttp, answered

ANA = Customer(
    id="p-1", name="Ana Bell", address="x@scripta.invalid", phone="+15550001111", handle="@ana"
)
HELLO = Entry(kind=EntryKind.COMMENT, text="Hello", author="Ana Bell", key="c-9.1")
OPENING = Opening(
    reference="c-9",
    subject="WhatsApp: Ana Bell",
    channel="whatsapp",
    account="1555",
    customer=ANA,
    entry=HELLO,
)
PHOTO = Attachment(kind=FileKind.IMAGE, name="../a b.jpg", mime="image/jpeg", content=b"jpeg")


@pytest.fixture
def bench() -> ZendeskBench:
    return ZendeskBench()


@pytest.fixture
def ticket(bench: ZendeskBench) -> Ticket:
    return bench.helpdesk.create(OPENING)


def more(number: int, ticket: Ticket, **said: Any) -> Entry:
    about = {"kind": EntryKind.COMMENT, "text": f"more {number}", "requester": ticket.requester}
    return Entry(**{**about, "key": f"c-9.{number}", **said})


def helpdesk(bench: ZendeskBench, **options: str) -> Zendesk:
    """Return the same desk with other options."""
    desk = Desk(id=DESK, helpdesk="zendesk", url=URL, options={**OPTIONS, **options})
    return Zendesk(desk=desk, secrets=bench.secrets, http=bench.mishaps)


def test_a_message_is_one_call(bench: ZendeskBench, ticket: Ticket):
    before = len(bench.calls())
    bench.helpdesk.append(ticket.id, more(2, ticket))
    assert bench.calls()[before:] == [f"PUT {URL}/api/v2/tickets/{ticket.id}"]


def test_a_customer_is_one_user_however_many_tickets_they_have(bench: ZendeskBench, ticket: Ticket):
    entry = replace(HELLO, key="c-9.5")
    again = bench.helpdesk.create(replace(OPENING, reference="c-9.5", entry=entry))
    assert again.id != ticket.id
    assert again.requester == ticket.requester


def test_a_phone_that_is_another_users_own_is_left_out(bench: ZendeskBench):
    bench.api.taken_phones.add("+15550001111")
    ticket = bench.helpdesk.create(OPENING)
    assert "phone" not in bench.api.users[int(ticket.requester)]


def test_tags_and_fields_tell_where_a_ticket_comes_from(bench: ZendeskBench):
    ticket = helpdesk(bench, handle_field="777", group="9").create(OPENING)
    made = bench.api.tickets[int(ticket.id)]
    assert made.tags == ["scripta", "scripta_whatsapp", "scripta_whatsapp_1555"]
    assert made.custom_fields == {501: "whatsapp", 502: "1555", 503: "c-9", 777: "@ana"}


def test_a_ticket_can_begin_with_a_note_or_with_what_was_said_elsewhere(bench: ZendeskBench):
    for kind, public in ((EntryKind.NOTE, False), (EntryKind.OUTSIDE, True)):
        opening = replace(OPENING, reference=f"c-{kind}", entry=replace(HELLO, kind=kind))
        ticket = bench.helpdesk.create(opening)
        (comment,) = bench.api.tickets[int(ticket.id)].comments
        assert (comment.author, comment.public) == (BRIDGE, public)


def test_nothing_that_we_wrote_comes_back_as_a_reply(bench: ZendeskBench, ticket: Ticket):
    for number, kind in enumerate(EntryKind, start=2):
        bench.helpdesk.append(ticket.id, more(number, ticket, kind=kind, files=(PHOTO,)))
    events = [
        bench.helpdesk.parse(json.loads(webhook.body), received_at=1) for webhook in bench.echoes()
    ]
    assert len(events) > 6
    assert not [event for event in events if isinstance(event, ReplyWritten)]


@pytest.mark.parametrize("by", [BRIDGE, "author"])
def test_a_file_of_the_customers_never_comes_back_whoever_is_told_as_its_author(
    bench: ZendeskBench, ticket: Ticket, by: object
):
    bench.helpdesk.append(ticket.id, more(2, ticket, files=(PHOTO,)))
    told = [json.loads(webhook.body) for webhook in bench.echoes()]
    (file,) = [body for body in told if "attachment" in body["type"]]
    file["detail"]["actor_id"] = str(by) if by == BRIDGE else ticket.requester
    assert isinstance(bench.helpdesk.parse(file, received_at=1), DeskEventIgnored)


def test_the_same_creation_again_makes_no_second_ticket_within_two_hours(bench: ZendeskBench):
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.create(OPENING)
    ticket = bench.helpdesk.create(OPENING)
    assert [seen.id for seen in bench.tickets()] == [ticket.id]


def test_a_changed_creation_has_another_key(bench: ZendeskBench):
    bench.helpdesk.create(OPENING)
    bare = replace(OPENING, entry=replace(HELLO, text="Hello\n✗ photo"))
    bench.helpdesk.create(bare)
    assert len(bench.api.keys) == 2
    assert all(key.startswith("scripta:c-9.") for key in bench.api.keys)


def test_a_lost_ticket_is_found_by_its_reference_with_what_stands_in_it():
    bench = ZendeskBench(lag=3.0)
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.create(OPENING)
    assert bench.helpdesk.find("c-9") is None
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    found = bench.helpdesk.find("c-9")
    (made,) = bench.tickets()
    assert found == Ticket(
        id=made.id,
        url=f"{URL}/agent/tickets/{made.id}",
        last_entry=made.entries[0].id,
        requester=made.requester,
    )


def test_a_lost_entry_is_found_by_its_key_even_beside_one_that_says_the_same(
    bench: ZendeskBench, ticket: Ticket
):
    first = bench.helpdesk.append(ticket.id, more(2, ticket, text="yes"))
    second = more(3, ticket, text="yes")
    assert bench.helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=second) is None
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.append(ticket.id, second)
    found = bench.helpdesk.find_entry(ticket.id, after=first, entry=second)
    assert found == bench.ticket(ticket.id).entries[-1].id
    assert bench.helpdesk.find_entry(ticket.id, after=str(found), entry=second) is None


def test_an_entry_without_a_key_is_never_taken_for_another(bench: ZendeskBench, ticket: Ticket):
    bench.helpdesk.append(ticket.id, more(2, ticket, key=""))
    nameless = more(2, ticket, key="")
    assert bench.helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=nameless) is None


def test_a_solved_ticket_is_opened_by_what_comes(bench: ZendeskBench, ticket: Ticket):
    bench.close(ticket.id)
    bench.helpdesk.append(ticket.id, more(2, ticket))
    assert bench.ticket(ticket.id).is_open


def test_a_closed_ticket_is_gone_and_followed_up(bench: ZendeskBench, ticket: Ticket):
    bench.close(ticket.id, for_good=True)
    with pytest.raises(Gone) as raised:
        bench.helpdesk.append(ticket.id, more(2, ticket))
    assert not isinstance(raised.value, Moved)
    after = replace(OPENING, reference="c-9.2", follows=ticket.id)
    assert bench.ticket(bench.helpdesk.create(after).id).follows == ticket.id


@pytest.mark.parametrize("before", ["solved", "deleted", "of another desk"])
def test_what_cannot_be_followed_up_is_not(bench: ZendeskBench, ticket: Ticket, before: str):
    if before == "solved":
        bench.close(ticket.id)
    elif before == "deleted":
        bench.remove(ticket.id)
    follows = ticket.id if before != "of another desk" else "RT-1"
    after = replace(OPENING, reference="c-9.2", follows=follows)
    assert bench.ticket(bench.helpdesk.create(after).id).follows == ""


def test_a_merged_ticket_leads_to_the_one_that_it_went_into(bench: ZendeskBench, ticket: Ticket):
    other = bench.open("Same thing")
    bench.merge(ticket.id, into=other)
    with pytest.raises(Moved) as raised:
        bench.helpdesk.append(ticket.id, more(2, ticket))
    assert (raised.value.ticket_id, raised.value.url) == (other, f"{URL}/agent/tickets/{other}")


def test_a_merge_without_a_trace_is_a_closed_ticket(bench: ZendeskBench, ticket: Ticket):
    bench.merge(ticket.id, into=bench.open("Same thing"))
    for comment in bench.api.tickets[int(ticket.id)].comments:
        comment.source = {"rel": "merge"}
    with pytest.raises(Gone) as raised:
        bench.helpdesk.append(ticket.id, more(2, ticket))
    assert not isinstance(raised.value, Moved)


@pytest.mark.parametrize("number", ["", "RT-1", "0", "999999", "9" * 30])
def test_a_ticket_that_is_not_there_is_gone(bench: ZendeskBench, ticket: Ticket, number: str):
    with pytest.raises(Gone):
        bench.helpdesk.append(number, more(2, ticket))
    with pytest.raises(Gone):
        bench.helpdesk.find_entry(number, after="", entry=HELLO)


def test_a_deleted_ticket_is_gone_and_not_found(bench: ZendeskBench, ticket: Ticket):
    bench.remove(ticket.id)
    with pytest.raises(Gone):
        bench.helpdesk.append(ticket.id, more(2, ticket))
    assert bench.helpdesk.find("c-9") is None


def test_a_full_ticket_is_gone(bench: ZendeskBench, ticket: Ticket, monkeypatch):
    monkeypatch.setattr("chalicelib.helpdesks.zendesk.helpdesk._MOST_COMMENTS", 2)
    bench.api.full_at = 2
    bench.helpdesk.append(ticket.id, more(2, ticket))
    with pytest.raises(Gone):
        bench.helpdesk.append(ticket.id, more(3, ticket))


def test_a_refusal_names_the_fields_and_quotes_nothing():
    details = {"base": [{"description": "Comment: Hello is not allowed"}], "a": []}
    http = FakeHttp(answered({"error": "RecordInvalid", "details": details}, status=422))
    client = Client(url=URL, credentials=[{}], http=http)
    with pytest.raises(Refused) as raised:
        client.update(1, {})
    assert raised.value.detail == "HTTP 422: a, base"


def test_what_is_refused_for_its_own_sake_is_refused(bench: ZendeskBench, ticket: Ticket):
    bench.fails(422)
    with pytest.raises(Refused):
        bench.helpdesk.append(ticket.id, more(2, ticket))
    assert len(bench.ticket(ticket.id).entries) == 1


def test_a_customer_who_was_merged_into_another_writes_as_that_one(
    bench: ZendeskBench, ticket: Ticket
):
    del bench.api.users[int(ticket.requester)]
    bench.api.users[77] = {"id": 77, "role": "end-user", "name": "Ana"}
    bench.api.tickets[int(ticket.id)].requester = 77
    bench.helpdesk.append(ticket.id, more(2, ticket))
    assert bench.api.tickets[int(ticket.id)].comments[-1].author == 77


def test_a_ticket_takes_thirty_updates_in_ten_minutes(bench: ZendeskBench, ticket: Ticket):
    for number in range(30):
        bench.helpdesk.append(ticket.id, more(number, ticket))
    with pytest.raises(TransientError) as raised:
        bench.helpdesk.append(ticket.id, more(31, ticket))
    assert 500 < (raised.value.retry_after or 0) <= 601
    bench.let_pass(raised.value.retry_after or 0)
    bench.helpdesk.append(ticket.id, more(31, ticket))


def test_at_our_pace_no_update_is_refused(bench: ZendeskBench, ticket: Ticket):
    pace = bench.helpdesk.promise.pace
    assert pace is not None
    paid = 0
    for number in range(80):
        now = round(bench.api.now() * 1000)
        bench.let_pass(pace.wait(paid, now=now))
        paid = pace.after(paid, now=round(bench.api.now() * 1000))
        bench.helpdesk.append(ticket.id, more(number, ticket))


def test_without_a_retry_after_the_rate_header_tells_how_long_to_wait():
    http = FakeHttp(answered({"error": "x"}, status=429, headers={"ratelimit-reset": "17"}))
    client = Client(url=URL, credentials=[{}], http=http)
    with pytest.raises(TransientError) as raised:
        client.update(1, {})
    assert raised.value.retry_after == 17


@pytest.mark.parametrize("body", [b"<html>Not found</html>", {"error": "InvalidEndpoint"}])
def test_somebody_elses_page_is_no_missing_ticket(body: object):
    http = FakeHttp(answered(body, status=404))
    client = Client(url=URL, credentials=[{}], http=http)
    with pytest.raises(TransientError):
        client.ticket(1)


@pytest.mark.parametrize(
    "answer", [Response(status=502, headers={}, body=b""), AmbiguousError("x")]
)
def test_a_preparation_in_doubt_is_made_again(answer: Any):
    http = FakeHttp(answer)
    client = Client(url=URL, credentials=[{}], http=http)
    for call in (lambda: client.upload(PHOTO), lambda: client.customer({"name": "Ana"})):
        with pytest.raises(TransientError):
            call()


def test_an_update_that_tells_of_no_comment_is_in_doubt():
    ticket = {"id": 1, "status": "open", "requester_id": 2, "updated_at": "2026-01-01T00:00:00Z"}
    http = FakeHttp(answered({"ticket": ticket, "audit": {"events": []}}))
    secrets = ZendeskBench().secrets
    desk = Desk(id=DESK, helpdesk="zendesk", url=URL, options=OPTIONS)
    with pytest.raises(AmbiguousError):
        Zendesk(desk=desk, secrets=secrets, http=http).append("1", HELLO)


def test_a_name_is_made_safe_before_it_is_uploaded(bench: ZendeskBench, ticket: Ticket):
    bench.helpdesk.append(ticket.id, more(2, ticket, files=(PHOTO,)))
    (file,) = bench.ticket(ticket.id).entries[-1].files
    assert file == SeenFile("a b.jpg", b"jpeg")


def test_files_are_asked_for_with_our_credentials_at_the_desk_alone(bench: ZendeskBench):
    own = File(kind=FileKind.IMAGE, url=f"{URL}/attachments/token/1/?name=a.jpg")
    host = File(kind=FileKind.IMAGE, url="https://p16.zdusercontent.com/attachment/1?token=x")
    assert "authorization" in bench.helpdesk.locate(own).headers
    assert bench.helpdesk.locate(host).headers == {}
    for url in (
        "https://evil.test/a",
        "http://example.zendesk.com/a",
        "https://zdusercontent.com.evil.test/",
    ):
        with pytest.raises(Refused):
            bench.helpdesk.locate(replace(own, url=url))


def test_what_agents_said_is_told_as_its_webhooks_would_have(bench: ZendeskBench, ticket: Ticket):
    bench.echoes()
    began = round(bench.api.now() * 1000) - 1000
    live = bench.reply(ticket.id, "Here it is", files=[SeenFile("a.pdf", b"pdf")])
    bench.note(ticket.id, "for us only")
    bench.helpdesk.append(ticket.id, more(2, ticket, kind=EntryKind.OUTSIDE))
    bench.reply(bench.open("Elsewhere"), "not ours")
    told = list(bench.helpdesk.recall(since=began))
    assert keys(bench, told) == keys(bench, [json.loads(webhook.body) for webhook in live])
    assert list(bench.helpdesk.recall(since=began + 3_600_000)) == []


def keys(bench: ZendeskBench, bodies: list[Any]) -> set[str]:
    events = [bench.helpdesk.parse(body, received_at=1) for body in bodies]
    assert all(isinstance(event, ReplyWritten) for event in events)
    return {event.key for event in events}


def test_a_desk_as_it_should_be_is_as_it_should_be(bench: ZendeskBench):
    bench.helpdesk.check()


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"agent": str(ALICE)}, Refused),
        ({"agent": "bridge"}, TransientError),
        ({"agent": ""}, TransientError),
        ({"email": ""}, TransientError),
        ({"email": "else@example.com"}, Unauthorised),
        ({"channel_field": "504"}, Refused),
        ({"reference_field": "999"}, Refused),
        ({"account_field": "x"}, TransientError),
    ],
    ids=repr,
)
def test_a_desk_that_is_not_set_up_says_so(
    bench: ZendeskBench, options: Mapping[str, str], error: type[Exception]
):
    with pytest.raises(error) as raised:
        helpdesk(bench, **options).check()
    assert TOKEN not in str(raised.value)


def test_a_typo_is_refused_by_our_contract(bench: ZendeskBench, ticket: Ticket):
    client = bench.helpdesk._client()
    comment = {"html_body": "<p>a</p>", "Public": True, "public": True, "author_id": BRIDGE}
    update = {"comment": comment, "status": "open", "metadata": {"scripta_key": "k"}}
    with pytest.raises(ContractBroken, match="Public"):
        client.update(int(ticket.id), update)
    with pytest.raises(ContractBroken, match="per_page"):
        client._api.read("tickets?per_page=5", dict)


@pytest.mark.parametrize("asks", ["the customer", "an agent"])
def test_a_file_is_an_agents_only_if_an_agent_linked_it(bench, ticket, asks):
    made = bench.api.tickets[int(ticket.id)]
    customer, made.requester = made.requester, ALICE if asks == "an agent" else made.requester
    linked = {}
    for by in (customer, ALICE):
        file = bench.api.attach(SeenFile("cat.png", b"meow"), "image/png")
        added = partial(bench.api.add, made, by=by, html_body="", public=True, files=[file])
        bodies = [json.loads(webhook.body) for webhook in bench.of(added)]
        linked[by] = [bench.helpdesk.parse(body, received_at=0) for body in bodies][-1]
    assert isinstance(linked[customer], DeskEventIgnored)
    assert isinstance(linked[ALICE], ReplyWritten)


def test_a_file_waits_while_nobody_says_who_linked_it(bench, ticket):
    made = bench.api.tickets[int(ticket.id)]
    file = bench.api.attach(SeenFile("cat.png", b"meow"), "image/png")
    *_, told = bench.of(
        lambda: bench.api.add(made, by=ALICE, html_body="", public=True, files=[file])
    )
    with bench.is_down(), pytest.raises(TransientError):
        bench.helpdesk.parse(json.loads(told.body), received_at=0)


def test_what_we_wrote_is_found_behind_any_number_of_agents_replies(bench, ticket):
    entry = more(2, ticket)
    written = bench.helpdesk.append(ticket.id, entry)
    for number in range(40):
        bench.reply(ticket.id, f"reply {number}")
    find = bench.helpdesk.find_entry
    assert find(ticket.id, after=ticket.last_entry, entry=entry) == written


def test_a_refused_question_who_linked_a_file_is_asked_again():
    http = FakeHttp(answered({"error": "x"}, status=400))
    client = Client(url=URL, credentials=[{}], http=http)
    with pytest.raises(TransientError):
        client.is_staff(1)
