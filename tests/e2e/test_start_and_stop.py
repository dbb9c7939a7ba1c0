"""The local run starts, stops and starts again: no process left, no half of the state."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import pytest

from tests.e2e.local_run import ROOT, LocalRun, comments, eventually

SOON = 10.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_it_leaves_no_process_and_no_port(own_run: LocalRun, number: int) -> None:
    own_run.start()
    assert len(own_run.processes()) == 6
    assert own_run.stop(number) == 0
    assert own_run.processes() == {}
    for port in (own_run.port, own_run.desk_port, own_run.meta_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_second_run_is_up_soon_and_finds_desk_and_conversations(own_run: LocalRun) -> None:
    own_run.start()
    own_run.write("whatsapp", "15550002001", "before the stop", name="Hal")
    ticket = eventually(lambda: own_run.ticket(said="before the stop"))
    own_run.stop()
    assert own_run.start() < SOON
    own_run.write("whatsapp", "15550002001", "after the stop", name="Hal")
    found = eventually(lambda: own_run.ticket(said="after the stop"))
    assert found["id"] == ticket["id"]
    assert comments(found) == ["before the stop", "after the stop"]
    assert own_run.verify()["lost"] == 0


def test_what_was_on_its_way_when_it_stopped_arrives_in_the_next_run(own_run: LocalRun) -> None:
    own_run.start()
    for count in range(20):
        assert own_run.write("messenger", "15550002002", f"quick {count}") == 200
    own_run.stop()
    own_run.start()
    ticket = eventually(lambda: own_run.ticket(said="quick 19"))
    assert comments(ticket) == [f"quick {count}" for count in range(20)]


def test_a_run_that_was_killed_with_its_state_unsaved_starts_afresh_and_says_so(
    own_run: LocalRun,
) -> None:
    own_run.start()
    own_run.write("whatsapp", "15550002003", "will be forgotten", name="Ivy")
    eventually(lambda: own_run.ticket(said="will be forgotten"))
    own_run.kill_all()
    own_run.start()
    assert "start afresh" in own_run.output
    assert own_run.tickets() == []


def test_killing_only_the_run_leaves_no_process_either(own_run: LocalRun) -> None:
    own_run.start()
    own_run.stop(signal.SIGKILL)
    eventually(lambda: own_run.processes() == {}, within=30.0)


@pytest.mark.parametrize("name", ["SCRIPTA_PORT", "SCRIPTA_DESK_PORT", "SCRIPTA_META_PORT"])
def test_a_busy_port_is_a_clear_error_that_names_the_variable(own_run: LocalRun, name: str) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        environment = own_run.environment() | {name: str(busy.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "-m", "infra.local.run"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 2
    assert name in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert own_run.processes() == {}
