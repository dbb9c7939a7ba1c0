"""One browser and one local run for all tests of a module, and pages that report their faults."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize

from tests.browser import chromium
from tests.browser.pages import open_phones
from tests.e2e.local_run import LocalRun

_SIZE: ViewportSize = {"width": 1280, "height": 720}  #: a laptop's
_PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium.browser() as running:
            yield running
    except chromium.NoChromium as exc:
        pytest.skip(f"NO BROWSER TEST IS RUN: {exc}")


@pytest.fixture(scope="module")
def run(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    local = LocalRun(tmp_path_factory.mktemp("run") / "state")
    local.start()
    yield local
    local.close()


class Visit:
    """A person's browser, which notes what a page does wrong."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.faults: list[str] = []
        context.set_default_timeout(_PATIENCE_MS)
        context.on("request", self._asked)
        context.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    def _asked(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https"} and url.hostname != "127.0.0.1":
            self.faults.append(f"asked {url.hostname}")

    def phones(self, run: LocalRun) -> Page:
        """Open the phones."""
        page = self.context.new_page()
        page.on(
            "console",
            lambda told: self.faults.append(told.text) if told.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        open_phones(page, run.meta("/"))
        return page


@pytest.fixture
def locale() -> str:
    """The browser's language."""
    return "en-GB"


@pytest.fixture
def visit(browser: Browser, locale: str) -> Iterator[Visit]:
    context = browser.new_context(viewport=_SIZE, locale=locale)
    visit = Visit(context)
    yield visit
    context.close()
    assert visit.faults == []


@pytest.fixture
def phones(visit: Visit, run: LocalRun) -> Page:
    """The page with the phones."""
    return visit.phones(run)
