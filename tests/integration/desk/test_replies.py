"""What an agent writes to the customer is told; what is private, empty or the bridge's is not."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.integration.desk.desk import Agent, ApiUser, DeskProcess
from tests.integration.desk.receiver import Receiver

pytestmark = pytest.mark.integration


def test_a_public_reply_in_the_agents_form_is_told_signed(receiver, bridge, agent):
    ticket = bridge.open_ticket(custom_conversation_id="c-reply")["id"]

    agent.reply(ticket, "We are on it.\r\nAlice")

    (told,) = receiver.wait(ticket)
    comment = bridge.ticket(ticket)["followup_set"][-1]["id"]
    assert (told.type, told.id) == ("reply.send", f"msg_comment_{comment}")
    assert told.data == {
        "ticket_id": str(ticket),
        "comment_id": str(comment),
        "conversation_id": "c-reply",
        "text": "We are on it.\nAlice",
        "agent": "alice",
        "attachments": [],
    }
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(told.timestamp)
    assert dt.timedelta() <= age < dt.timedelta(seconds=30)


def test_a_public_reply_through_the_api_is_told(receiver, bridge, observer):
    ticket = bridge.open_ticket()["id"]

    comment = observer.follow_up(ticket, "Written by a script")["id"]

    (told,) = receiver.wait(ticket)
    assert told.id == f"msg_comment_{comment}"
    assert (told.data["text"], told.data["agent"]) == ("Written by a script", "observer")


def test_private_empty_and_the_bridges_own_follow_ups_are_not_told(
    receiver: Receiver, bridge: ApiUser, observer: ApiUser, agent: Agent
):
    ticket = bridge.open_ticket()["id"]

    bridge.follow_up(ticket, "A second message of the customer")
    bridge.follow_up(ticket, "A note of the bridge", public=False)
    observer.follow_up(ticket, "A note through the API", public=False)
    observer.follow_up(ticket, "   ")
    agent.reply(ticket, "A note of the agent", public=None)
    agent.reply(ticket, "A note that says so", public="0")
    agent.reply(ticket, "", priority="1")
    agent.reply(ticket, "At last something for the customer")

    # One ticket's webhooks come in order: what was to come before would be here by now.
    (told,) = receiver.wait(ticket)
    assert told.data["text"] == "At last something for the customer"


def test_a_ticket_that_an_agent_opens_tells_nothing_by_itself(receiver, agent):
    page = agent.submit(
        "/tickets/submit/",
        "form:has([name=body])",
        {"title": "A caller", "body": "By hand", "submitter_email": "", "priority": "3"},
    )
    ticket = int(page.url.path.strip("/").rpartition("/")[2])

    agent.reply(ticket, "And an answer in it")

    (told,) = receiver.wait(ticket)
    assert (told.type, told.data["conversation_id"]) == ("reply.send", "")
    assert told.data["text"] == "And an answer in it"


def test_files_come_as_links_that_need_no_login_but_cannot_be_guessed(receiver, bridge, agent):
    ticket = bridge.open_ticket()["id"]

    agent.reply(ticket, "", [("attachment", ("voice é.ogg", b"OggS-sound"))])

    (told,) = receiver.wait(ticket)
    (file,) = told.data["attachments"]
    assert (told.data["text"], file["filename"]) == ("", "voice é.ogg")
    assert httpx.get(file["url"]).content == b"OggS-sound"
    assert httpx.get(file["url"].split("?")[0]).status_code == 403
    assert httpx.get(file["url"] + "x").status_code == 403


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "app.js", "unknown"])
def test_a_file_that_could_carry_a_script_is_a_sandboxed_download(
    desk: DeskProcess, bridge: ApiUser, agent: Agent, name: str
):
    ticket = bridge.open_ticket()["id"]
    written = bridge.http.post(
        "/api/followups/",
        data={"ticket": str(ticket), "public": "true"},
        files=[("attachments", (name, b"<script>alert(1)</script>", "text/html"))],
    ).json()

    answer = agent.http.get(written["followupattachment_set"][0]["file"])

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].endswith("sandbox")


@pytest.mark.parametrize(
    "text", ["{{ 7*7 }}", "{% now %}", "{% open", "close %}", "{# gone? #}", "{{ ticket.title }}"]
)
def test_a_text_that_looks_like_a_template_is_taken_as_it_is(receiver, bridge, agent, text):
    ticket = bridge.open_ticket()["id"]

    agent.reply(ticket, text)

    (told,) = receiver.wait(ticket)
    assert told.data["text"] == text


def test_braces_escaped_for_a_desk_that_renders_comments_are_unescaped(bridge):
    ticket = bridge.open_ticket()["id"]

    written = bridge.follow_up(ticket, '{{ "{" }}{ 7*7 }}')

    assert written["comment"] == "{{ 7*7 }}"


def test_a_reply_is_told_within_a_blink(receiver, bridge, observer):
    ticket = bridge.open_ticket()["id"]
    delays = []

    for count in range(1, 6):
        written = observer.http.post(
            "/api/followups/", json={"ticket": ticket, "comment": f"{count}", "public": True}
        ).json()
        told = receiver.wait(ticket, count=count)[-1]
        committed = dt.datetime.fromisoformat(written["date"])
        delays.append(told.seen - committed)

    assert min(delays) < dt.timedelta(milliseconds=50)
    assert [one.data["text"] for one in receiver.of(ticket)] == ["1", "2", "3", "4", "5"]


def test_writers_at_the_same_time_all_get_through_and_each_ticket_stays_in_order(
    receiver: Receiver, bridge: ApiUser, observer: ApiUser
):
    def converse(_: int) -> int:
        ticket = int(bridge.open_ticket()["id"])
        for count in range(3):
            observer.follow_up(ticket, f"{count}")
        return ticket

    with ThreadPoolExecutor(8) as pool:
        tickets = list(pool.map(converse, range(8)))

    assert len(set(tickets)) == 8
    for ticket in tickets:
        assert [one.data["text"] for one in receiver.wait(ticket, count=3)] == ["0", "1", "2"]
