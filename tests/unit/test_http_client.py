"""The HTTP client against a server that misbehaves in every way a helpdesk has been seen to."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from chalicelib import http_client
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.http_client import (
    LARGEST_ANSWER,
    LONGEST_WAIT,
    Form,
    Http,
    Response,
    Upload,
    failure,
)
from tests.unit.misbehaving import (
    Behaviour,
    drips,
    floods,
    resets,
    says,
    says_nothing,
    sends,
    serving,
)


def get(url: str, *, timeout: float = 5.0) -> Response:
    return Http().request("GET", url, headers={}, timeout=timeout)


def post(url: str) -> Response:
    return Http().request("POST", url, headers={}, body={"a": 1}, timeout=5.0)


def test_a_request_carries_its_headers_and_its_body_as_ascii_json():
    with serving(says(b'{"id": 7}', status="201 Created", headers="X-Some: Thing\r\n")) as server:
        answer = Http().request(
            "POST",
            server.url,
            headers={"authorization": "Token t"},
            body={"text": "ciao è 🎉\ud800"},
        )
    assert (answer.status, answer.json(), answer.ok) == (201, {"id": 7}, True)
    assert answer.headers["x-some"] == "Thing"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /things/ HTTP/1.1")
    assert b"authorization: Token t" in head
    assert b"content-type: application/json" in head
    assert body.isascii()
    assert json.loads(body) == {"text": "ciao è 🎉\ud800"}


def test_a_form_goes_out_as_multipart_with_its_length_and_every_byte():
    content = bytes(range(256)) * 4
    form = Form(
        fields={"text": "ciao è"},
        files=[
            Upload("files", 'a"b\r\nx: y.png', "image/png", content),
            Upload("files", "è.pdf", "application/pdf", b""),
        ],
    )
    with serving(says(b"1")) as server:
        Http().request("POST", server.url, headers={"authorization": "Token t"}, body=form)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"transfer-encoding" not in head.lower()
    boundary = head.partition(b"boundary=")[2].partition(b"\r\n")[0]
    before, text, image, document, after = body.split(b"--" + boundary)
    assert (before, after) == (b"", b"--\r\n")
    assert text.endswith("\r\n\r\nciao è\r\n".encode())
    assert b'name="files"; filename="a%22b%0D%0Ax: y.png"\r\nContent-Type: image/png' in image
    assert image.endswith(b"\r\n\r\n" + content + b"\r\n")
    assert b"Content-Type: application/pdf\r\n\r\n\r\n" in document


def test_a_form_that_cannot_be_written_is_not_sent():
    with serving(says()) as server, pytest.raises(TransientError):
        Http().request("POST", server.url, headers={}, body=Form(fields={"text": "\ud800"}))
    assert server.requests == []


def test_a_connection_is_kept_for_the_next_request():
    with serving(says(b"1"), says(b"2")) as server:
        http = Http()
        answers = [http.request("GET", server.url, headers={}).json() for _ in range(2)]
    assert answers == [1, 2]
    assert server.connections == 1


def test_a_connection_that_the_server_closed_while_idle_is_not_used_again():
    with serving(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"), says(b"2")) as server:
        http = Http()
        first = http.request("GET", server.url, headers={}).json()
        server.wait_until_closed()
        second = http.request("POST", server.url, headers={}, body={}).json()
    assert (first, second, server.connections) == (1, 2, 2)


def test_connections_that_idled_long_are_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http_client, "_LONGEST_IDLE", -1.0)
    with serving(says(b"1"), says(b"2")) as server:
        http = Http()
        answers = [http.request("GET", server.url, headers={}).json() for _ in range(2)]
    assert answers == [1, 2]
    assert server.connections == 2


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "429 Slow", "302 Found"])
def test_every_status_is_returned_and_nothing_is_asked_twice(status: str):
    headers = "Location: /elsewhere\r\nRetry-After: 1\r\n"
    with serving(says(b"no", status=status, headers=headers)) as server:
        answer = post(server.url)
    assert answer.status == int(status[:3])
    assert not answer.ok
    assert len(server.requests) == 1


def test_a_chunked_answer_is_put_together():
    chunked = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n3\r\n 2]\r\n0\r\n\r\n"
    )
    with serving(sends(chunked)) as server:
        assert get(server.url).json() == [1, 2]


def test_a_body_that_is_no_json_raises_a_value_error_when_read_as_json():
    with serving(says(b"<html>")) as server:
        answer = get(server.url)
    with pytest.raises(ValueError):
        answer.json()


def test_a_refused_connection_reached_nobody():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransientError):
        post(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url", ["http://name.invalid/", "http://", "http://[::1", "ftp://127.0.0.1/"]
)
def test_an_address_that_leads_nowhere_reached_nobody(url: str):
    with pytest.raises(TransientError):
        post(url)


def test_a_header_that_cannot_be_written_is_not_sent():
    with serving(says()) as server:
        with pytest.raises(TransientError):
            Http().request("POST", server.url, headers={"authorization": "a\r\nx: y"}, body={})
        with pytest.raises(TransientError):
            Http().request("POST", server.url, headers={"authorization": "\u2603"}, body={})
    assert server.requests == []


@pytest.mark.parametrize(
    "behaviour",
    [
        says_nothing,
        resets,
        sends(b""),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n3\r\n 2"),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n"),
        sends(b"no http at all\r\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
        drips,
        floods,
    ],
    ids=[
        "never answers",
        "resets",
        "hangs up",
        "cut in the body",
        "cut in a chunk",
        "broken chunk",
        "garbage",
        "not what its encoding says",
        "never ends",
        "huge",
    ],
)
def test_without_a_whole_answer_the_request_may_have_been_taken(behaviour: Behaviour):
    with serving(behaviour) as server:
        http = Http()
        with pytest.raises(AmbiguousError):
            http.request("POST", server.url, headers={}, body={}, timeout=0.3)
    assert len(server.requests) == 1


def test_an_answer_cut_in_its_headers_is_nothing_that_can_be_read():
    with serving(sends(b"HTTP/1.1 200 OK\r\nContent-Len")) as server:
        answer = get(server.url)
    with pytest.raises(ValueError):
        answer.json()


def test_what_was_left_unread_is_never_taken_for_the_next_answer():
    cut_short = says(b"x" * (LARGEST_ANSWER + 1))
    with serving(lambda connection: _try(cut_short, connection), says(b"2")) as server:
        http = Http()
        with pytest.raises(AmbiguousError):
            http.request("GET", server.url, headers={})
        assert http.request("GET", server.url, headers={}).json() == 2


def _try(behaviour: Behaviour, connection: socket.socket) -> None:
    try:
        behaviour(connection)
    except OSError:
        connection.close()


def test_a_process_has_one_client():
    assert http_client.shared() is http_client.shared()


def answer(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=b"secret words of a customer")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, TransientError),
        (400, Refused),
        (401, Unauthorised),
        (403, Unauthorised),
        (404, Gone),
        (408, TransientError),
        (409, TransientError),
        (410, Gone),
        (413, Refused),
        (422, Refused),
        (425, TransientError),
        (429, TransientError),
    ],
)
@pytest.mark.parametrize("wrote", [True, False])
def test_a_status_that_leaves_no_doubt_means_the_same_for_reads_and_writes(
    status: int, error: type[ScriptaError], wrote: bool
):
    assert type(failure(answer(status), wrote=wrote)) is error


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_server_error_leaves_a_write_in_doubt_and_a_read_to_be_repeated(status: int):
    assert type(failure(answer(status), wrote=True)) is AmbiguousError
    assert type(failure(answer(status), wrote=False)) is TransientError


def test_a_helpdesk_that_names_a_time_did_nothing_and_is_asked_again_then():
    for status in (429, 503):
        error = failure(answer(status, retry_after="17"), wrote=True)
        assert isinstance(error, TransientError)
        assert error.retry_after == 17.0


def test_a_time_to_retry_may_be_a_date():
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    error = failure(answer(429, retry_after=when), wrote=True)
    assert isinstance(error, TransientError)
    assert error.retry_after is not None
    assert 50 < error.retry_after <= 60


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("soon", None),
        ("-3", None),
        ("nan", None),
        ("\u0663", None),
        ("Wed, 21 Oct 2015 07:28:00 -0000", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("9" * 400, LONGEST_WAIT),
    ],
)
def test_an_odd_time_to_retry_is_bounded_or_left_out(value: str, seconds: float | None):
    error = failure(answer(429, retry_after=value), wrote=True)
    assert isinstance(error, TransientError)
    assert error.retry_after == seconds


def test_a_failure_never_quotes_the_answer():
    for status in (302, 400, 401, 404, 429, 500):
        assert "customer" not in str(failure(answer(status), wrote=True))


def test_a_refusal_names_its_reason_and_the_status():
    error = failure(answer(422), wrote=True)
    assert isinstance(error, Refused)
    assert (error.reason, error.detail) == ("desk_refused", "HTTP 422")


def test_nobody_in_a_private_network_is_told_a_word():
    with serving(says()) as server:
        place = server.url.replace("http://", "https://")
        with pytest.raises(TransientError, match="NotPublic"):
            Http(public=True).request("POST", place, headers={"x-secret": "s"}, body={"a": 1})
        assert server.requests in ([], [b""])
        with pytest.raises(TransientError):
            Http(public=True).request("POST", server.url, headers={}, body={"a": 1})
