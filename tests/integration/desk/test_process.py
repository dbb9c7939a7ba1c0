"""Starting and stopping the desk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from tests.integration.desk.desk import ROOT, DeskProcess

pytestmark = pytest.mark.integration

QUICK = 5.0  #: seconds, on a machine that is busy otherwise
LONGEST_FIRST_START = 12.0  # twice what it may take, for a machine that is busy otherwise


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_soon_when_told_to(own_desk: DeskProcess, number: int):
    own_desk.start()
    own_desk.agent()  # holds a connection open, as browsers do
    began = time.monotonic()

    assert own_desk.stop(number) == 0

    assert time.monotonic() - began < QUICK
    assert "Traceback" not in own_desk.log


def test_it_stops_when_its_parent_is_gone(own_desk):
    own_desk.extra = {"SCRIPTA_PARENT_PIPE": "1"}
    own_desk.start(stdin=subprocess.PIPE)

    own_desk.process.stdin.close()

    assert own_desk.process.wait(QUICK) == 0


def test_it_stops_cleanly_while_it_still_watches_its_parent(own_desk):
    own_desk.extra = {"SCRIPTA_PARENT_PIPE": "1"}
    own_desk.start(stdin=subprocess.PIPE)

    assert own_desk.stop() == 0

    assert "Fatal" not in own_desk.log
    own_desk.process.stdin.close()


def test_the_first_start_is_bearable_and_a_later_one_finds_all_and_is_quick(own_desk, tmp_path):
    own_desk.state = tmp_path / "nothing yet"
    first = own_desk.start()
    ticket = own_desk.bridge().open_ticket("kept")["id"]
    own_desk.stop()

    second = own_desk.start()

    assert own_desk.bridge().ticket(ticket)["description"] == "kept"
    assert own_desk.agent().page(f"/tickets/{ticket}/")
    assert second < first < LONGEST_FIRST_START


def test_a_new_token_of_the_bridge_replaces_the_old_one(own_desk):
    own_desk.start()
    own_desk.stop()
    own_desk.extra = {"SCRIPTA_DESK_BRIDGE_TOKEN": "another-token"}
    own_desk.start()

    def status(token: str) -> int:
        headers = {"Authorization": f"Token {token}"}
        return httpx.get(f"{own_desk.url}/api/tickets/", headers=headers).status_code

    assert (status("another-token"), status("a-token-of-the-bridge")) == (200, 401)


def run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.local.desk"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_busy_port_is_an_error_that_names_the_variable(own_desk):
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", own_desk.port))
        squatter.listen()
        answer = run(own_desk.environment())

    assert answer.returncode == 2
    assert "SCRIPTA_DESK_PORT" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_its_secrets_it_does_not_start(own_desk):
    answer = run(own_desk.environment() | {"SCRIPTA_DESK_WEBHOOK_SECRET": ""})

    assert answer.returncode == 2
    assert answer.stderr == "desk: the desk needs SCRIPTA_DESK_WEBHOOK_SECRET\n"
