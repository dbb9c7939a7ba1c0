"""What is special of Chatwoot: contacts, names of ours, what it does not do by itself."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from itertools import count

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, FileKind
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.ticket import EntryKind
from chalicelib.errors import AmbiguousError, InvalidSignature, Refused, TransientError
from chalicelib.helpdesks.chatwoot import webhook
from chalicelib.helpdesks.chatwoot.helpdesk import Chatwoot
from tests.desks.bench import DESK, NEW, TOKEN
from tests.desks.chatwoot import ACCOUNT, ALICE, URL, ChatwootBench
from tests.fakes.desks.chatwoot_api import OUTGOING, TEMPLATE
from tests.fakes.desks.contract import ContractBroken
from tests.fakes.desks.vendor import Answered
from tests.fakes.http import FakeHttp, answered
from tests.unit.helpdesks.examples import ANA, OPENING, more


@pytest.fixture
def bench() -> ChatwootBench:
    return ChatwootBench()


def opened(bench: ChatwootBench, **options: str) -> Chatwoot:
    """Return the adapter of a desk with other options, before the same account."""
    desk = Desk(id=DESK, helpdesk="chatwoot", url=URL, options=options)
    return Chatwoot(desk=desk, secrets=bench.secrets, http=bench.mishaps)


def contact(bench: ChatwootBench, **said: object) -> int:
    return int(bench.api._new_contact({"name": "Ana", **said})["id"])


# --- whose a conversation is


def test_a_contact_has_the_customers_name_number_and_handle_and_no_address(bench: ChatwootBench):
    bench.helpdesk.create(OPENING)
    (made,) = bench.api.contacts.values()
    assert {name: made[name] for name in made if name != "id"} == {
        "name": "Ana Bell",
        "identifier": "scripta:c-9",
        "phone_number": "+15550001111",
        "email": None,
        "custom_attributes": {"scripta_handle": "BR.9"},
    }


def test_whoever_has_the_customers_number_is_the_customer(bench: ChatwootBench):
    known = contact(bench, phone_number=ANA.phone, identifier="of-the-shop")
    ticket = bench.helpdesk.create(OPENING)
    assert ticket.requester == str(known)
    assert list(bench.api.contacts) == [known]


def test_whoever_only_looks_like_the_customer_is_not(bench: ChatwootBench):
    contact(bench, identifier="scripta:c-99")
    contact(bench, name="scripta:c-9", phone_number="+155500011112")
    ticket = bench.helpdesk.create(OPENING)
    assert bench.api.contacts[int(ticket.requester)]["identifier"] == "scripta:c-9"


@pytest.mark.parametrize("phone", ["", "+0123", "+1234567890123456"])
def test_a_number_that_chatwoot_takes_not_is_left_out(bench: ChatwootBench, phone: str):
    bench.helpdesk.create(replace(OPENING, customer=replace(ANA, phone=phone)))
    (made,) = bench.api.contacts.values()
    assert made["phone_number"] is None


def test_a_contact_that_somebody_made_meanwhile_is_taken(
    bench: ChatwootBench, monkeypatch: pytest.MonkeyPatch
):
    search, looks, made = bench.api._search, count(1), []

    def late(text: str):
        # Behind our two looks, by name and by number, somebody else makes the contact.
        if (look := next(looks)) == 2:
            made.append(contact(bench, identifier="scripta:c-9", phone_number=ANA.phone))
        return search(text) if look > 2 else []

    monkeypatch.setattr(bench.api, "_search", late)
    assert bench.helpdesk.create(OPENING).requester == str(made[0])


def test_a_contact_whose_answer_was_lost_is_looked_for_at_once(bench: ChatwootBench):
    bench.fails(502, done=True)
    ticket = bench.helpdesk.create(OPENING)
    assert list(bench.api.contacts) == [int(ticket.requester)]


def test_a_contact_that_is_refused_for_good_is_refused(bench: ChatwootBench):
    bench.fails(422)
    with pytest.raises(Refused):
        bench.helpdesk.create(OPENING)


def test_when_agents_merge_contacts_the_conversation_goes_on(bench: ChatwootBench):
    ticket = bench.helpdesk.create(OPENING)
    base = contact(bench)
    bench.api.merge_contacts(base, int(ticket.requester))
    bench.helpdesk.append(ticket.id, more("c-9.2"))
    again = bench.helpdesk.create(replace(OPENING, reference="c-9.3", entry=more("c-9.3")))
    assert bench.ticket(ticket.id).requester == bench.ticket(again.id).requester == str(base)


# --- what Chatwoot does not do by itself


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.OUTSIDE])
def test_what_is_not_the_customers_opens_a_resolved_conversation_too(
    bench: ChatwootBench, kind: EntryKind
):
    ticket = bench.helpdesk.create(OPENING)
    bench.close(ticket.id)
    bench.helpdesk.append(ticket.id, more("c-9.2", kind))
    assert bench.api.conversations[int(ticket.id)].status == "open"


@pytest.mark.parametrize("status", ["open", "pending", "snoozed"])
def test_a_note_leaves_a_conversation_that_is_not_resolved_as_it_is(
    bench: ChatwootBench, status: str
):
    ticket = bench.helpdesk.create(OPENING)
    bench.api.set_status(int(ticket.id), status)
    bench.helpdesk.append(ticket.id, more("c-9.2", EntryKind.NOTE))
    assert bench.api.conversations[int(ticket.id)].status == status


def test_a_conversation_that_began_with_a_greeting_still_knows_our_entry(bench: ChatwootBench):
    ticket = bench.helpdesk.create(OPENING)
    bench.api.add(int(ticket.id), kind=TEMPLATE, content="Hi! We are back at nine.")
    assert bench.helpdesk.find("c-9") == ticket


def test_a_conversation_whose_first_message_cannot_be_looked_up_may_have_been_written(
    bench: ChatwootBench,
):
    known = {"id": 5, "identifier": "scripta:c-9"}
    made = {"id": 8, "status": "open", "meta": {"sender": {"id": 5}}, "messages": []}
    answers = answered({"payload": [known]}), answered(made), answered({}, status=500)
    desk = Desk(id=DESK, helpdesk="chatwoot", url=URL, options={"account": "3", "inbox": "7"})
    chatwoot = Chatwoot(desk=desk, secrets=bench.secrets, http=FakeHttp(*answers))
    with pytest.raises(AmbiguousError):
        chatwoot.create(OPENING)


def test_a_conversation_that_may_not_be_open_has_no_entry_yet(bench: ChatwootBench):
    resolved = {"id": 8, "status": "resolved", "meta": {"sender": {"id": 5}}}
    http = FakeHttp(answered(resolved), AmbiguousError("cut"))
    desk = Desk(id=DESK, helpdesk="chatwoot", url=URL, options={"account": "3", "inbox": "7"})
    with pytest.raises(TransientError):
        Chatwoot(desk=desk, secrets=bench.secrets, http=http).append(
            "8", more("c-9.2", EntryKind.NOTE)
        )


def test_a_label_that_cannot_be_given_is_no_reason_to_doubt_the_conversation(
    bench: ChatwootBench, monkeypatch: pytest.MonkeyPatch
):
    change = bench.api._change

    def without_labels(conversation, path, said, files):
        if path == ["labels"]:
            raise Answered(500, {"error": "a mishap"})
        return change(conversation, path, said, files)

    monkeypatch.setattr(bench.api, "_change", without_labels)
    ticket = bench.helpdesk.create(OPENING)
    assert bench.api.conversations[int(ticket.id)].labels == ()
    assert ticket.missing == "labels"


def test_labels_are_only_given_where_an_operator_wants_them(bench: ChatwootBench):
    ticket = opened(bench, account="3", inbox="7").create(OPENING)
    assert bench.api.conversations[int(ticket.id)].labels == ()
    assert ticket.missing == ""
    labelled = bench.helpdesk.create(replace(OPENING, reference="c-9.2", entry=more("c-9.2")))
    assert bench.api.conversations[int(labelled.id)].labels == ("whatsapp",)


# --- looking


def test_an_entry_is_found_however_much_was_said_since(bench: ChatwootBench):
    ticket = bench.helpdesk.create(OPENING)
    for number in range(150):
        bench.api.add(int(ticket.id), kind=OUTGOING, content=str(number), sender=ALICE)
    bench.let_pass(60)
    entry_id = bench.helpdesk.append(ticket.id, more("c-9.2"))
    find = bench.helpdesk.find_entry
    assert find(ticket.id, after="", entry=more("c-9.2")) == entry_id
    assert find(ticket.id, after=entry_id, entry=more("c-9.2")) is None


def test_replies_are_recalled_over_many_pages(bench: ChatwootBench):
    tickets = [
        bench.helpdesk.create(
            replace(
                OPENING,
                reference=f"c-{number}",
                customer=replace(ANA, id=f"c-{number}", phone=""),
                entry=more(f"c-{number}.1"),
            )
        )
        for number in range(30)
    ]
    since = time.time_ns() // 1_000_000 - 1000
    for number in range(45):
        bench.reply(tickets[0].id, str(number))
    bench.reply(tickets[29].id, "elsewhere")
    recalled = bench.helpdesk.recall(since=since)
    assert recalled is not None
    told = [bench.helpdesk.parse(body, received_at=1) for body in recalled]
    texts = [event.text for event in told if isinstance(event, ReplyWritten)]
    assert sorted(texts) == sorted([*map(str, range(45)), "elsewhere"])
    assert {event.conversation_id for event in told if isinstance(event, ReplyWritten)} == {
        "c-0",
        "c-29",
    }
    assert [*(bench.helpdesk.recall(since=since + 10_000_000) or ())] == []


def test_what_an_agent_quotes_is_told_by_its_key(bench: ChatwootBench):
    ticket = bench.helpdesk.create(OPENING)
    told = bench.of(
        lambda: bench.api.add(
            int(ticket.id),
            kind=OUTGOING,
            content="This one",
            sender=ALICE,
            attributes={"in_reply_to": 1, "in_reply_to_external_id": "scripta:c-9.1"},
        )
    )
    event = bench.helpdesk.parse(json.loads(told[0].body), received_at=1)
    assert isinstance(event, ReplyWritten)
    assert event.quotes == "c-9.1"


# --- what stands in the way


def test_too_many_messages_in_a_minute_wait_for_the_next_one(bench: ChatwootBench):
    ticket = bench.helpdesk.create(OPENING)
    for number in range(200):
        bench.api.add(int(ticket.id), kind=OUTGOING, content=str(number), sender=ALICE)
    with pytest.raises(TransientError) as raised:
        bench.helpdesk.append(ticket.id, more("c-9.2"))
    assert raised.value.retry_after == 60
    bench.let_pass(61)
    assert bench.helpdesk.append(ticket.id, more("c-9.2"))


def test_our_pace_stays_below_that():
    pace = Chatwoot.promise.pace
    assert pace is not None
    assert pace.burst + 60 / pace.interval <= 120


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_of_somebody_else_does_not_tell_that_a_ticket_is_gone(
    bench: ChatwootBench, status: int
):
    ticket = bench.helpdesk.create(OPENING)
    bench.fails(status)
    with pytest.raises(TransientError, match="not from the helpdesk"):
        bench.helpdesk.append(ticket.id, more("c-9.2"))


@pytest.mark.parametrize("options", [{"account": "3", "inbox": "99"}, {"account": "3"}, {}])
def test_a_desk_that_is_configured_wrong_loses_nothing(
    bench: ChatwootBench, options: dict[str, str]
):
    helpdesk = opened(bench, **options)
    for call in (lambda: helpdesk.create(OPENING), helpdesk.check):
        with pytest.raises(TransientError):
            call()


def test_while_the_inbox_is_not_configured_no_reply_is_ignored_for_it(bench: ChatwootBench):
    event = opened(bench, account="3").parse(bench.webhook(ticket_id="1", text="hi"), received_at=1)
    assert isinstance(event, ReplyWritten)


def test_an_inbox_that_is_not_for_an_api_is_told(bench: ChatwootBench):
    bench.api.channel_type = "Channel::WebWidget"
    with pytest.raises(Refused, match="inbox 7 is not of the type API"):
        bench.helpdesk.check()


def test_files_may_lie_in_the_storage_that_was_named(bench: ChatwootBench):
    options = {"account": "3", "inbox": "7", "file_hosts": "files.acme.test, .s3.test"}
    helpdesk = opened(bench, **options)
    for url in (f"{URL}/rails/a", "https://files.acme.test/a", "https://b.s3.test/a"):
        location = helpdesk.locate(File(kind=FileKind.IMAGE, url=url))
        assert (location.url, dict(location.headers)) == (url, {})
    for url in ("https://acme.test/a", "http://files.acme.test/a", "https://s3.test.evil/a"):
        with pytest.raises(Refused):
            helpdesk.locate(File(kind=FileKind.IMAGE, url=url))


def test_a_name_that_the_contract_does_not_know_is_refused(bench: ChatwootBench):
    headers = {"api_access_token": TOKEN}
    url = f"{URL}/api/v1/accounts/{ACCOUNT}"
    good = {"message_type": "incoming", "content": "a", "source_id": "scripta:1"}
    for body in (good | {"Private": True}, good | {"message_type": "inbound"}):
        with pytest.raises(ContractBroken):
            bench.api.request("POST", f"{url}/conversations/1/messages", headers=headers, body=body)
    with pytest.raises(ContractBroken, match="no parameter"):
        bench.api.request("GET", f"{url}/conversations/1/messages?afer=1", headers=headers)
    with pytest.raises(ContractBroken):
        bench.api.request("GET", f"{url}/conversations/1", headers={})


# --- a Chatwoot that is too old to sign


def basic(password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"scripta:{password}".encode()).decode()}


def test_an_old_chatwoot_shows_the_secret_as_the_password_of_the_address():
    webhook.verify(b"{}", basic(NEW), secrets=(NEW,))


@pytest.mark.parametrize(
    "headers",
    [
        basic("x" * 32),
        basic("short"),
        {"authorization": "Basic ¤"},
        {"authorization": "Basic " + base64.b64encode(b"\xff\xfe:").decode()},
        {"authorization": f"Bearer {NEW}"},
        basic(NEW) | {"x-chatwoot-signature": "sha256=00", "x-chatwoot-timestamp": "1"},
        basic(NEW) | {"x-chatwoot-signature": "sha256=00"},
    ],
    ids=["other", "short", "garbled", "no text", "bearer", "signed", "signed without a time"],
)
def test_any_other_password_is_not_taken(headers: dict[str, str]):
    with pytest.raises(InvalidSignature):
        webhook.verify(b"{}", headers, secrets=(NEW, "short"))
