"""What is asked of Request Tracker, and what its answers mean: beyond what all helpdesks have in common."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, FileKind
from chalicelib.domain.ticket import Entry, EntryKind
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.helpdesks.request_tracker import mapper
from chalicelib.helpdesks.request_tracker.helpdesk import RequestTracker
from chalicelib.http_client import Response
from tests.contract.conformance import opening
from tests.fakes.http import FakeHttp
from tests.fakes.secrets import MemorySecrets

URL = "https://rt.test/rt"
ENTRY = Entry(kind=EntryKind.COMMENT, text="Hello", author="Ana", key="c.2")


def answer(status: int, said: object, **headers: str) -> Response:
    return Response(status=status, headers=headers, body=json.dumps(said).encode())


def open_desk(http: FakeHttp, **options: str) -> RequestTracker:
    fields = {"api_tokens": ("1-27-0123456789", "1-99-old"), "webhook_secrets": ("whsec_a",)}
    desk = Desk(id="d", helpdesk="request_tracker", url=f"{URL}/", options=options)
    return RequestTracker(desk=desk, secrets=MemorySecrets({"desks/d": fields}), http=http)


WRITTEN = answer(201, ["Correspondence added"], location="/rt/REST/2.0/transaction/51")


def test_an_entry_is_one_request_under_the_address_and_answers_with_its_number():
    http = FakeHttp(WRITTEN)
    assert open_desk(http).append("7", ENTRY) == "51"
    (asked,) = http.asked
    assert (asked.method, asked.url) == ("POST", f"{URL}/REST/2.0/ticket/7/correspond")
    assert asked.headers["authorization"] == "token 1-27-0123456789"
    assert asked.body == {
        "Content": "Hello",
        "ContentType": "text/plain",
        "Subject": "Ana",
        "Status": "open",
        "TxnCustomFields": {"ScriptaEntry": "c.2"},
    }


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (answer(400, {"message": "Permission Denied"}), Gone),
        (answer(400, {"message": "JSON parse error"}), Refused),
        (answer(404, {"message": "Not Found"}), Gone),
        (Response(status=404, headers={}, body=b"<html>"), TransientError),
        (answer(403, {"message": "Forbidden"}), Unauthorised),
        (answer(201, ["Correspondence added"]), AmbiguousError),
        (answer(201, [], location="/elsewhere"), AmbiguousError),
        (answer(200, "login", location="/rt/NoAuth/Login.html"), AmbiguousError),
        (answer(302, "", location="https://elsewhere.test/"), TransientError),
    ],
)
def test_what_an_answer_to_an_entry_means(response: Response, error: type[ScriptaError]):
    with pytest.raises(error) as raised:
        open_desk(FakeHttp(response)).append("7", ENTRY)
    assert type(raised.value) is error


def test_our_own_correspondence_is_asked_for_in_no_look_into_the_past():
    http = FakeHttp(answer(200, {"items": []}))
    assert list(open_desk(http).recall(since=0)) == []
    (query,) = parse_qs(urlsplit(http.asked[0].url).query)["query"]
    assert query == "ObjectType = 'RT::Ticket' AND Type = 'Correspond' AND Creator != 27"


def test_the_check_names_what_the_queue_lacks():
    fields = [{"name": "ScriptaReference"}, {"name": "Other"}]
    http = FakeHttp(answer(200, {"Name": "Help", "TicketCustomFields": fields}))
    with pytest.raises(Refused, match="ScriptaEntry, ScriptaFirstEntry"):
        open_desk(http, queue="Help & more").check()
    assert http.asked[0].url == f"{URL}/REST/2.0/queue/Help%20%26%20more"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("c-1.2", "'c-1.2'"),
        ("it's", r"'it\'s'"),
        ("\\' OR 1=1", r"'\\\' OR 1=1'"),
        ("a\0\ud800", "'a\ufffd'"),
    ],
)
def test_a_text_in_a_query_is_a_text_whatever_is_in_it(text: str, quoted: str):
    assert mapper.quoted(text) == quoted


def test_a_long_subject_fits_and_is_one_line():
    subject = mapper.new_ticket(opening(subject="a\nb " * 99), queue="q", refers_to=())["Subject"]
    assert len(subject) == 180
    assert "\n" not in subject


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/Ticket/Attachment/1/2/file/..",
        "/Ticket/Attachment/1/2/x",
        "/Admin/",
        "/Ticket/Attachment/1",
    ],
)
def test_only_files_of_tickets_are_fetched_with_our_token(path: str):
    desk = open_desk(FakeHttp(WRITTEN))
    with pytest.raises(Refused):
        desk.locate(File(kind=FileKind.IMAGE, url=f"{URL}{path}"))
    where = desk.locate(File(kind=FileKind.IMAGE, url=f"{URL}/Ticket/Attachment/1/2/file"))
    assert where.hosts == ("https://rt.test:443",)


@pytest.mark.parametrize("ticket_id", ["1 OR 1=1", "../queue/1", "\u0663", "", "9" * 19])
def test_a_ticket_that_can_be_none_is_gone_and_nobody_is_asked(ticket_id: str):
    http = FakeHttp(WRITTEN)
    with pytest.raises(Gone):
        open_desk(http).append(ticket_id, ENTRY)
    assert http.asked == []
