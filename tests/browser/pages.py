"""The two pages as a person uses them: the customers' phones, and the desk of the agents."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from infra.local.credentials import DESK_AGENT, DESK_AGENT_PASSWORD


class Phone:
    """One channel's phone on the page with all of them."""

    def __init__(self, page: Page, channel: str) -> None:
        self.page = page
        self.root = page.locator(f".phone[data-channel={channel}]")
        self.text = self.root.locator("textarea")
        self.note = self.root.locator(".note")
        self.ticket = self.root.locator("a.ticket")

    def introduce(self, name: str) -> None:
        """Be a new customer."""
        new = self.root.locator(".new")
        if new.is_visible():
            new.click()
        self.root.locator("[name=name]").fill(name)

    def write(self, text: str, *, file: FilePayload | None = None) -> None:
        """Write to the shop, and see what was written on the phone."""
        if file:
            self.root.locator("[type=file]").set_input_files(file)
        self.text.fill(text)
        self.root.locator("[type=submit]").click()
        expect(self.said(text)).to_be_visible()

    def said(self, text: str) -> Locator:
        """Return the bubble with a text, and what stands below it."""
        return self.root.locator(".said").filter(has_text=text)


def open_phones(page: Page, url: str) -> None:
    """Open the page with the phones, and wait until it shows what there is."""
    page.goto(url)
    page.locator("main:not([aria-busy])").wait_for()


def journey(page: Page, text: str) -> Locator:
    """Return what the system did with a message, by its text."""
    return page.locator(".journey").filter(has_text=text)


def expect_reached(way: Locator, *stages: str) -> None:
    """Expect that a message has come through stages, each with its time in ms."""
    for stage in stages:
        stop = way.locator(f"[data-stage={stage}]")
        expect(stop).to_have_class("reached")
        expect(stop.locator(".after")).to_have_text(re.compile(r"^\d+ ms$"))


class Desk:
    """A ticket in the desk, opened by the link on a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @classmethod
    def opened_by(cls, link: Locator) -> Desk:
        """Click a link to a ticket, log in where that is asked for, and return the ticket's page."""
        with link.page.expect_popup() as popup:
            link.click()
        page = popup.value
        page.wait_for_load_state()
        if "/login/" in page.url:
            page.locator("[name=username]").fill(DESK_AGENT)
            page.locator("[name=password]").fill(DESK_AGENT_PASSWORD)
            page.locator("form [type=submit]").click()
        page.wait_for_url(re.compile(r"/tickets/\d+/$"))
        return cls(page)

    def answer(self, text: str, *, file: FilePayload | None = None) -> None:
        """Answer in the ticket's form, as it is when it opens: publicly."""
        self.page.locator("#respond-tab").click()
        form = self.page.locator("#ticket-respond-form")
        form.locator("[name=comment]").fill(text)
        if file:
            form.locator("[name=attachment]").set_input_files(file)
        form.locator("button[type=submit]").click()
        expect(self.page.locator("#followup-list")).to_contain_text(text)


def drawing(colour: str) -> str:
    """Return a drawing (SVG) of 240 x 160 pixels in a colour."""
    return (
        '<svg viewBox="0 0 3 2" width="240" height="160">'
        f'<rect width="3" height="2" fill="{colour}"/></svg>'
    )


def png(name: str, content: bytes) -> FilePayload:
    """Return a picture as a file to choose."""
    return {"name": name, "mimeType": "image/png", "buffer": content}


def picture(page: Page, svg: str, *, size: tuple[int, int]) -> bytes:
    """Return a drawing (SVG) as a PNG of a size in pixels, drawn in a page of its own."""
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(f"<style>body {{ margin: 0 }}</style>{svg}")
    return page.screenshot()


def save(page: Page, path: Path) -> None:
    """Write what a page shows into a PNG file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, animations="disabled")
