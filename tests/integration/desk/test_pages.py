"""The pages an agent sees: whole, and with what customers wrote shown, never run."""

from __future__ import annotations

import base64
import json
from html import escape

import pytest

from tests.integration.desk.desk import Agent, ApiUser

pytestmark = pytest.mark.integration

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<b>bold</b> & <i>so on</i>",
    "{{ 7*7 }} {% load x %}",
    "`code` **bold** _so on_",
]
LINKS = ["[press](javascript:alert(1))", "<javascript:alert(1)>", "javascript:alert(1)"]


@pytest.mark.parametrize("text", HOSTILE + LINKS)
def test_what_a_customer_wrote_is_shown_as_it_was_written(bridge: ApiUser, agent: Agent, text: str):
    ticket = bridge.open_ticket(text, title=text)["id"]
    bridge.follow_up(ticket, f"Again: {text}")

    answer = agent.http.get(f"/tickets/{ticket}/")
    page = agent.page(f"/tickets/{ticket}/")

    assert f"Again: {escape(text)}" in answer.text
    assert text in page.select_one("#followup-list").get_text()  # type: ignore[union-attr]
    assert not [tag for tag in page.select("script") if "alert(1)" in tag.get_text()]
    assert not page.select("[onerror], [href^='javascript:'], #followup-list img, #followup-list b")


def test_titles_are_escaped_on_every_page_that_lists_tickets(bridge, agent):
    title = "<script>alert('title')</script>"
    ticket = bridge.open_ticket(title=title)["id"]
    agent.reply(ticket, "mine", owner="1")

    for path in ("/dashboard/", "/tickets/", f"/tickets/merge?tickets={ticket}", "/kanban/"):
        assert title not in agent.http.get(path).text, path


def test_the_list_gives_titles_as_data_that_its_script_escapes(bridge, agent):
    title = "<img src=x onerror=alert(2)>"
    bridge.open_ticket(title=title)
    query = base64.b64encode(json.dumps({"filtering": {}}).encode()).decode()

    rows = agent.http.get(f"/datatables_ticket_list/{query}?length=100")

    assert rows.headers["content-type"] == "application/json"
    assert title in [row["title"] for row in rows.json()["data"]]
    assert "htmlEntities(row.title)" in agent.http.get("/tickets/").text
    assert "timeline" not in agent.page("/tickets/").select_one("body").get_text().lower()


def test_line_breaks_and_web_addresses_survive(bridge, agent):
    ticket = bridge.open_ticket("first line\nhttps://example.com/a?b=1&c=2")["id"]

    page = agent.page(f"/tickets/{ticket}/")

    link = page.select_one("#followup-list a[href^='https://example.com']")
    assert link["href"] == "https://example.com/a?b=1&c=2"
    assert link["rel"] == ["nofollow"]
    assert link.find_previous("br") is not None


@pytest.mark.parametrize("text", ["#1", "#" + "9" * 5000, "#٣", "order #12 of 3", "# heading"])
def test_a_number_sign_does_not_break_the_page_or_reach_another_ticket(
    bridge: ApiUser, agent: Agent, text: str
):
    ticket = bridge.open_ticket(text)["id"]
    bridge.follow_up(ticket, text)

    page = agent.page(f"/tickets/{ticket}/")

    assert text in page.select_one("#followup-list").get_text()  # type: ignore[union-attr]
    assert not page.select(".ticket_link_status")
    assert "Referenced in ticket" not in agent.http.get("/tickets/1/").text


def test_an_agent_lands_on_the_ticket_list_with_its_styles_and_scripts(agent):
    page = agent.page("/tickets/")
    links = [str(tag["href"]) for tag in page.select("link[rel=stylesheet]")]
    scripts = [str(tag["src"]) for tag in page.select("script[src]")]

    assert len(links) > 3
    assert len(scripts) > 5
    for path in links + scripts:
        assert path.startswith("/static/"), path
        assert agent.http.get(path).status_code == 200, path


@pytest.mark.parametrize("path", ["/dashboard/", "/kanban/", "/reports/", "/settings/", "/kb/"])
def test_the_agents_other_pages_open(bridge: ApiUser, agent: Agent, path: str):
    bridge.open_ticket()

    assert agent.http.get(path).status_code == 200


def test_a_ticket_that_an_agent_opened_with_their_own_address_has_a_page(agent):
    page = agent.submit(
        "/tickets/submit/",
        "form:has([name=body])",
        {"title": "Own", "body": "b", "priority": "3", "submitter_email": "alice@desk.invalid"},
    )

    assert page.url.path.startswith("/tickets/")
    assert "Own" in page.text


def test_no_mail_is_claimed_to_have_been_sent(bridge, agent):
    ticket = bridge.open_ticket()["id"]
    agent.reply(ticket, "hi")

    assert {tuple(one["email_recipients"]) for one in bridge.ticket(ticket)["followup_set"]} == {()}


def test_the_page_tells_the_customers_messages_from_the_agents(bridge, observer, agent):
    ticket = bridge.open_ticket("from the customer")["id"]
    agent.reply(ticket, "from the agent")
    bridge.follow_up(ticket, "from the bridge itself", public=False)

    entries = [
        " ".join(entry.get_text().split())
        for entry in agent.page(f"/tickets/{ticket}/").select("#followup-list > li")
    ]

    badges = ["From submitter", "To submitter", "Private"]
    assert [[b for b in badges if b in entry] for entry in entries] == [[b] for b in badges]
