"""The proxy before the desk: hands on what it should, and fails in every way that it lists."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import httpx
import pytest

from tests.e2e.local_run import eventually
from tests.real_storm.desk_proxy import DeskProxy, Mishap


class Desk:
    """A desk that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes, str]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append((self.command, self.path, body, self.headers["Authorization"]))
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "10")
                self.end_headers()
                self.wfile.write(b'{"id": 17}')

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Destined(DeskProxy):
    """A proxy to whose next request happens what a test says."""

    next: Mishap | None = None

    def roll(self) -> tuple[Mishap | None, float]:
        return self.next, 0.4


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.stop()


@pytest.fixture
def proxy() -> Iterator[Destined]:
    made = Destined(Random(1))
    yield made
    made.stop()


def ask(url: str) -> httpx.Response:
    headers = {"Authorization": "Token t"}
    return httpx.post(f"{url}/api/tickets/?a=b", headers=headers, json={"x": 1}, timeout=10.0)


def test_without_a_mishap_request_and_answer_go_through_as_they_are(desk: Desk, proxy: Destined):
    answer = ask(proxy.stand_before(desk.url))
    assert (answer.status_code, answer.json()) == (201, {"id": 17})
    assert desk.asked == [("POST", "/api/tickets/?a=b", b'{"x":1}', "Token t")]


@pytest.mark.parametrize("mishap", [Mishap.ANSWER_CUT, Mishap.ANSWER_TORN])
def test_the_desk_did_it_and_there_is_no_whole_answer(desk: Desk, proxy: Destined, mishap: Mishap):
    url, proxy.next = proxy.stand_before(desk.url), mishap
    with pytest.raises(httpx.RemoteProtocolError):
        ask(url)
    assert len(desk.asked) == 1


def test_the_desk_did_it_and_something_else_is_answered(desk: Desk, proxy: Destined):
    url, proxy.next = proxy.stand_before(desk.url), Mishap.ANSWER_SWAPPED
    assert ask(url).status_code == 502
    assert len(desk.asked) == 1


def test_the_desk_did_it_and_the_answer_takes_a_while(desk: Desk, proxy: Destined):
    url, proxy.next = proxy.stand_before(desk.url), Mishap.ANSWER_LATE
    answer = ask(url)
    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() > 0.5


def test_an_answer_is_held_for_longer_than_anybody_waits(desk: Desk, proxy: Destined):
    url, proxy.next = proxy.stand_before(desk.url), Mishap.ANSWER_HELD
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(url, json={}, headers={"Authorization": ""}, timeout=1.0)
    assert len(desk.asked) == 1


def test_what_is_dropped_the_desk_never_sees(desk: Desk, proxy: Destined):
    url, proxy.next = proxy.stand_before(desk.url), Mishap.REQUEST_DROPPED
    with pytest.raises(httpx.TransportError):
        ask(url)
    assert desk.asked == []


@pytest.mark.parametrize(
    ("mishap", "status", "wait"),
    [(Mishap.UNAVAILABLE, 502, None), (Mishap.THROTTLED, 429, "1")],
)
def test_what_is_answered_in_its_place_the_desk_never_sees(
    desk: Desk, proxy: Destined, mishap: Mishap, status: int, wait: str | None
):
    url, proxy.next = proxy.stand_before(desk.url), mishap
    answer = ask(url)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, wait)
    assert desk.asked == []


def test_in_an_outage_connections_are_refused_and_it_ends(desk: Desk, proxy: Destined):
    url, proxy.next = proxy.stand_before(desk.url), Mishap.OUTAGE
    with pytest.raises(httpx.TransportError):
        ask(url)
    proxy.next = None

    def met() -> str:
        try:
            return f"answered {ask(url).status_code}"
        except httpx.ConnectError:
            return "refused"
        except httpx.TransportError:
            return "reset"  # it was let in a moment before the port was closed

    eventually(lambda: met() == "refused")
    eventually(lambda: met() == "answered 201")


def test_every_mishap_is_rolled_and_none_when_it_is_calm():
    proxy = DeskProxy(Random(1))
    rolled = {proxy.roll()[0] for _ in range(20_000)}
    assert rolled == {None, *Mishap}
    assert set(proxy.met) == set(Mishap)
    proxy.calm()
    assert {proxy.roll()[0] for _ in range(1_000)} == {None}
