"""What Zendesk's events mean, and what becomes of texts and names that it is given."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.desk_events import DeskEvent, DeskEventIgnored, ReplyWritten
from chalicelib.domain.ticket import Customer
from chalicelib.helpdesks.zendesk import mapper
from chalicelib.helpdesks.zendesk.helpdesk import Zendesk
from tests.desk_payloads import PAYLOADS, cases, expectations, told
from tests.fakes.secrets import MemorySecrets

URL = "https://example.zendesk.com"
DESK = Desk(id="local", helpdesk="zendesk", url=URL, options={"agent": "8001"})
RECEIVED_AT = 1763600000000
CASES = cases("zendesk")


class Staffed(Zendesk):
    """A desk where every user is one of the staff."""

    def _is_staff(self, user_id: int) -> bool:
        return user_id > 0


def meaning(raw: dict[str, Any], *, desk: Desk = DESK) -> DeskEvent:
    return Staffed(desk=desk, secrets=MemorySecrets()).parse(raw, received_at=RECEIVED_AT)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_webhook_means_what_is_expected(path: Path):
    raw = json.loads(path.read_text())
    event = meaning(raw)
    assert told(event) == json.loads(path.with_suffix(".expected.json").read_text())


def test_every_expectation_has_its_webhook():
    assert expectations("zendesk") == {path.stem for path in CASES}
    assert len(CASES) > 20


def payload(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((PAYLOADS / "zendesk" / f"{name}.json").read_text())
    return raw


@pytest.mark.parametrize("flag", [None, False, "no", "maybe", 0, 1, [], {}, [True]], ids=repr)
@pytest.mark.parametrize("name", ["reply", "file"])
def test_what_is_not_surely_public_never_leaves(name: str, flag: object):
    raw = payload(name)
    comment = raw["event"]["comment"]
    comment["is_public"] = flag
    comment.get("attachment", {})["is_public"] = flag
    event = meaning(raw)
    assert isinstance(event, DeskEventIgnored)
    assert event.kind == "private"
    assert "looking into it" not in repr(event)


@pytest.mark.parametrize("flag", [None, False, "no", 1, {}], ids=repr)
def test_who_is_not_surely_of_the_staff_answers_nobody(flag: object):
    raw = payload("reply")
    raw["event"]["comment"]["author"]["is_staff"] = flag
    event = meaning(raw)
    assert isinstance(event, DeskEventIgnored)


def test_where_nobody_said_who_we_are_no_file_is_sent_on():
    event = meaning(payload("file"), desk=replace(DESK, options={}))
    assert isinstance(event, DeskEventIgnored)


def test_half_a_surrogate_pair_in_a_reply_is_replaced():
    raw = payload("reply")
    raw["event"]["comment"] |= {"body": "a\ud83d"}
    event = meaning(raw)
    assert isinstance(event, ReplyWritten)
    assert event.text == "a\ufffd"


def test_a_customer_is_a_user_by_their_external_id():
    ana = Customer(id="p-1", name="Ana\nBell\0", address="x@scripta.invalid", phone="+15550001111")
    assert mapper.person(ana) == {
        "name": "Ana Bell",
        "external_id": "scripta:p-1",
        "role": "end-user",
        "phone": "+15550001111",
    }
    assert "phone" not in mapper.person(replace(ana, phone=""))
    assert mapper.person(replace(ana, name=" "))["name"] == "-"
