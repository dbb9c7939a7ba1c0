"""What agents ask for behind a slash, however they and their editors write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import commands
from chalicelib.domain.commands import AnswerPrivately, Command, Misspelt, SendTemplate, Start
from chalicelib.domain.sending import Template
from chalicelib.words import en, it

STARTS = ("whatsapp",)
ANNA = Template(name="order", language="it", values=("Anna", "DHL 123"))


def command(text: str) -> Command | None:
    return commands.command(text, starts=STARTS)


def template(blanks: str) -> Template:
    asked = command(f"/template order it {blanks}")
    assert isinstance(asked, SendTemplate), asked
    return asked.template


def problem(text: str) -> str:
    asked = command(text)
    assert isinstance(asked, Misspelt), asked
    for catalogue in (en, it):
        assert f"reason.{asked.problem}" in catalogue.SENTENCES
    return asked.problem.removeprefix("command.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "hello",
        "see /template order it",
        "hello\n/template order it",
        "/",
        "/ template",
        "/etc/hosts is the file",
        "/start",
        "1/2 is enough",
        "<b>hello</b>",
        "<p>see</p><p>/template order it</p>",
        "<3 /template",
    ],
)
def test_what_is_no_command_is_sent_as_it_stands(text: str) -> None:
    assert command(text) is None


@given(text=st.text(max_size=40))
def test_any_text_is_a_command_or_is_not(text: str) -> None:
    for each in (text, f"/template {text}", f"/whatsapp {text}", f"/private {text}", f"<p>{text}"):
        command(each)


@pytest.mark.parametrize(
    "text",
    [
        '/template order it "Anna" "DHL 123"',
        '  /Template  order  it  Anna  "DHL   123" \n',
        '/TEMPLATE Order IT "Anna" "DHL\t123"',
        '/template order it\n"Anna"\n"DHL 123"',
        "/template order it “Anna” „DHL 123“",
        "/template order it «Anna» »DHL 123«",
        '/template order it ”Anna” “DHL 123"',
        "/template\xa0order\xa0it\xa0“Anna”\xa0“DHL\xa0123”",
        "<p>/template order it &quot;Anna&quot;&nbsp;&quot;DHL 123&quot;</p>",
        '<div><b>/template</b> order it<br>"Anna"<br/>"DHL 123"</div>',
        '/template "order" it An"na" DHL" "123',
    ],
)
def test_a_template_is_understood_however_it_is_typed(text: str) -> None:
    assert command(text) == SendTemplate(ANNA)


@pytest.mark.parametrize(
    ("written", "language"),
    [("en_US", "en_US"), ("en-us", "en_US"), ("EN_us", "en_US"), ("fil", "fil"), ("It", "it")],
)
def test_a_language_is_written_as_the_platform_writes_it(written: str, language: str) -> None:
    asked = command(f"/template order {written}")
    assert asked == SendTemplate(Template(name="order", language=language))


def test_blanks_may_have_names() -> None:
    found = template('name="Anna Bell" carrier=DHL')
    assert (found.values, found.named) == ((), {"name": "Anna Bell", "carrier": "DHL"})


def test_header_and_buttons_are_blanks_apart() -> None:
    found = template('"Anna" header=https://x.test/a.pdf?x=1 button2="track/7" Button10=z')
    assert found.values == ("Anna",)
    assert found.named == {}
    assert found.header == "https://x.test/a.pdf?x=1"
    assert found.buttons == {2: "track/7", 10: "z"}


def test_an_equals_sign_between_quotation_marks_is_one() -> None:
    assert template('"a=b" “c=d”').values == ("a=b", "c=d")
    assert template('note="a=b"').named == {"note": "a=b"}


def test_apostrophes_and_backslashes_are_themselves() -> None:
    assert template("dell'ordine l\u2019altro a\\b").values == (
        "dell'ordine",
        "l\u2019altro",
        "a\\b",
    )
    assert template(r'"He said \"yes\" \\ no"').values == (r'He said "yes" \ no',)
    assert template('"l\'ordine"').values == ("l'ordine",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/template", "template_name"),
        ("/template Order-shipped it", "template_name"),
        ("/template name=order it", "template_name"),
        ("/template order", "template_language"),
        ('/template order "Anna"', "template_language"),
        ("/template order italian", "template_language"),
        ("/template order en_USA", "template_language"),
        ('/template order it "Anna', "quotes"),
        ("/template order it “Anna", "quotes"),
        ('/template order it "Anna”', "quotes"),
        ('/template order it Anna name="b"', "template_mixed"),
        ('/template order it ""', "template_empty"),
        ('/template order it " "', "template_empty"),
        ("/template order it name=", "template_empty"),
        ("/template order it header=", "template_empty"),
        ("/template order it a=1 a=2", "template_twice"),
        ("/whatsapp", "phone"),
        ("/whatsapp order it", "phone"),
        ("/whatsapp 393331234567 order it", "phone"),
        ("/whatsapp +39333 order it", "phone"),
        ("/whatsapp +393331234567890123 order it", "phone"),
        ("/whatsapp +393331234567", "template_name"),
        ("/whatsapp +393331234567 order", "template_language"),
        ("/whatsapp +393331234567 order it from=", "from_unknown"),
        ("/whatsapp +393331234567 order it from=us", "from_unknown"),
        ("/private", "private_empty"),
        ("/private \n", "private_empty"),
        ("/tempalte order it", "unknown"),
        ("/templates order it", "unknown"),
        ("//template order it", "unknown"),
        ("/Whatsap +393331234567 order it", "unknown"),
        ("<p>/privat hello</p>", "unknown"),
    ],
)
def test_what_is_wrong_with_a_command_is_said(text: str, expected: str) -> None:
    assert problem(text) == expected


@pytest.mark.parametrize(
    "phone", ["+393331234567", "+39 333 123 4567", "+39 (333) 123-4567", '"+39 333.123.4567"']
)
def test_a_conversation_is_started_with_a_number_as_people_write_it(phone: str) -> None:
    asked = command(f'/whatsapp {phone} order it "Anna" "DHL 123"')
    assert asked == Start(channel="whatsapp", phone="393331234567", template=ANNA)


@pytest.mark.parametrize("ours", ["15550783881", "+15550783881", '"+1 555-078-3881"'])
def test_our_own_number_can_be_named_anywhere(ours: str) -> None:
    expected = Start(channel="whatsapp", phone="393331234567", template=ANNA, account="15550783881")
    for text in (
        f'/whatsapp +393331234567 from={ours} order it "Anna" "DHL 123"',
        f'/whatsapp from={ours} +393331234567 order it "Anna" "DHL 123"',
        f'/whatsapp +393331234567 order it "Anna" "DHL 123" FROM={ours}',
    ):
        assert command(text) == expected


def test_a_private_answer_keeps_its_lines() -> None:
    assert command("/Private Hello,\n\n“Anna”  =) ") == AnswerPrivately("Hello,\n\n“Anna”  =)")
    assert command("<p>/private Hello &amp;<br>goodbye</p>") == AnswerPrivately("Hello &\ngoodbye")


def test_a_conversation_is_started_on_whichever_channel_can_be_written_to_first() -> None:
    text = '/telegraph +393331234567 order it "Anna" "DHL 123"'
    started = commands.command(text, starts=("whatsapp", "telegraph"))
    assert started == Start(channel="telegraph", phone="393331234567", template=ANNA)
    assert commands.command(text, starts=STARTS) is None
    assert commands.command("/whatsap +39", starts=()) is None
    assert commands.command("/telegrap +39", starts=("telegraph",)) == Misspelt(
        "command.unknown", "/telegrap"
    )
