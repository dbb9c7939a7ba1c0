"""What agents do in a real Request Tracker, and what its webhooks and its past tell us of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten, TicketChanged, TicketMerged
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Entry, EntryKind
from tests.desks.bench import SeenFile
from tests.integration.desk.receiver import Receiver
from tests.integration.rt.conftest import NewOpening
from tests.integration.rt.rt import RtProcess, RtUser

NOW = 1_800_000_000_000
FILE = SeenFile(name="fòto.png", content=b"\x89PNG\0\xff")

Told = Callable[[str, int], list[DeskEvent]]


@pytest.fixture
def told(receiver: Receiver, helpdesk: Helpdesk) -> Told:
    """Wait for so many webhooks of a ticket and return what they mean."""

    def wait(ticket_id: str, count: int) -> list[DeskEvent]:
        received = receiver.wait(int(ticket_id), count=count)
        return [helpdesk.parse(raw(each), received_at=NOW) for each in received]

    return wait


def raw(one: Any) -> dict[str, Any]:
    return {"type": one.type, "timestamp": one.timestamp, "data": one.data}


def test_an_answer_is_told_with_who_gave_it_and_in_which_conversation(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, told: Told
):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    alice.reply(ticket.id, "On its <b>way</b> 🎉\n 2 > 1 & more")
    (reply,) = told(ticket.id, 1)
    assert isinstance(reply, ReplyWritten)
    assert reply.text == "On its <b>way</b> 🎉\n 2 > 1 & more"
    assert (reply.agent, reply.ticket_id) == ("Alice Agent", ticket.id)
    assert (reply.conversation_id, reply.foreign) == (opening.reference, False)
    assert reply.comment_id == alice.entries(ticket.id)[-1]["id"]


def test_a_page_becomes_a_text_and_what_is_quoted_and_signed_stays_here(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, told: Told
):
    ticket = helpdesk.create(new_opening())
    alice.reply(
        ticket.id,
        "<p>It is <b>here</b>:</p><ul><li>one</li><li>two</li></ul><p>-- <br>Alice<br>The shop</p>",
        html=True,
    )
    quote = "On Thu Nov 26 13:00:00 2026, ana wrote:"
    alice.reply(ticket.id, f"Yes.\n\n{quote}\n> is it there?")
    texts = [reply.text for reply in told(ticket.id, 2) if isinstance(reply, ReplyWritten)]
    assert "It is here:" in texts[0]
    assert "two" in texts[0]
    assert "The shop" not in texts[0]
    assert texts[1] == "Yes."


def test_files_of_an_answer_are_to_be_had_with_our_token_only(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, told: Told
):
    ticket = helpdesk.create(new_opening())
    alice.reply(ticket.id, "look", files=[FILE])
    (reply,) = told(ticket.id, 1)
    assert isinstance(reply, ReplyWritten)
    (file,) = reply.files
    assert (file.name, file.mime) == (FILE.name, "image/png")
    where = helpdesk.locate(file)
    assert httpx.get(where.url, headers=where.headers).content == FILE.content
    assert httpx.get(where.url).content != FILE.content


def test_what_is_not_for_the_customer_is_not_told(
    rt: RtProcess, receiver: Receiver, helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    helpdesk.append(ticket.id, Entry(kind=EntryKind.OUTSIDE, text="elsewhere", key="o"))
    helpdesk.append(ticket.id, Entry(kind=EntryKind.NOTE, text="a note of ours", key="n"))
    alice.note(ticket.id, "a difficult customer")
    rt.agent("mallory").reply(ticket.id, "a mail of somebody who is no agent")
    alice.reply(ticket.id, "an answer")
    (only,) = receiver.wait(int(ticket.id))
    assert only.data["text"] == "an answer"


def test_an_answer_that_closes_is_told_before_the_closing(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, told: Told
):
    ticket = helpdesk.create(new_opening())
    alice.reply(ticket.id, "done", Status="resolved")
    alice.change(ticket.id, Status="open")
    alice.change(ticket.id, Status="rejected")
    alice.change(ticket.id, Status="deleted")
    reply, *changes = told(ticket.id, 5)
    assert isinstance(reply, ReplyWritten)
    closed, gone = TicketStatus.CLOSED, TicketStatus.GONE
    statuses = [change.status for change in changes if isinstance(change, TicketChanged)]
    assert statuses == [closed, TicketStatus.OPEN, closed, gone]
    assert len({change.key for change in changes}) == 4


def test_a_merge_is_told_of_the_ticket_that_went_over_and_answers_in_the_other_one_are_known(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, told: Told, receiver: Receiver
):
    opening = new_opening()
    old, into = helpdesk.create(opening), alice.open("an agent's own")
    alice.change(old.id, MergeInto=into)
    (merged,) = told(old.id, 1)
    assert isinstance(merged, TicketMerged)
    assert (merged.ticket_id, merged.into) == (old.id, into)
    assert merged.url.endswith(f"/Ticket/Display.html?id={into}")
    alice.reply(into, "here we are")
    (reply,) = told(into, 1)
    assert isinstance(reply, ReplyWritten)
    assert (reply.ticket_id, reply.conversation_id) == (into, opening.reference)


def test_a_ticket_that_was_moved_is_told_of_as_before(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, told: Told
):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    for queue in ("Second line", "Directors"):
        alice.change(ticket.id, Queue=queue)
        alice.reply(ticket.id, f"from {queue}")
    replies = told(ticket.id, 2)
    assert [getattr(reply, "conversation_id", "") for reply in replies] == [opening.reference] * 2


def test_an_agents_own_ticket_is_told_of_in_our_queue_only(
    alice: RtUser, told: Told, receiver: Receiver
):
    elsewhere, here = alice.open("their own", queue="Directors"), alice.open("our queue")
    alice.reply(elsewhere, "nothing of ours")
    alice.reply(here, "/whatsapp +39 333 123 4567 hello it")
    (reply,) = told(here, 1)
    assert isinstance(reply, ReplyWritten)
    assert (reply.foreign, reply.conversation_id) == (True, "")
    assert receiver.of(int(elsewhere)) == []


def test_the_past_is_told_as_its_webhooks_were(
    rt: RtProcess, helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, receiver: Receiver
):
    ticket = helpdesk.create(new_opening())
    helpdesk.append(ticket.id, Entry(kind=EntryKind.OUTSIDE, text="elsewhere", key="past"))
    alice.note(ticket.id, "private")
    rt.agent("mallory").reply(ticket.id, "no agent")
    alice.reply(ticket.id, "<p>one</p><p>&amp;</p>", html=True, files=[FILE])
    alice.reply(ticket.id, "two")
    by_webhook = [
        helpdesk.parse(raw(each), received_at=NOW)
        for each in receiver.wait(int(ticket.id), count=2)
    ]
    bodies = [b for b in helpdesk.recall(since=0) or () if b["data"]["ticket_id"] == ticket.id]
    recalled = [helpdesk.parse(body, received_at=NOW) for body in bodies]
    for told, again in zip(by_webhook, reversed(recalled), strict=True):
        assert isinstance(told, ReplyWritten)
        assert isinstance(again, ReplyWritten)
        assert again.key == told.key
        assert (again.text, again.files, again.agent) == (told.text, told.files, told.agent)
        assert abs(again.occurred_at - told.occurred_at) < 10_000
    assert not list(helpdesk.recall(since=NOW * 2) or ())


def test_what_nobody_takes_costs_the_agent_nothing_and_is_told_by_the_past(
    helpdesk: Helpdesk, alice: RtUser, new_opening: NewOpening, receiver: Receiver
):
    ticket = helpdesk.create(new_opening())
    receiver.statuses += [503, 503]
    alice.reply(ticket.id, "is anybody there?")
    assert receiver.of(int(ticket.id)) == []
    texts = [body["data"].get("text") for body in helpdesk.recall(since=0) or ()]
    assert "is anybody there?" in texts
