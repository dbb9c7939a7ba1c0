"""Two accounts on two desks: each has its customers, and neither can touch the other's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import chromium
from tests.browser.pages import Phone, open_phones
from tests.desks.signed import standard_webhook
from tests.e2e.local_run import LocalRun, comments, eventually
from tests.e2e.two_desks import DESK, serve_whatsapp, webhook_url
from tests.integration.desk.desk import Agent
from tests.integration.rt import packages
from tests.integration.rt.rt import AGENT, AGENT_PASSWORD, RtProcess, RtUser, text_of

SECRET = "whsec_dHdvIGRlc2tzIGluIG9uZSBkZXBsb3ltZW50IGhlcmU="
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 99
SIZE = {"width": 1280, "height": 720}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """A run of which nobody has written to WhatsApp yet."""
    local = LocalRun(tmp_path_factory.mktemp("two") / "state")
    local.start()
    yield local
    local.close()


@pytest.fixture(scope="module")
def rt(two: LocalRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtProcess]:
    try:
        packages.find_or_install()
    except packages.NoRequestTracker as exc:
        pytest.skip(f"TWO DESKS ARE NOT TESTED: {exc}")
    folder = tmp_path_factory.mktemp("rt") / "state"
    rt = RtProcess(state=folder, webhook=webhook_url(two), secret=SECRET)
    rt.start()
    serve_whatsapp(two, rt)
    yield rt
    rt.stop()


@pytest.fixture(scope="module")
def tracker(rt: RtProcess) -> Iterator[RtUser]:
    alice = rt.agent()
    yield alice
    alice.http.close()


@pytest.fixture(scope="module")
def desk(two: LocalRun) -> Iterator[Agent]:
    agent = two.agent()
    yield agent
    agent.http.close()


def ticket_in(tracker: RtUser, said: str) -> str | None:
    """Return the number of the ticket in the Request Tracker in which something was said."""
    for row in tracker.get("/tickets", query="Queue = 'Messaging'")["items"]:
        if any(said in text_of(entry) for entry in tracker.entries(row["id"])):
            return str(row["id"])
    return None


def outbox(run: LocalRun, channel: str, person: str) -> list[str]:
    return [message["text"] for message in run.outbox(channel, person)]


def test_each_account_is_answered_from_its_own_desk(
    two: LocalRun, rt: RtProcess, tracker: RtUser, desk: Agent
) -> None:
    assert two.write("whatsapp", "15550001201", "by whatsapp", name="Ana Bell") == 200
    assert two.write("messenger", "15550001202", "by messenger", name="Bo") == 200
    number = eventually(lambda: ticket_in(tracker, "by whatsapp"))
    ticket = eventually(lambda: two.ticket(channel="messenger", said="by messenger"))
    assert two.ticket(said="by whatsapp") is None
    assert ticket_in(tracker, "by messenger") is None

    tracker.reply(number, "<p>from the <i>tracker</i></p>", html=True)
    desk.reply(ticket["id"], "from the desk")
    eventually(lambda: outbox(two, "whatsapp", "15550001201") == ["from the tracker"])
    eventually(lambda: outbox(two, "messenger", "15550001202") == ["from the desk"])

    assert two.send_file("whatsapp", "15550001201", "lamp.png", PNG, "see") == 200
    eventually(lambda: ticket_in(tracker, "see") == number)
    parts = tracker.entries(number)[-1]["parts"]
    # WhatsApp tells no name of a picture.
    assert [part["Filename"] for part in parts if part["Filename"]] == ["image.png"]
    assert two.verify()["lost"] == 0


def test_a_customer_opens_a_closed_ticket_and_follows_a_merged_one(
    two: LocalRun, rt: RtProcess, tracker: RtUser
) -> None:
    person = "15550001203"
    two.write("whatsapp", person, "it is broken", name="Cy")
    number = eventually(lambda: ticket_in(tracker, "it is broken"))
    tracker.reply(number, "repaired", Status="resolved")
    eventually(lambda: outbox(two, "whatsapp", person) == ["repaired"])
    two.write("whatsapp", person, "broken again", name="Cy")
    eventually(lambda: ticket_in(tracker, "broken again") == number)
    eventually(lambda: tracker.ticket(number)["Status"] == "open")

    into = tracker.open("All that is broken")
    tracker.change(number, MergeInto=into)
    tracker.reply(into, "we are on it")
    eventually(lambda: outbox(two, "whatsapp", person)[1:] == ["we are on it"])
    two.write("whatsapp", person, "thank you", name="Cy")
    eventually(lambda: ticket_in(tracker, "thank you") == into)


def test_a_desk_cannot_answer_the_customers_of_another_one(
    two: LocalRun, rt: RtProcess, tracker: RtUser
) -> None:
    person = "15550001204"
    two.write("messenger", person, "only the desk knows me", name="Di")
    ticket = eventually(lambda: two.ticket(said="only the desk knows me"))
    reference = ticket["custom_conversation_id"]
    # The tracker's tickets have the same low numbers; these are nobody's there.
    for number in ("987654321", ""):
        data = {"ticket_id": number, "conversation_id": reference, "text": "from a stranger"}
        body = json.dumps({"type": "reply.send", "data": data}).encode()
        headers = standard_webhook(body, secret=SECRET)
        signed = {name.encode(): value.encode() for name, value in headers.items()}
        assert two.post(f"/helpdesks/{DESK}/webhook", body, signed).status_code == 200
        # Its signature is good at its own address only.
        assert two.post("/helpdesks/local/webhook", body, signed).status_code == 401

    def parked() -> list[str]:
        return re.findall("foreign_ticket|no_ticket", two.ops("parked", "--json")[1])

    eventually(lambda: len(parked()) >= 2)
    assert outbox(two, "messenger", person) == []
    assert comments(two.reread(ticket) or {}) == ["only the desk knows me"]


def test_an_agent_answers_in_request_trackers_own_page_and_the_phone_shows_it(
    two: LocalRun, rt: RtProcess, tracker: RtUser
) -> None:
    try:
        with chromium.browser() as browser:
            context = browser.new_context(viewport=SIZE, locale="en-GB")  # type: ignore[arg-type]
            context.set_default_timeout(40_000)
            _answered_by_hand(two, context.new_page())
            context.close()
    except chromium.NoChromium as exc:
        pytest.skip(f"NO AGENT IS PLAYED IN REQUEST TRACKER'S OWN PAGE: {exc}")


def _answered_by_hand(two: LocalRun, phones: Page) -> None:
    open_phones(phones, two.meta("/"))
    phone = Phone(phones, "whatsapp")
    phone.introduce("Pia Photo")
    phone.write("Where is my lamp?")
    with phones.expect_popup() as popup:
        phone.ticket.click()
    page = popup.value
    page.locator("input[name=user]").fill(AGENT)
    page.locator("input[name=pass]").fill(AGENT_PASSWORD)
    page.locator("#login input[type=submit]").click()
    expect(page.locator("#ticket-history, .history").first).to_contain_text("Where is my lamp?")

    page.goto(re.sub(r"Display\.html\?", "Update.html?Action=Respond&", page.url))
    editor = page.frame_locator("iframe.cke_wysiwyg_frame").locator("body")
    editor.click()
    page.keyboard.type("It is on its way")
    page.keyboard.press("Enter")
    page.keyboard.type("Have a nice day")
    page.locator("#body input[name=SubmitTicket]").last.click()
    expect(page.locator("#body")).to_contain_text("Correspondence added")

    phones.bring_to_front()
    answer = phone.said("It is on its way")
    expect(answer).to_contain_text("Have a nice day")
    expect(answer.locator(".meta")).to_contain_text("read")
