"""What is written into a real desk stands there as it was written, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from tests.integration.desk.desk import Agent, ApiUser
from tests.integration.desk.receiver import Receiver

NewOpening = Callable[..., Opening]

TEXTS = {
    "unicode": "Perché? 你好 مرحبا ẞ e\u0301 \u202eabc 🎉👨\u200d👩\u200d👧",
    "lines": "one\ntwo\r\n\r\n  three\n\tfour",
    "markdown": "# a\n* b\n> c\n[x](javascript:alert(1)) `d` **e** ~~f~~ #12",
    "html": "<script>alert(1)</script> <b>x</b> &amp; &#39; \"'",
    "expressions": "{{ 7*7 }} {{ ticket.title }} {{{{ }}}} ${7*7} {#x#}",
    "tags": "{% now 'Y' %} {%endverbatim%} %} {% {% verbatim %}{%",
    "quoting": '{{ "{" }} {{ "" }} {{{ "x" }}}',
    "marks": "X-HELPDESK-COMMENT-VERBATIM {X-HELPDESK-COMMENT-ENDVERBATIM",
    "controls": "a\x01b\x0bc\x7fd\x85e\u2028f\ufeffg",
    "long": "è{% 🎉 " * 4000 + "end",
}
EDGES = {"leading": "  \n x", "trailing": "x {\n ", "blank": "   ", "empty": ""}


def comments(observer: ApiUser, ticket_id: str) -> list[str]:
    return [str(e["comment"]) for e in observer.ticket(int(ticket_id))["followup_set"]]


def comment(text: str) -> Entry:
    return Entry(kind=EntryKind.COMMENT, text=text, author="Ana Bell")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_first_message_arrives_as_it_was_written(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening, text: str
):
    ticket = helpdesk.create(new_opening(text))
    assert comments(observer, ticket.id) == [text]


@pytest.mark.parametrize("text", {**TEXTS, **EDGES}.values(), ids={**TEXTS, **EDGES}.keys())
def test_a_later_message_arrives_as_it_was_written_and_is_found_again(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening, text: str
):
    ticket = helpdesk.create(new_opening())
    entry_id = helpdesk.append(ticket.id, comment(text))
    assert comments(observer, ticket.id) == ["Hello", text]
    found = helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=comment(text))
    assert found == entry_id


@pytest.mark.parametrize("text", EDGES.values(), ids=EDGES.keys())
def test_a_first_message_loses_no_more_than_its_outer_whitespace(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening, text: str
):
    opening = new_opening(text)
    ticket = helpdesk.create(opening)
    (only,) = comments(observer, ticket.id)
    assert only.replace("\u200b", "") == text.strip()
    assert helpdesk.find_entry(ticket.id, after="", entry=opening.entry) == ticket.last_entry


def test_what_no_database_takes_is_cleaned_away(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening("a\0b\ud83d"))
    helpdesk.append(ticket.id, comment("c\0d\ud83d"))
    assert comments(observer, ticket.id) == ["ab\ufffd", "cd\ufffd"]


def test_a_ticket_tells_who_wrote_where_and_where_it_is(
    helpdesk: Helpdesk, observer: ApiUser, agent: Agent, new_opening: NewOpening
):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    stored = observer.ticket(int(ticket.id))
    assert stored["title"] == "WhatsApp: Ana Bell"
    assert stored["submitter_email"] == opening.customer.address
    assert stored["custom_conversation_id"] == opening.reference
    assert stored["custom_channel"] == "whatsapp"
    assert ticket.last_entry == str(stored["followup_set"][0]["id"])
    assert "Ana Bell" in agent.page(ticket.url).get_text()


def test_the_customers_name_stands_over_every_entry(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    helpdesk.append(ticket.id, comment("again"))
    stored = observer.ticket(int(ticket.id))
    assert stored["followup_set"][1]["title"] == "WhatsApp: Ana Bell"
    assert stored["title"] == "WhatsApp: Ana Bell"


def test_a_comment_is_public_and_a_note_is_not(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    helpdesk.append(ticket.id, comment("for all"))
    helpdesk.append(ticket.id, Entry(kind=EntryKind.NOTE, text="for agents"))
    entries = observer.ticket(int(ticket.id))["followup_set"]
    assert [entry["public"] for entry in entries] == [True, True, False]


def test_a_note_that_a_ticket_begins_with_is_for_agents(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    opening = new_opening("for agents")
    note = replace(opening.entry, kind=EntryKind.NOTE)
    ticket = helpdesk.create(replace(opening, entry=note))
    begun, noted = observer.ticket(int(ticket.id))["followup_set"]
    assert begun["comment"].strip("\u200b\u2063") == ""
    assert (noted["comment"], noted["public"]) == ("for agents", False)
    assert helpdesk.find(opening.reference) == ticket


@pytest.mark.parametrize("status", [3, 4, 5], ids=["resolved", "closed", "duplicate"])
def test_a_closed_ticket_is_open_after_a_message(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening, status: int
):
    ticket = helpdesk.create(new_opening())
    answer = observer.http.patch(f"/api/tickets/{ticket.id}/", json={"status": status})
    assert answer.status_code == 200
    helpdesk.append(ticket.id, comment("still there?"))
    stored = observer.ticket(int(ticket.id))
    assert stored["status"] == 1
    assert stored["title"] == "WhatsApp: Ana Bell"


def test_a_message_changes_nothing_else_about_an_open_ticket(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    before = observer.ticket(int(ticket.id))
    helpdesk.append(ticket.id, comment("more"))
    after = observer.ticket(int(ticket.id))
    assert after["followup_set"][1]["new_status"] is None
    ignored = {"followup_set": None}
    assert after | ignored == before | ignored


def test_nothing_that_we_write_comes_back_as_a_reply(
    helpdesk: Helpdesk, agent: Agent, receiver: Receiver, new_opening: NewOpening
):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    helpdesk.append(ticket.id, comment("more"))
    helpdesk.append(ticket.id, Entry(kind=EntryKind.NOTE, text="a note"))
    agent.reply(int(ticket.id), "We are on it.")
    (only,) = receiver.wait(int(ticket.id))
    assert (only.type, only.data["text"]) == ("reply.send", "We are on it.")


@pytest.mark.parametrize("name", ["è" * 190, "<b>A</b> {{ 7*7 }}", "A\nB", "\u202e", ""])
def test_any_name_and_subject_make_a_ticket(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening, name: str
):
    whole = new_opening()
    opening = Opening(
        reference=whole.reference,
        subject=name and f"WhatsApp: {name}",
        channel="whatsapp",
        account="1",
        customer=Customer(id="p-1", name=name, address="ig-17840000000000001@scripta.invalid"),
        entry=whole.entry,
    )
    ticket = helpdesk.create(opening)
    helpdesk.append(ticket.id, comment("again"))
    assert len(comments(observer, ticket.id)) == 2
