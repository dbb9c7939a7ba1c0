"""More than words on the phones: quotes, reactions, changes, places, choices, public comments."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from infra.local.credentials import ACCESS_TOKEN, INSTAGRAM_ID, PAGE_ID, PHONE_NUMBER_ID
from tests.browser.pages import Phone
from tests.e2e.local_run import LocalRun

NODES = {"messenger": PAGE_ID, "instagram": INSTAGRAM_ID, "whatsapp": PHONE_NUMBER_ID}
CHANNELS = list(NODES)
every_channel = pytest.mark.parametrize("channel", CHANNELS)


def somebody(phones: Page, channel: str, name: str, text: str) -> Phone:
    """Be a new customer who has written something."""
    phone = Phone(phones, channel)
    phone.introduce(name)
    phone.write(text)
    return phone


def menu(bubble: Locator, words: str) -> None:
    """Do something with a message, by its menu."""
    bubble.get_by_role("button", name="What can be done with this message").click()
    bubble.locator(".menu").get_by_role("button", name=words, exact=True).click()


def extra(phone: Phone, words: str) -> None:
    """Send something else than words."""
    phone.root.get_by_role("button", name="More to send").click()
    phone.root.locator(".extras").get_by_role("button", name=words, exact=True).click()


def shop(run: LocalRun, channel: str, body: dict[str, object]) -> None:
    """Let the shop call the Graph API, as another program than ours would."""
    answer = httpx.post(
        run.meta(f"/v26.0/{NODES[channel]}/messages"),
        headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
        json=body,
    )
    assert answer.is_success, answer.text


def contact_of(run: LocalRun, channel: str, name: str) -> str:
    """Return what the simulated Meta calls a customer."""
    people = httpx.get(run.meta("/sim/contacts"), params={"channel": channel}).json()
    return str(next(one["contact"] for one in people if one["name"] == name))


@every_channel
def test_an_answer_shows_what_it_answers(phones: Page, channel: str) -> None:
    phone = somebody(phones, channel, "Quin Tell", "The lamp is <b>broken</b>")
    menu(phone.said("broken"), "Answer")
    expect(phone.root.locator(".purpose")).to_contain_text("Answering: The lamp is <b>broken</b>")
    expect(phone.text).to_be_focused()
    phone.write("I mean the green one")
    quote = phone.said("green one").locator(".quote")
    expect(quote).to_contain_text("The lamp is <b>broken</b>")
    expect(phone.root.locator(".purpose")).to_be_hidden()


@every_channel
def test_a_reaction_hangs_on_the_message_until_it_is_taken_back(phones: Page, channel: str) -> None:
    phone = somebody(phones, channel, "Rhea Act", f"I like it ({channel})")
    bubble = phone.said("I like it")
    menu(bubble, "React with ❤️")
    shown = bubble.get_by_role("img", name="The customer reacted with ❤️")
    expect(shown).to_be_visible()
    menu(bubble, "Take ❤️ back")
    expect(shown).to_have_count(0)


@every_channel
def test_a_message_is_edited_and_then_taken_back(phones: Page, channel: str) -> None:
    phone = somebody(phones, channel, "Ed Itor", "See you on Mnoday")
    menu(phone.said("Mnoday"), "Edit")
    expect(phone.text).to_have_value("See you on Mnoday")
    phone.write("See you on Monday")
    bubble = phone.said("See you on Monday")
    expect(bubble.locator(".meta")).to_contain_text("edited")
    expect(phone.said("Mnoday")).to_have_count(0)
    menu(bubble, "Take back")
    gone = phone.root.locator(".said").first
    expect(gone).to_contain_text("Taken back")
    expect(gone.get_by_role("button")).to_have_count(0)


def test_escape_closes_a_menu_and_gives_an_edit_up(phones: Page) -> None:
    phone = somebody(phones, "messenger", "Esc Ape", "Nothing shall change")
    bubble = phone.said("Nothing shall change")
    opener = bubble.get_by_role("button", name="What can be done with this message")
    opener.focus()
    phones.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    phones.keyboard.press("Tab")
    phones.keyboard.press("Escape")
    expect(bubble.locator(".menu")).to_be_hidden()
    expect(opener).to_be_focused()
    menu(bubble, "Edit")
    phones.keyboard.press("Escape")
    expect(phone.text).to_have_value("")
    expect(phone.root.locator(".purpose")).to_be_hidden()


@pytest.mark.parametrize("channel", ["messenger", "whatsapp"])
def test_a_place_is_sent_and_shown(phones: Page, channel: str) -> None:
    phone = somebody(phones, channel, "Lo Cate", "Where are you?")
    extra(phone, "Location")
    expect(phone.said("The town square")).to_contain_text("45.4386, 10.9928")


def test_each_phone_offers_what_its_channel_has(phones: Page) -> None:
    offered = {
        "messenger": ["Location", "Like", "Comment in public"],
        "instagram": ["Like", "Mention in a story", "Comment in public"],
        "whatsapp": ["Location", "Contact", "Call", "Show my number"],
    }
    for channel, words in offered.items():
        phone = Phone(phones, channel)
        phone.root.get_by_role("button", name="More to send").click()
        expect(phone.root.locator(".extras button")).to_have_text(words)
        phones.keyboard.press("Escape")
        expect(phone.root.locator(".extras")).to_be_hidden()


def test_a_like_a_call_and_a_contact_say_what_they_are(phones: Page) -> None:
    messenger = somebody(phones, "messenger", "Li Ker", "Look!")
    extra(messenger, "Like")
    expect(messenger.said("Like")).to_be_visible()
    instagram = somebody(phones, "instagram", "Li Kette", "Look!")
    extra(instagram, "Like")
    expect(instagram.said("Like")).to_be_visible()
    extra(instagram, "Mention in a story")
    expect(instagram.said("mentioned in a story")).to_be_visible()
    whatsapp = somebody(phones, "whatsapp", "Cal Ling", "Hello?")
    extra(whatsapp, "Call")
    expect(whatsapp.said("Called; nobody answered")).to_be_visible()
    extra(whatsapp, "Contact")
    expect(whatsapp.said("A neighbour")).to_be_visible()


def test_somebody_without_a_number_writes_and_shows_it_later(phones: Page, run: LocalRun) -> None:
    phone = Phone(phones, "whatsapp")
    phone.introduce("Una Known")
    phone.root.get_by_label("Shows no number").check()
    phone.write("Guess who")
    contact = contact_of(run, "whatsapp", "Una Known")
    assert contact.startswith("user.")
    extra(phone, "Show my number")
    expect(phone.said("Showed the number +39333")).to_be_visible()
    phone.root.get_by_role("button", name="More to send").click()
    expect(phone.root.locator("[data-extra=number]")).to_be_hidden()


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_comment_is_public_and_can_be_answered(phones: Page, run: LocalRun, channel: str) -> None:
    phone = Phone(phones, channel)
    phone.introduce("Pub Lick")
    extra(phone, "Comment in public")
    expect(phone.root.locator(".purpose")).to_contain_text("In public, under post 1")
    phone.write("Is the green one in stock?")
    bubble = phone.said("Is the green one in stock?")
    expect(bubble.locator(".label")).to_have_text("In public, under post 1")
    contact = contact_of(run, channel, "Pub Lick")
    thread = httpx.get(run.meta("/sim/thread"), params={"channel": channel, "contact": contact})
    [comment] = thread.json()["entries"]
    edge = "comments" if channel == "messenger" else "replies"
    answered = httpx.post(
        run.meta(f"/v26.0/{comment['id']}/{edge}"),
        headers={"Authorization": f"Bearer {ACCESS_TOKEN}"},
        json={"message": "It is."},
    )
    assert answered.is_success
    expect(phone.said("It is.").locator(".label")).to_have_text("In public, under post 1")
    menu(phone.said("It is."), "Answer")
    phone.write("Then I take it")
    expect(phone.said("Then I take it").locator(".label")).to_be_visible()


def test_the_choices_of_a_message_are_buttons(phones: Page, run: LocalRun) -> None:
    phone = somebody(phones, "messenger", "Cho Oser", "Help me")
    contact = contact_of(run, "messenger", "Cho Oser")
    replies = [
        {"content_type": "text", "title": title, "payload": title.upper()}
        for title in ("Order", "<i>Refund</i>")
    ]
    message = {"text": "What is it about?", "quick_replies": replies}
    shop(run, "messenger", {"recipient": {"id": contact}, "message": message})
    asked = phone.said("What is it about?")
    asked.get_by_role("button", name="<i>Refund</i>").click()
    expect(phone.root.locator(".said.customer").last.locator(".text")).to_have_text("<i>Refund</i>")


def test_a_template_is_shown_filled_in_with_its_buttons(phones: Page, run: LocalRun) -> None:
    phone = somebody(phones, "whatsapp", "Tem Plate", "I shall wait")
    contact = contact_of(run, "whatsapp", "Tem Plate")
    body = {"type": "body", "parameters": [{"type": "text", "text": "Tem"}]}
    template = {"name": "how_was_it", "language": {"code": "en"}, "components": [body]}
    call = {"messaging_product": "whatsapp", "to": contact, "type": "template"}
    shop(run, "whatsapp", {**call, "template": template})
    shown = phone.said("Hello Tem, how was our help?")
    expect(shown.locator(".label")).to_have_text("Template how_was_it")
    shown.get_by_role("button", name="Good").click()
    expect(phone.root.locator(".said.customer").last).to_contain_text("Good")


def test_the_customer_sees_that_the_shop_reads_and_types(phones: Page, run: LocalRun) -> None:
    phone = somebody(phones, "instagram", "Wai Ting", "Are you there?")
    contact = contact_of(run, "instagram", "Wai Ting")
    for action in ("mark_seen", "typing_on"):
        shop(run, "instagram", {"recipient": {"id": contact}, "sender_action": action})
    expect(phone.root.locator(".typing")).to_contain_text("The shop is typing")
    expect(phone.said("Are you there?").locator(".meta")).to_contain_text("✓✓seen")
    shop(run, "instagram", {"recipient": {"id": contact}, "sender_action": "typing_off"})
    expect(phone.root.locator(".typing")).to_be_hidden()


def test_it_is_said_that_somebody_else_answers(phones: Page, run: LocalRun) -> None:
    phone = somebody(phones, "messenger", "Hand Over", "Is this a machine?")
    order = {"channel": "messenger", "contact": contact_of(run, "messenger", "Hand Over")}
    httpx.post(run.meta("/sim/control"), json={**order, "owner": "other"})
    expect(phone.root.locator(".elsewhere")).to_contain_text("Somebody else answers here")
    httpx.post(run.meta("/sim/outside"), json={**order, "text": "I am."})
    expect(phone.said("I am.").locator(".label")).to_have_text("Not written at the desk")
    httpx.post(run.meta("/sim/control"), json={**order, "owner": "app"})
    expect(phone.root.locator(".elsewhere")).to_be_hidden()


def test_all_of_it_speaks_italian(phones: Page) -> None:
    phones.get_by_role("button", name="Italiano").click()
    phone = somebody(phones, "whatsapp", "Ita Lia", "Buongiorno")
    phone.root.get_by_role("button", name="Altro da inviare").click()
    phone.root.locator(".extras").get_by_role("button", name="Posizione").click()
    expect(phone.said("La piazza")).to_be_visible()
    bubble = phone.said("Buongiorno")
    bubble.get_by_role("button", name="Che cosa si può fare con questo messaggio").click()
    bubble.get_by_role("button", name="Annulla").click()
    expect(phone.root.locator(".said").first).to_contain_text("Annullato")
    expect(phones.locator(".snippet").filter(has_text="[Posizione]").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_an_open_menu_does_not_stick_out(phones: Page, width: int) -> None:
    phones.set_viewport_size({"width": width, "height": 844})
    phone = somebody(phones, "whatsapp", "Nar Row", "A rather long message that fills the line")
    opener = phone.said("A rather long").get_by_role("button").first
    opener.click()
    phone.root.get_by_role("button", name="More to send").click()
    wide = "[...document.querySelectorAll('.phone')].map((p) => p.scrollWidth - p.clientWidth)"
    assert max(phones.evaluate(wide)) <= 0
    assert phones.evaluate("document.documentElement.scrollWidth") <= width
