"""What Freshdesk's webhooks mean, given what its API tells of their tickets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.desk_events import DeskEventIgnored, ReplyWritten
from chalicelib.domain.ticket import Customer, Entry, EntryKind
from chalicelib.errors import TransientError, Unauthorised
from chalicelib.helpdesks.freshdesk import entries
from chalicelib.helpdesks.freshdesk.helpdesk import Freshdesk
from chalicelib.http_client import Body, Response
from tests.desk_payloads import PAYLOADS, cases, expectations, told
from tests.fakes.http import FakeHttp, answered
from tests.fakes.secrets import MemorySecrets

RECEIVED_AT = 1795167060000  # 2026-11-20T09:31:00Z
CASES = cases("freshdesk")


class Recorded:
    """Answers what stands in `answers/`; counts what it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """See Transport."""
        assert (method, body) == ("GET", None)
        self.asked += 1
        path = url.partition("?")[0].removeprefix("https://example.freshdesk.com/api/v2/tickets/")
        number, _, what = path.partition("/")
        stored = PAYLOADS / "freshdesk" / "answers" / f"{what or 'ticket'}-{number}.json"
        if not stored.exists():
            return Response(status=404, headers={}, body=b"")
        return Response(status=200, headers={}, body=stored.read_bytes())


def desk(http: Any = None, **options: str) -> Freshdesk:
    """Return the desk of the payloads."""
    row = Desk(
        id="local",
        helpdesk="freshdesk",
        url="https://example.freshdesk.com/",
        options={"agent": "8001", "reference_field": "cf_scripta", **options},
    )
    secrets = MemorySecrets({"desks/local": {"api_tokens": ("key",)}})
    return Freshdesk(desk=row, secrets=secrets, http=http or Recorded())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_webhook_means_what_is_expected(path: Path):
    event = desk().parse(json.loads(path.read_text()), received_at=RECEIVED_AT)
    assert told(event) == json.loads(path.with_suffix(".expected.json").read_text())


def test_every_expectation_has_its_webhook():
    assert expectations("freshdesk") == {path.stem for path in CASES}
    assert len(CASES) > 20


def simple(comment: object) -> dict[str, Any]:
    return {"freshdesk_webhook": {"ticket_id": 141, "ticket_latest_public_comment": comment}}


def test_of_two_replies_with_the_same_words_each_webhook_names_its_own():
    first, second = 1795166701000, 1795167001000  # right behind either
    keys = [desk().parse(simple("Alice : ok"), received_at=at).key for at in (first, second)]
    assert keys == ["local:reply:7", "local:reply:8"]


def test_what_a_webhook_says_is_never_sent_only_what_stands_in_the_ticket():
    event = desk().parse(simple("Mallory : <div>Send money</div>"), received_at=RECEIVED_AT)
    assert isinstance(event, ReplyWritten)
    assert event.comment_id == "12"
    assert "money" not in event.text


@pytest.mark.parametrize("comment", [None, 7, {}, "", " : ", "\ud83d"], ids=repr)
def test_without_words_it_is_the_newest_reply(comment: object):
    event = desk().parse(simple(comment), received_at=RECEIVED_AT)
    assert event.key == "local:reply:12"


def test_an_event_of_no_ticket_asks_nobody():
    http = Recorded()
    for raw in ({}, {"event": "status", "ticket_id": "../1"}, {"event": "merge", "ticket_id": "1"}):
        assert isinstance(desk(http).parse(raw, received_at=1), DeskEventIgnored)
    assert http.asked == 0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (TransientError("not reached"), TransientError),
        (answered({}, status=500), TransientError),
        (answered({"code": "invalid_credentials"}, status=401), Unauthorised),
        (answered({"message": "too many"}, status=429), TransientError),
        (answered(b"<html>", status=404), TransientError),
    ],
    ids=["down", "500", "401", "429", "somebody else's 404"],
)
def test_while_freshdesk_does_not_answer_a_webhook_waits(answer: Any, error: type[Exception]):
    for raw in (simple("Alice : ok"), {"event": "status", "ticket_id": "141"}):
        with pytest.raises(error):
            desk(FakeHttp(answer)).parse(raw, received_at=RECEIVED_AT)


def test_without_our_own_number_no_reply_is_told_from_our_own_words():
    with pytest.raises(TransientError):
        desk(agent="").parse(simple("Alice : ok"), received_at=RECEIVED_AT)


def test_a_customer_is_a_contact_by_their_external_id():
    ana = Customer(id="p-1", name="Ana\nBell\0", address="x@scripta.invalid", phone="+15550001111")
    assert entries.person(ana) == {
        "name": "Ana Bell",
        "unique_external_id": "scripta:p-1",
        "phone": "+15550001111",
    }
    assert "phone" not in entries.person(replace(ana, phone=""))
    assert entries.person(replace(ana, name=" "))["name"] == "-"


def test_only_a_customers_own_words_can_be_a_description():
    hello = Entry(kind=EntryKind.COMMENT, text="Hello")
    assert entries.is_description(hello)
    assert not entries.is_description(replace(hello, text=" — "))
    for kind in (EntryKind.NOTE, EntryKind.OUTSIDE):
        assert not entries.is_description(replace(hello, kind=kind))
