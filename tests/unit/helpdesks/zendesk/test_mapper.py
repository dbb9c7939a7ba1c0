"""What Zendesk's events mean, and what becomes of texts and names that it is given."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk_api.html_text import text_of
from chalicelib.domain.desk_events import DeskEvent, DeskEventIgnored, ReplyWritten
from chalicelib.domain.ticket import Customer
from chalicelib.helpdesks.zendesk import entries, mapper

PLACE = mapper.Place(desk="local", url="https://example.zendesk.com", agent="8001")
RECEIVED_AT = 1763600000000
PAYLOADS = Path(__file__).parents[3] / "payloads" / "zendesk"
CASES = sorted(p for p in PAYLOADS.glob("*.json") if not p.name.endswith(".expected.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_webhook_means_what_is_expected(path: Path):
    raw = json.loads(path.read_text())
    event = mapper.event(raw, place=PLACE, received_at=RECEIVED_AT)
    assert told(event) == json.loads(path.with_suffix(".expected.json").read_text())


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
    assert len(CASES) > 30


def payload(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return raw


@pytest.mark.parametrize("flag", [None, False, "no", "maybe", 0, 1, [], {}, [True]], ids=repr)
@pytest.mark.parametrize("name", ["reply", "file"])
def test_what_is_not_surely_public_never_leaves(name: str, flag: object):
    raw = payload(name)
    comment = raw["event"]["comment"]
    comment["is_public"] = flag
    comment.get("attachment", {})["is_public"] = flag
    event = mapper.event(raw, place=PLACE, received_at=1)
    assert isinstance(event, DeskEventIgnored)
    assert event.kind == "private"
    assert "looking into it" not in repr(event)


@pytest.mark.parametrize("flag", [None, False, "no", 1, {}], ids=repr)
def test_who_is_not_surely_of_the_staff_answers_nobody(flag: object):
    raw = payload("reply")
    raw["event"]["comment"]["author"]["is_staff"] = flag
    event = mapper.event(raw, place=PLACE, received_at=1)
    assert isinstance(event, DeskEventIgnored)


def test_where_nobody_said_who_we_are_no_file_is_sent_on():
    event = mapper.event(payload("file"), place=replace(PLACE, agent=""), received_at=1)
    assert isinstance(event, DeskEventIgnored)


def test_half_a_surrogate_pair_in_a_reply_is_replaced():
    raw = payload("reply")
    raw["event"]["comment"] |= {"body": "a\ud83d"}
    event = mapper.event(raw, place=PLACE, received_at=1)
    assert isinstance(event, ReplyWritten)
    assert event.text == "a\ufffd"


PIECES = [
    "<b>",
    "</p>",
    "<br>",
    "&amp;",
    "&",
    "<script>",
    "a",
    "  ",
    "\n",
    "\n\n",
    "*b*",
    "è🎉",
    "'",
    '"',
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_a_customer_writes_is_shown_as_it_is(text: str):
    page = entries.literal(text)
    shown = text_of(page).replace("\xa0", " ")
    assert words(shown) == words(text)
    assert page.count("<") == 2 + text.count("\n")


def words(text: str) -> list[str]:
    return text.split()


def test_lines_and_spaces_of_a_customer_stay():
    assert entries.literal("a\r\n  b   c\n\nd") == "<p>a<br>\xa0\xa0b \xa0\xa0c<br><br>d</p>"


def test_a_customer_is_a_user_by_their_external_id():
    ana = Customer(id="p-1", name="Ana\nBell\0", address="x@scripta.invalid", phone="+15550001111")
    assert entries.person(ana) == {
        "name": "Ana Bell",
        "external_id": "scripta:p-1",
        "role": "end-user",
        "phone": "+15550001111",
    }
    assert "phone" not in entries.person(replace(ana, phone=""))
    assert entries.person(replace(ana, name=" "))["name"] == "-"
