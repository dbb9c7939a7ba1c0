"""Seen with one's own eyes: from the customer's phone to the ticket, and the answer back."""

from __future__ import annotations

import os
import re
import signal
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.pages import Desk, Phone, drawing, expect_reached, journey, picture, png
from tests.e2e.local_run import LocalRun


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_what_a_customer_writes_is_answered_at_the_desk_and_the_phone_shows_it(
    phones: Page, channel: str
) -> None:
    phone = Phone(phones, channel)
    question, answer = f"Where is my {channel} parcel?", f"The {channel} parcel is on its way."

    phone.introduce("Ana Bell")
    phone.write(question)
    expect(phone.said(question).locator(".meta")).to_contain_text("✓received")
    expect_reached(journey(phones, question), "webhook", "queue", "table", "ticket")

    desk = Desk.opened_by(phone.ticket)
    expect(desk.page.locator("#followup-list")).to_contain_text(question)
    desk.answer(answer)

    phones.bring_to_front()
    expect(phone.said(answer).locator(".meta")).to_contain_text("✓✓read")
    expect_reached(journey(phones, answer), "queue", "table", "graph", "delivered", "read")


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_a_picture_reaches_the_ticket_and_a_picture_in_the_answer_reaches_the_phone(
    phones: Page, visit: Visit, channel: str
) -> None:
    broken, whole = (
        picture(visit.context.new_page(), drawing(colour), size=(240, 160))
        for colour in ("#c60", "#06c")
    )
    phone = Phone(phones, channel)
    phone.introduce("Pia Photo")
    phone.write("This lamp is broken", file=png("broken.png", broken))

    desk = Desk.opened_by(phone.ticket)
    link = desk.page.locator("#followup-list a").filter(has_text=".png").first
    address = urljoin(desk.page.url, str(link.get_attribute("href")))
    assert desk.page.request.get(address).body() == broken
    desk.answer("It shall look like this", file=png("whole.png", whole))

    phones.bring_to_front()
    shown = phone.root.locator(".said.business img")
    expect(shown).to_be_visible()
    phones.wait_for_function("image => image.naturalWidth === 240", arg=shown.element_handle())
    expect(phone.said("It shall look like this").locator(".meta")).to_contain_text("read")


def test_the_link_of_a_journey_opens_the_same_ticket(phones: Page) -> None:
    phone = Phone(phones, "whatsapp")
    phone.introduce("Bo Linden")
    phone.write("Which of my two lamps did you send?")
    expect(phone.ticket).to_have_attribute("href", re.compile(r"^http://127\.0\.0\.1:.*/tickets/"))
    link = journey(phones, "two lamps").locator("[data-stage=ticket] a")
    expect(link).to_have_attribute("href", str(phone.ticket.get_attribute("href")))
    expect(Desk.opened_by(link).page.locator("#followup-list")).to_contain_text("two lamps")


def test_a_script_is_a_text_on_the_phone_in_the_panel_and_in_the_ticket(phones: Page) -> None:
    hostile = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    phone = Phone(phones, "messenger")
    phone.introduce('<b onclick="alert(3)">Cy</b>')
    phone.write(hostile)
    expect(phone.root.locator("h2")).to_have_text('<b onclick="alert(3)">Cy</b>')
    expect(journey(phones, "<script>")).to_contain_text(hostile)
    desk = Desk.opened_by(phone.ticket)
    expect(desk.page.locator("#followup-list")).to_contain_text(hostile)
    for page in (phones, desk.page):
        expect(page.locator("[onerror], [onclick*='alert']")).to_have_count(0)


def test_a_webhook_that_nobody_takes_says_so_and_arrives_later(phones: Page, run: LocalRun) -> None:
    phone = Phone(phones, "instagram")
    phone.introduce("Di Marsh")
    phone.write("Is anybody there?")
    expect(phone.ticket).to_be_visible()

    stopped = run.process_of("infra.local.application")
    assert stopped is not None
    os.kill(stopped, signal.SIGKILL)
    phone.write("Nobody at all?")
    lost = phone.said("Nobody at all?").locator(".meta")
    expect(lost).to_contain_text("does not answer; it will be sent again")

    expect(lost).to_contain_text("✓received")
    expect_reached(journey(phones, "Nobody at all?"), "webhook", "table")
