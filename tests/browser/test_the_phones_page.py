"""The page with the phones, for the person in front of it: keys, languages, pictures, many people."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Visit
from tests.browser.pages import Phone, drawing, picture, png
from tests.e2e.local_run import LocalRun

_MOST_TABS = 30


def _tab_to(page: Page, selector: str) -> None:
    """Press the tabulator until something has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no tabulator leads to {selector}")


def test_a_keyboard_is_enough_to_be_a_new_customer_and_to_write(phones: Page) -> None:
    phone = Phone(phones, "instagram")
    phones.locator("body").press("Tab")
    if phone.root.locator(".new").is_visible():
        _tab_to(phones, "[data-channel=instagram] .new")
        phones.keyboard.press("Enter")
    else:
        _tab_to(phones, "[data-channel=instagram] [name=name]")
    phones.keyboard.type("Kay Board")
    _tab_to(phones, "[data-channel=instagram] textarea")
    outline = phones.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    phones.keyboard.type("one line")
    phones.keyboard.press("Shift+Enter")
    phones.keyboard.type("and another")
    phones.keyboard.press("Enter")
    expect(phone.said("one line").locator(".text")).to_have_text("one line\nand another")
    expect(phone.root.locator("h2")).to_have_text("Kay Board")
    expect(phone.text).to_be_focused()
    expect(phone.text).to_have_value("")


@pytest.mark.parametrize("locale", ["it-IT"])
def test_the_browser_decides_the_language_until_a_person_does(phones: Page) -> None:
    expect(phones.locator("h1")).to_have_text("I telefoni dei clienti")
    expect(phones.locator("html")).to_have_attribute("lang", "it")
    expect(phones.locator("textarea").first).to_have_attribute("placeholder", "Messaggio")
    phones.get_by_role("button", name="English").click()
    expect(phones.locator("h1")).to_have_text("The customers' phones")
    phones.reload()
    expect(phones.locator("h1")).to_have_text("The customers' phones")
    expect(phones.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("locale", ["fr-FR"])
def test_whoever_speaks_neither_is_spoken_to_in_english(phones: Page) -> None:
    expect(phones.locator("h1")).to_have_text("The customers' phones")


def test_nothing_is_left_unsaid_in_either_language(phones: Page) -> None:
    phone = Phone(phones, "messenger")
    phone.introduce("Wo Ords")
    phone.write("Say it again")
    for language in ("Italiano", "English"):
        phones.get_by_role("button", name=language).click()
        keys = phones.evaluate(
            """() => [...document.querySelectorAll('[data-word]')]
                 .filter((one) => !one.textContent || one.textContent === one.dataset.word)
                 .map((one) => one.dataset.word)"""
        )
        assert keys == []
        assert "{" not in phones.locator("body").inner_text()
    status = phone.said("Say it again").locator(".words")
    expect(status).to_have_text("received")
    phones.get_by_role("button", name="Italiano").click()
    expect(status).to_have_text("ricevuto")


def test_a_picture_is_shown_on_the_phone_that_sends_it(phones: Page, visit: Visit) -> None:
    content = picture(visit.context.new_page(), drawing("#c60"), size=(240, 160))
    phone = Phone(phones, "whatsapp")
    phone.introduce("Pia Photo")
    phone.write("This is the lamp", file=png("lamp.png", content))
    shown = phone.said("This is the lamp").get_by_role("img", name="lamp.png")
    expect(shown).to_be_visible()
    phones.wait_for_function("image => image.naturalWidth === 240", arg=shown.element_handle())
    expect(phone.root.locator(".chosen")).to_be_hidden()


def test_a_file_can_be_taken_back_before_it_is_sent(phones: Page) -> None:
    phone = Phone(phones, "messenger")
    phone.introduce("Fay Ling")
    file: FilePayload = {"name": "secret.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    phone.root.locator("[type=file]").set_input_files(file)
    expect(phone.root.locator(".chosen")).to_contain_text("secret.pdf")
    phone.root.locator(".drop[data-label=remove_file]").click()
    phone.write("Only words")
    expect(phone.said("Only words").locator("a")).to_have_count(0)


def test_what_could_not_be_sent_stays_where_it_was_written(phones: Page, visit: Visit) -> None:
    phone = Phone(phones, "messenger")
    phone.introduce("Lo Sing")
    phones.route("**/sim/send", lambda route: route.abort())
    phone.text.fill("Do not lose me")
    phone.text.press("Enter")
    expect(phone.note).to_contain_text("Your message is still here")
    expect(phone.text).to_have_value("Do not lose me")
    assert visit.faults.pop().startswith("Failed to load resource")

    phones.unroute("**/sim/send")
    phone.text.press("Enter")
    expect(phone.said("Do not lose me")).to_be_visible()
    expect(phone.note).to_have_text("")


def test_many_customers_are_within_reach(phones: Page, run: LocalRun) -> None:
    for number in range(30):
        assert run.write("messenger", f"7000{number:02}", f"I am {number}", f"Many {number}") == 200
    phone = Phone(phones, "messenger")
    phone.root.locator(".back").click()
    expect(phone.root.locator(".people button").filter(has_text="Many ")).to_have_count(30)
    expect(phone.root.locator(".people button:focus")).to_have_count(1)
    phone.root.locator(".people button").filter(has_text="Many 0").click()
    expect(phone.said("I am 0")).to_be_visible()
    expect(phone.root.locator("h2")).to_have_text("Many 0")


def test_a_long_conversation_scrolls_and_stands_at_its_end(phones: Page, run: LocalRun) -> None:
    for number in range(25):
        assert run.write("whatsapp", "393330008001", f"Line {number}.", "Lou Long") == 200
    phone = Phone(phones, "whatsapp")
    phone.root.locator(".back").click()
    phone.root.locator(".people button").filter(has_text="Lou Long").click()
    expect(phone.said("Line 24.")).to_be_in_viewport()
    expect(phone.said("Line 0.")).not_to_be_in_viewport()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (800, 1000), (390, 844)])
def test_nothing_sticks_out_of_the_window(phones: Page, width: int, height: int) -> None:
    phones.set_viewport_size({"width": width, "height": height})
    wide, tall = phones.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert wide <= width
    assert width < 1200 or tall <= height


def test_whoever_wants_no_motion_sees_none(phones: Page) -> None:
    Phone(phones, "messenger").introduce("Mo Less")
    Phone(phones, "messenger").write("Stay still")
    moving = "getComputedStyle(document.querySelector('.said')).animationName"
    assert phones.evaluate(moving) == "appear"
    phones.emulate_media(reduced_motion="reduce")
    assert phones.evaluate(moving) == "none"
