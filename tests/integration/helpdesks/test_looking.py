"""What is in doubt is found again in a real desk, and what fails says what may have happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import ReplyWritten, TicketChanged
from chalicelib.domain.ports import Helpdesk
from chalicelib.domain.ticket import Entry, EntryKind, Opening
from chalicelib.errors import AmbiguousError, Gone, TransientError, Unauthorised
from tests.integration.desk.desk import Agent, ApiUser, DeskProcess
from tests.integration.desk.receiver import Receiver
from tests.integration.helpdesks.conftest import open_helpdesk
from tests.integration.helpdesks.cutting_proxy import CuttingProxy

NewOpening = Callable[..., Opening]

MORE = Entry(kind=EntryKind.COMMENT, text="more {{ x }}", author="Ana Bell")


def test_a_ticket_is_found_by_its_reference_only(helpdesk: Helpdesk, new_opening: NewOpening):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    helpdesk.create(new_opening())
    assert helpdesk.find(opening.reference) == ticket
    assert helpdesk.find(f"{opening.reference}0") is None
    assert helpdesk.find("") is None


def test_the_last_entry_of_a_ticket_that_is_found_is_ours_and_no_agents(
    helpdesk: Helpdesk, agent: Agent, new_opening: NewOpening
):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    entry_id = helpdesk.append(ticket.id, MORE)
    agent.reply(int(ticket.id), "A moment, please.")
    assert helpdesk.find(opening.reference) == replace(ticket, last_entry=entry_id)


def test_a_ticket_whose_creation_was_not_answered_is_found_and_complete(
    proxy: CuttingProxy, new_opening: NewOpening
):
    helpdesk, opening = open_helpdesk(proxy.url), new_opening()
    proxy.cuts = 1
    with pytest.raises(AmbiguousError):
        helpdesk.create(opening)
    found = helpdesk.find(opening.reference)
    assert found is not None
    assert helpdesk.find_entry(found.id, after="", entry=opening.entry) == found.last_entry


def test_an_entry_whose_write_was_not_answered_is_found_once(
    proxy: CuttingProxy, observer: ApiUser, new_opening: NewOpening
):
    helpdesk = open_helpdesk(proxy.url)
    ticket = helpdesk.create(new_opening(MORE.text))
    assert helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=MORE) is None
    proxy.cuts = 1
    with pytest.raises(AmbiguousError):
        helpdesk.append(ticket.id, MORE)
    entries = observer.ticket(int(ticket.id))["followup_set"]
    assert [entry["comment"] for entry in entries] == [MORE.text, MORE.text]
    found = helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=MORE)
    assert found == str(entries[1]["id"])
    assert helpdesk.find_entry(ticket.id, after=found, entry=MORE) is None


def test_a_look_up_that_is_not_answered_leaves_nothing_in_doubt(
    proxy: CuttingProxy, new_opening: NewOpening
):
    helpdesk = open_helpdesk(proxy.url)
    ticket = helpdesk.create(new_opening())
    for look in (
        lambda: helpdesk.find("c-0"),
        lambda: helpdesk.find_entry(ticket.id, after="", entry=MORE),
        helpdesk.check,
    ):
        proxy.cuts = 1
        with pytest.raises(TransientError):
            look()


def test_an_agent_who_says_the_same_is_not_taken_for_us(
    helpdesk: Helpdesk, agent: Agent, receiver: Receiver, new_opening: NewOpening
):
    ticket = helpdesk.create(new_opening())
    agent.reply(int(ticket.id), "thanks")
    receiver.wait(int(ticket.id))
    thanks = replace(MORE, text="thanks")
    assert helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=thanks) is None


def test_a_write_is_one_call(proxy: CuttingProxy, new_opening: NewOpening):
    helpdesk = open_helpdesk(proxy.url)
    ticket = helpdesk.create(new_opening())
    helpdesk.append(ticket.id, MORE)
    assert proxy.requests == ["POST /api/tickets/", "POST /api/followups/"]


def test_a_deleted_ticket_is_gone(helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    assert observer.http.delete(f"/api/tickets/{ticket.id}/").status_code == 204
    with pytest.raises(Gone):
        helpdesk.append(ticket.id, MORE)
    with pytest.raises(Gone):
        helpdesk.find_entry(ticket.id, after="", entry=MORE)
    assert helpdesk.find(opening.reference) is None


def test_a_ticket_that_an_agent_merged_into_another_is_gone(
    helpdesk: Helpdesk, observer: ApiUser, new_opening: NewOpening
):
    ticket, other = helpdesk.create(new_opening()), helpdesk.create(new_opening())
    merged = {"merged_to": int(other.id), "status": 5}
    assert observer.http.patch(f"/api/tickets/{ticket.id}/", json=merged).status_code == 200
    with pytest.raises(Gone):
        helpdesk.find_entry(ticket.id, after="", entry=MORE)


def test_a_wrong_token_waits_for_an_operator(desk: DeskProcess, new_opening: NewOpening):
    helpdesk = open_helpdesk(desk.url, token="wrong")
    for call in (lambda: helpdesk.create(new_opening()), helpdesk.check):
        with pytest.raises(Unauthorised):
            call()


def test_a_desk_in_order_passes_the_check(helpdesk: Helpdesk):
    helpdesk.check()


def test_a_desk_that_was_stopped_took_nothing(desk: DeskProcess, new_opening: NewOpening):
    stopped = DeskProcess(state=desk.state, receiver_port=desk.receiver_port)
    helpdesk = open_helpdesk(stopped.url)
    with pytest.raises(TransientError):
        helpdesk.create(new_opening())


def test_an_agents_reply_and_a_change_of_status_are_verified_and_understood(
    helpdesk: Helpdesk, agent: Agent, receiver: Receiver, new_opening: NewOpening
):
    opening = new_opening()
    ticket = helpdesk.create(opening)
    agent.reply(int(ticket.id), "Bye {{ 7*7 }} <b>è</b>", new_status=4)
    reply, closed = receiver.wait(int(ticket.id), count=2)
    first = helpdesk.parse({"type": reply.type, "data": reply.data}, received_at=1)
    assert isinstance(first, ReplyWritten)
    assert (first.ticket_id, first.conversation_id) == (ticket.id, opening.reference)
    assert (first.text, first.agent) == ("Bye {{ 7*7 }} <b>è</b>", "alice")
    second = helpdesk.parse(
        {"type": closed.type, "timestamp": closed.timestamp, "data": closed.data}, received_at=1
    )
    assert isinstance(second, TicketChanged)
    assert (second.ticket_id, second.status) == (ticket.id, TicketStatus.CLOSED)
    assert second.occurred_at > 1_700_000_000_000


def test_in_a_ticket_that_an_agent_opened_our_entry_is_found_and_the_agents_is_not(
    helpdesk: Helpdesk, agent: Agent, receiver: Receiver
):
    fields = {"title": "Call Ana", "body": MORE.text, "submitter_email": "", "priority": "3"}
    page = agent.submit("/tickets/submit/", "form:has([name=body])", fields)
    ticket = page.url.path.strip("/").rpartition("/")[2]
    agent.reply(int(ticket), "/whatsapp +15550001111 order it")
    (told,) = receiver.wait(int(ticket))
    event = helpdesk.parse({"type": told.type, "data": told.data}, received_at=1)
    assert isinstance(event, ReplyWritten)
    assert (event.ticket_id, event.conversation_id, event.foreign) == (ticket, "", True)
    assert helpdesk.find_entry(ticket, after="", entry=MORE) is None
    entry_id = helpdesk.append(ticket, MORE)
    assert helpdesk.find_entry(ticket, after="", entry=MORE) == entry_id
    assert helpdesk.find_entry(ticket, after=entry_id, entry=MORE) is None
