"""What agents do to tickets is told: whatever page they use, and only the bridge is not told on."""

from __future__ import annotations

import pytest

from tests.integration.desk.desk import Agent, ApiUser
from tests.integration.desk.receiver import Receiver

pytestmark = pytest.mark.integration

OPEN, REOPENED, RESOLVED, CLOSED = 1, 2, 3, 4


def statuses(receiver: Receiver, ticket: int, *, count: int) -> list[str]:
    return [one.data["status"] for one in receiver.wait(ticket, count=count)]


def test_an_answer_that_closes_tells_the_reply_first_and_the_status_then(receiver, bridge, agent):
    ticket = bridge.open_ticket(custom_conversation_id="c-close")["id"]

    agent.reply(ticket, "Done, goodbye", new_status=CLOSED)

    reply, status = receiver.wait(ticket, count=2)
    assert (reply.type, reply.data["text"]) == ("reply.send", "Done, goodbye")
    assert status.type == "ticket.status"
    assert status.data == {
        "ticket_id": str(ticket),
        "conversation_id": "c-close",
        "status": "closed",
        "by": "alice",
    }


def test_closing_and_reopening_in_the_form_is_told_each_time(receiver, bridge, agent):
    ticket = bridge.open_ticket()["id"]

    agent.reply(ticket, "", new_status=RESOLVED)
    agent.reply(ticket, "", new_status=REOPENED)

    told = statuses(receiver, ticket, count=2)
    assert told == ["resolved", "reopened"]
    assert len({one.id for one in receiver.of(ticket)}) == 2


def test_a_status_changed_through_the_api_is_told(receiver, bridge, observer):
    ticket = bridge.open_ticket()["id"]

    observer.http.patch(f"/api/tickets/{ticket}/", json={"status": CLOSED}).raise_for_status()

    assert statuses(receiver, ticket, count=1) == ["closed"]


def test_a_status_changed_on_the_board_is_told(receiver, bridge, agent):
    ticket = bridge.open_ticket()["id"]
    token = agent.page("/tickets/").select_one("[name=csrfmiddlewaretoken]")

    agent.http.post(
        f"/tickets/{ticket}/kanban-update/",
        json={"status": CLOSED},
        headers={"X-CSRFToken": str(token["value"])},
    ).raise_for_status()

    assert statuses(receiver, ticket, count=1) == ["closed"]


def test_what_the_bridge_changes_is_not_told(receiver, bridge, observer):
    ticket = bridge.open_ticket()["id"]

    bridge.follow_up(ticket, "done", new_status=CLOSED)
    bridge.follow_up(ticket, "again", new_status=REOPENED)
    observer.http.patch(f"/api/tickets/{ticket}/", json={"status": RESOLVED}).raise_for_status()

    assert statuses(receiver, ticket, count=1) == ["resolved"]


def test_closing_several_tickets_in_the_list_is_told_of_each(receiver, bridge, agent):
    tickets = [bridge.open_ticket()["id"] for _ in range(2)]

    mass_update(agent, "close_public", tickets)

    assert [statuses(receiver, ticket, count=1) for ticket in tickets] == [["closed"], ["closed"]]


@pytest.mark.parametrize("way", ["page", "list", "api"])
def test_a_deleted_ticket_is_told_and_gone(
    receiver: Receiver, bridge: ApiUser, observer: ApiUser, agent: Agent, way: str
):
    ticket = bridge.open_ticket(custom_conversation_id="c-deleted")["id"]

    if way == "page":
        agent.submit(f"/tickets/{ticket}/delete/", "form[action='./']", {})
    elif way == "list":
        mass_update(agent, "delete", [ticket])
    else:
        observer.http.delete(f"/api/tickets/{ticket}/").raise_for_status()

    (told,) = receiver.wait(ticket)
    assert (told.type, told.id) == ("ticket.deleted", f"msg_delete_{ticket}")
    assert told.data == {"ticket_id": str(ticket), "conversation_id": "c-deleted"}
    assert bridge.http.get(f"/api/tickets/{ticket}/").status_code == 404


def test_a_merged_ticket_is_told_with_the_one_it_went_into(receiver, bridge, agent):
    kept = bridge.open_ticket(custom_conversation_id="c-kept")["id"]
    merged = bridge.open_ticket(custom_conversation_id="c-merged")["id"]

    agent.submit(
        f"/tickets/merge?tickets={kept}&tickets={merged}",
        "form[method=post]:has([name=chosen_ticket])",
        {"chosen_ticket": str(kept)},
    )

    status, told = receiver.wait(merged, count=2)
    assert (status.type, status.data["status"]) == ("ticket.status", "duplicate")
    assert told.type == "ticket.merged"
    assert told.data == {
        "ticket_id": str(merged),
        "conversation_id": "c-merged",
        "into": str(kept),
    }
    assert bridge.ticket(merged)["merged_to"] == kept


def test_no_form_can_change_which_conversation_a_ticket_shows(bridge, agent):
    ticket = bridge.open_ticket(custom_conversation_id="c-fixed")["id"]

    agent.submit(
        f"/tickets/{ticket}/edit/",
        "form:has([name=custom_conversation_id])",
        {"custom_conversation_id": "c-other", "custom_channel": None, "title": "Ana B."},
    )
    agent.reply(ticket, "hi")

    after = bridge.ticket(ticket)
    assert after["title"] == "Ana B."
    assert (after["custom_conversation_id"], after["custom_channel"]) == ("c-fixed", "whatsapp")


def test_the_bridge_can_link_a_ticket_anew(bridge):
    ticket = bridge.open_ticket(custom_conversation_id="c-old")["id"]

    bridge.http.patch(
        f"/api/tickets/{ticket}/", json={"custom_conversation_id": "c-new"}
    ).raise_for_status()

    assert bridge.ticket(ticket)["custom_conversation_id"] == "c-new"


def mass_update(agent: Agent, action: str, tickets: list[int]) -> None:
    token = agent.page("/tickets/").select_one("[name=csrfmiddlewaretoken]")
    assert token is not None
    data = {"action": action, "ticket_id": [str(ticket) for ticket in tickets]}
    answer = agent.http.post(
        "/tickets/update/", data=data | {"csrfmiddlewaretoken": str(token["value"])}
    )
    assert answer.status_code == 200
