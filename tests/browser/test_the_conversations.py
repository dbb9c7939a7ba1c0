"""The operator's pages beside the phones: from the list to a timeline, whatever somebody wrote."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.pages import Phone, expect_reached, journey
from tests.e2e.local_run import LocalRun

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script> \u202eevil"


def _shown(page: Page, *, direction: str, text: str) -> None:
    step = page.locator(f".timeline .{direction}").filter(has_text=text)
    expect(step).to_have_count(1)


def test_a_conversation_is_found_from_the_phones_and_told_in_sequence(
    phones: Page, visit: Visit
) -> None:
    phone = Phone(phones, "messenger")
    phone.introduce("Ona Tidewell")
    phone.write("Has it left yet?")
    expect_reached(journey(phones, "Has it left yet?"), "webhook", "queue", "table", "ticket")
    phones.locator(".top a", has_text="Conversations").click()
    expect(phones.locator("h1")).to_have_text("Conversations")
    phones.get_by_role("link", name="Ona Tidewell").click()
    expect(phones.locator("h1")).to_contain_text("Conversation ")
    _shown(phones, direction="in", text="Has it left yet?")
    expect(phones.locator(".timeline .in .open")).to_have_count(0)
    expect(phones.get_by_role("link", name="ticket", exact=True)).to_be_visible()
    phones.get_by_role("link", name="The phones").click()
    expect(phones.locator("h1")).to_have_text("The customers' phones")


def test_what_somebody_wrote_is_text_there(phones: Page, run: LocalRun, visit: Visit) -> None:
    run.write("whatsapp", "393330001234", EVIL, name=EVIL)
    expect_reached(journey(phones, "evil"), "webhook", "queue", "table", "ticket")
    phones.goto(run.meta("/conversations"))
    phones.get_by_role("link", name="evil").click()
    _shown(phones, direction="in", text="<img src=x onerror=alert(1)>")
    assert phones.locator("main img, main script").count() == 0


def test_a_conversation_that_there_is_not_is_said(visit: Visit, run: LocalRun) -> None:
    page = visit.context.new_page()
    answer = page.goto(run.meta("/conversations/nobody"))
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("alert")).to_contain_text("There is no conversation 'nobody'.")
