"""Texts and events on their way between our words and django-helpdesk's."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk_api.values import storable
from chalicelib.domain.content import Attachment, FileKind
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.helpdesks.django_helpdesk import mapper

URL = "http://desk.test"
RECEIVED_AT = 1763600000000
PAYLOADS = Path(__file__).parents[3] / "payloads" / "django_helpdesk"
CASES = sorted(p for p in PAYLOADS.glob("*.json") if not p.name.endswith(".expected.json"))

PIECES = [
    *"{}%#X \n\t\"'",
    "X-HELPDESK-COMMENT-VERBATIM",
    "X-HELPDESK-COMMENT-ENDVERBATIM",
    "-HELPDESK-COMMENT-",
    "{{ ticket.title }}",
    '{{ "a" }}',
    "{% verbatim %}",
    "{% endverbatim %}",
    "{# gone #}",
    "<b>&amp;</b>",
    "\r\n",
    "è🎉",
]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))

OPENING = Opening(
    reference="c-9.1",
    subject="WhatsApp: Ana Bell",
    channel="whatsapp",
    account="1",
    customer=Customer(id="p-1", name="Ana Bell", address="whatsapp-15550001111@scripta.invalid"),
    entry=Entry(kind=EntryKind.COMMENT, text="Hello", author="Ana Bell"),
)


def rendered(comment: str) -> str:
    """Do to a comment what the helpdesk does: trim it, shield its tags, render it."""
    shielded = (
        comment.strip()
        .replace("{%", "X-HELPDESK-COMMENT-VERBATIM")
        .replace("%}", "X-HELPDESK-COMMENT-ENDVERBATIM")
        .replace("X-HELPDESK-COMMENT-VERBATIM", "{% verbatim %}{%")
        .replace("X-HELPDESK-COMMENT-ENDVERBATIM", "%}{% endverbatim %}")
    )
    context = Context({"ticket": {"title": "not for customers"}})
    return str(Engine().from_string(shielded).render(context))


@given(TEXTS)
def test_every_text_comes_out_of_the_helpdesks_templates_unchanged(text: str):
    assert rendered(mapper.verbatim(text)) == text


def test_without_the_quoting_a_text_would_be_run_as_a_template():
    assert rendered("{{ ticket.title }}") == "not for customers"


def test_a_text_without_markup_is_sent_as_it_is():
    text = "Ciao, 100% {sure} of #12: <b>è</b> 🎉\r\nbye"
    assert mapper.verbatim(text) == text


def test_what_no_database_takes_is_cleaned_and_the_rest_kept():
    assert storable("a\0b\ud83dc 🎉") == "ab\ufffdc 🎉"


@given(st.text(st.characters(exclude_categories=[])))
def test_a_cleaned_text_can_always_be_stored(text: str):
    cleaned = storable(text)
    cleaned.encode("utf-8")
    assert "\0" not in cleaned


def test_a_new_ticket_carries_who_wrote_where_and_what():
    assert mapper.new_ticket(OPENING, queue=4) == {
        "queue": 4,
        "title": "WhatsApp: Ana Bell",
        "description": "Hello",
        "priority": 3,
        "submitter_email": "whatsapp-15550001111@scripta.invalid",
        "custom_conversation_id": "c-9.1",
        "custom_channel": "whatsapp",
    }


@pytest.mark.parametrize(
    ("name", "subject", "title"),
    [
        ("Ana", "WhatsApp", "Ana: WhatsApp"),
        ("", "WhatsApp", "WhatsApp"),
        ("Ana\r\nBcc: x", "", "Ana Bcc: x"),
        ("", "", "whatsapp"),
        ("Ana", "WhatsApp: Ana\0\n", "WhatsApp: Ana"),
    ],
)
def test_a_title_is_one_line_that_names_the_customer(name: str, subject: str, title: str):
    assert (
        mapper.new_ticket(
            replace(OPENING, customer=replace(OPENING.customer, name=name), subject=subject),
            queue=1,
        )["title"]
        == title
    )


def test_a_long_title_leaves_room_for_what_the_helpdesk_adds_to_it():
    title = mapper.new_ticket(replace(OPENING, subject="Ana Bell " + "è" * 500), queue=1)["title"]
    assert len(title) == mapper.TITLE_LIMIT
    assert title.startswith("Ana Bell èè")
    assert title.endswith("è…")


def test_the_first_text_is_not_quoted_since_it_is_not_rendered():
    entry = Entry(kind=EntryKind.COMMENT, text="{{ 7*7 }} {% x %}")
    assert mapper.new_ticket(replace(OPENING, entry=entry), queue=1)["description"] == entry.text


@pytest.mark.parametrize("text", ["", "  \n", "\0"])
def test_a_first_text_without_anything_to_see_is_sent_all_the_same(text: str):
    entry = Entry(kind=EntryKind.COMMENT, text=text)
    description = mapper.new_ticket(replace(OPENING, entry=entry), queue=1)["description"]
    assert description.strip()
    assert mapper.is_same(description, text)


PHOTO = Attachment(kind=FileKind.IMAGE, name="a.png", mime="image/png", content=b"png")


def description(text: str, *files: Attachment) -> str:
    entry = Entry(kind=EntryKind.COMMENT, text=text, files=files)
    return str(mapper.new_ticket(replace(OPENING, entry=entry), queue=1)["description"])


@pytest.mark.parametrize("text", ["Hi", "", "Hi\u2063", "\u2063 \u2063"])
def test_a_description_tells_that_the_entry_comes_and_no_text_of_a_customer_can(text: str):
    for files in ((), (PHOTO,)):
        assert not mapper.is_to_come(description(text, *files))
        assert mapper.is_same(description(text, *files), text)
    assert mapper.is_to_come(description(text, PHOTO, PHOTO))
    assert description(text, PHOTO, PHOTO) == mapper.BEGINNING


def test_a_note_is_no_description():
    note = Entry(kind=EntryKind.NOTE, text="for agents")
    request = mapper.new_ticket(replace(OPENING, entry=note), queue=1)
    assert request["description"] == mapper.BEGINNING


def test_a_comment_is_public_a_note_is_not_and_both_open_the_ticket():
    comment = mapper.new_entry(7, Entry(kind=EntryKind.COMMENT, text="Hi"))
    assert comment == {"ticket": 7, "comment": "Hi", "public": True, "new_status": 1}
    assert mapper.new_entry(7, Entry(kind=EntryKind.NOTE, text="Hi"))["public"] is False


@pytest.mark.parametrize(
    ("comment", "text", "same"),
    [
        ("Hi", "Hi", True),
        ("Hi", " Hi\n", True),
        ("Hi", "H\0i", True),
        ("Hi", "hi", False),
        ("", "Hi", False),
        (None, "Hi", False),
        (None, "", True),
        ("\u200b", "Hi", False),
    ],
)
def test_a_comment_is_recognised_as_what_a_text_became(comment: str | None, text: str, same: bool):
    assert mapper.is_same(comment, text) is same


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_webhook_means_what_is_expected(path: Path):
    raw = json.loads(path.read_text())
    event = mapper.event(raw, desk="local", url=URL, received_at=RECEIVED_AT)
    expected = json.loads(path.with_suffix(".expected.json").read_text())
    assert told(event) == expected


def told(event: DeskEvent) -> dict[str, Any]:
    """Return an event as JSON; of files, what is not empty, and `foreign` where it is so."""
    fields = {"event": type(event).__name__, **asdict(event)}
    if isinstance(event, ReplyWritten):
        files = [asdict(file).items() for file in event.files]
        fields["files"] = [{key: value for key, value in file if value} for file in files]
        fields |= {"foreign": True} if fields.pop("foreign") else {}
    return fields


def test_every_expectation_has_its_webhook():
    expectations = {p.name.removesuffix(".expected.json") for p in PAYLOADS.glob("*.expected.json")}
    assert expectations == {path.stem for path in CASES}
    assert len(CASES) > 20


def test_half_a_surrogate_pair_in_a_reply_is_replaced():
    data = {"ticket_id": "\ud83d", "comment_id": "1", "text": "a\ud83d", "agent": "\udc00"}
    event = mapper.event({"type": "reply.send", "data": data}, desk="local", url=URL, received_at=1)
    assert isinstance(event, ReplyWritten)
    assert (event.ticket_id, event.text, event.agent) == ("?", "a\ufffd", "\ufffd")


@pytest.mark.parametrize("flag", [False, "false", "no", "0", 0, "internal", [], {}], ids=repr)
def test_a_reply_that_is_not_surely_public_never_leaves(flag: object):
    raw = {"type": "reply.send", "data": {"ticket_id": "1", "text": "secret", "public": flag}}
    event = mapper.event(raw, desk="local", url=URL, received_at=1)
    assert (type(event).__name__, getattr(event, "kind", "")) == ("DeskEventIgnored", "private")


@pytest.mark.parametrize("flag", [True, "true", "yes", 1, "maybe", ["x"]], ids=repr)
def test_a_reply_that_may_be_private_never_leaves(flag: object):
    raw = {"type": "reply.send", "data": {"ticket_id": "1", "text": "secret", "private": flag}}
    event = mapper.event(raw, desk="local", url=URL, received_at=1)
    assert (type(event).__name__, getattr(event, "kind", "")) == ("DeskEventIgnored", "private")


@pytest.mark.parametrize("flags", [{"public": True}, {"private": False}, {"public": None}, {}])
def test_a_public_reply_leaves(flags: dict[str, object]):
    raw = {"type": "reply.send", "data": {"ticket_id": "1", "text": "Hello", **flags}}
    assert isinstance(mapper.event(raw, desk="local", url=URL, received_at=1), ReplyWritten)
