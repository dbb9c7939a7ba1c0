"""The pictures of the documentation: `make screenshots` takes them of a run of its own."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import chromium
from tests.browser.pages import (
    Desk,
    Phone,
    expect_reached,
    journey,
    open_phones,
    picture,
    png,
    save,
)
from tests.e2e.local_run import ROOT, LocalRun

_IMAGES: Final = ROOT / "docs" / "images"
_SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}
_DISTANT_SIZE: Final[ViewportSize] = {"width": 1600, "height": 1000}
_LAMP: Final = """
<svg viewBox="0 0 420 300" width="420" height="300">
  <rect width="420" height="300" fill="#f3e9dc"/>
  <rect y="232" width="420" height="68" fill="#c9a27c"/>
  <path d="M196 110 L206 228 L214 228 L224 110 Z" fill="#6b4f3a"/>
  <ellipse cx="210" cy="230" rx="52" ry="11" fill="#4c3728"/>
  <path d="M150 122 L182 42 L238 42 L270 122 Z" fill="#2f8f6b"/>
  <path d="M247 65 L236 84 L252 92 L242 122 L270 122 Z" fill="#f3e9dc"/>
  <path d="M300 214 l22 -6 -8 22 z M330 236 l18 4 -12 10 z" fill="#2f8f6b"/>
</svg>
"""


def main() -> int:
    """Take the pictures; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        run = LocalRun(Path(folder) / "state")
        try:
            with chromium.browser() as browser:
                run.start()
                _take(browser, run)
        except chromium.NoChromium as exc:
            print(exc, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
            return 1
        finally:
            run.close()
    return 0


def _take(browser: Browser, run: LocalRun) -> None:
    context = browser.new_context(viewport=_SIZE, locale="en-GB")
    lamp = picture(context.new_page(), _LAMP, size=(420, 300))
    page = context.new_page()
    open_phones(page, run.meta("/"))
    _ask(page, "messenger", "Giulia Ferri", "Good morning! Has my order 1042 left yet?")
    _ask(page, "instagram", "Marco Neri", "Is the desk lamp on your page still in stock, in green?")
    whatsapp = _ask(page, "whatsapp", "Ana Bell", "Hello, my new lamp arrived with a broken shade.")

    _answer(page, "messenger", "Good morning Giulia! It left at nine; you will have it tomorrow.")
    _answer(page, "whatsapp", "I am sorry, Ana. Could you send us a picture of it?")
    whatsapp.write("Here it is.", file=png("lamp.png", lamp))
    expect_reached(journey(page, "Here it is."), "webhook", "queue", "table", "ticket")
    desk = _answer(page, "whatsapp", "Thank you! A new shade leaves today, free of charge.")
    messenger = Phone(page, "messenger")
    messenger.write("Wonderful, thank you!")
    expect_reached(journey(page, "Wonderful"), "webhook", "queue", "table", "ticket")
    page.locator("h1").click()  # nothing has the focus
    save(page, _IMAGES / "phones.png")

    # The whole conversation is higher than a window: seen from a little further away.
    distant = browser.new_context(
        viewport=_DISTANT_SIZE,
        device_scale_factor=_SIZE["width"] / _DISTANT_SIZE["width"],
        storage_state=context.storage_state(),
    )
    ticket = distant.new_page()
    ticket.goto(desk.page.url)
    ticket.locator("#followup-list").wait_for()
    save(ticket, _IMAGES / "ticket.png")


def _ask(page: Page, channel: str, name: str, text: str) -> Phone:
    phone = Phone(page, channel)
    phone.introduce(name)
    phone.write(text)
    expect_reached(journey(page, text), "webhook", "queue", "table", "ticket")
    return phone


def _answer(page: Page, channel: str, text: str) -> Desk:
    """Answer in the ticket that a phone links to, and return to the phones."""
    phone = Phone(page, channel)
    desk = Desk.opened_by(phone.ticket)
    desk.answer(text)
    page.bring_to_front()
    expect(phone.said(text).locator(".meta")).to_contain_text("read")
    expect_reached(journey(page, text), "queue", "table", "graph", "delivered", "read")
    return desk


if __name__ == "__main__":
    sys.exit(main())
