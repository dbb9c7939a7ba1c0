"""`ops health`: green where all is well, red and an exit status of 1 where something is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from chalicelib import bootstrap
from chalicelib.domain.account import Desk
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.changes import WorkChanged
from chalicelib.domain.ports import Outgoing
from chalicelib.errors import Unauthorised


class _Answers(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/health" else 404)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def application(bridge, monkeypatch) -> Iterator[type[_Answers]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    outside = replace(bridge.outside(), url=f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(type(bridge), "outside", lambda _: outside)
    yield _Answers
    _Answers.status = 200
    server.shutdown()
    server.server_close()


@pytest.fixture
def health(application, bridge, capsys):
    """Takes nothing and returns the exit status, and what is said of each thing by its light."""
    from ops.__main__ import main

    bridge.stage().directory.keep_desk(Desk(id="main", helpdesk="django_helpdesk", url="https://d"))

    def run() -> tuple[int, dict[str, tuple[str, str]]]:
        stage = bridge.stage()
        status = main(["health", "--json"], connect=lambda _name: stage)
        found = json.loads(capsys.readouterr().out)["findings"]
        return status, {each["subject"]: (each["light"], each["words"]) for each in found}

    return run


def test_all_is_well(health):
    status, found = health()
    assert status == 0
    assert found == {
        "application": ("green", "it answers"),
        "queues": ("green", "intake 0, forward 0, deliver 0"),
        "given up": ("green", "nothing"),
        "overdue": ("green", "nothing for long"),
        "parked": ("green", "nothing"),
        "desk": ("green", "it answers"),
    }


def test_an_application_that_fails_is_told(health, application):
    application.status = 503
    status, found = health()
    assert (status, found["application"]) == (1, ("red", "it answers 503"))


def test_what_was_given_up_is_told(health, bridge):
    bridge.dead.send([Outgoing(body="{}", group="g", deduplication="d")])
    status, found = health()
    assert (status, found["given up"]) == (1, ("red", "1"))


def test_what_is_parked_is_told(health, bridge):
    work = bridge.say("m1#0")
    bridge.store.commit(WorkChanged(work, replace(work, parked="keeps_failing")))
    status, found = health()
    assert (status, found["parked"]) == (1, ("red", "1"))


def test_work_that_is_long_overdue_is_told(health, bridge):
    work = bridge.say("m1#0")
    an_hour_ago = bootstrap.clock() - 3_600_000
    bridge.store.commit(WorkChanged(work, replace(work, due_at=an_hour_ago)))
    status, found = health()
    assert (status, found["overdue"]) == (1, ("red", "for 60 minutes"))


def test_a_desk_that_refuses_us_is_told_in_a_word(health, bridge):
    bridge.desk.down = Unauthorised("a token that nobody should read")
    status, found = health()
    assert (status, found["desk"]) == (1, ("red", "Unauthorised"))


def test_a_desk_that_is_back_is_told_to_be_so(health, bridge):
    bridge.store.keep_breaker(Breaker(desk="main", opened_at=1, reason="TransientError"))
    status, found = health()
    assert (status, found["desk"][0]) == (0, "green")
    assert found["desk"][1].startswith("it answers again")
