"""The process: it keeps its state, goes on after a restart, and leaves when told."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

from tests.integration.meta_sim.world import Application, Meta, eventually, new_contact

SOON = 8.0  #: seconds, on a busy machine; an answer that is waited for takes 20


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_what_could_not_be_told_is_told_after_a_restart(tmp_path):
    port = free_port()
    contact = new_contact()
    first = Meta(tmp_path, application_port=port)
    assert first.write("messenger", contact, "one")["status"] == 0
    assert first.reply("messenger", contact).status == 200
    eventually(lambda: first.statuses("messenger", contact) == ["delivered"])
    assert first.stop() == 0
    application = Application(port)
    second = Meta(tmp_path, application_port=port)
    eventually(lambda: len(application.taken("messenger")) == 3)
    items = [body["entry"][0]["messaging"][0] for body in application.taken("messenger")]
    told = [item for item in items if item.get("message", {}).get("text") != "one"]
    assert len(told) == 2
    assert told[0]["message"]["is_echo"]
    assert "delivery" in told[1]
    assert second.statuses("messenger", contact) == ["delivered"]
    second.stop()
    application.close()


def test_what_was_on_its_way_arrives_after_a_restart(tmp_path):
    port = free_port()
    contact = new_contact()
    first = Meta(tmp_path, application_port=port)
    first.write("instagram", contact)
    first.reply("instagram", contact)
    first.stop(signal=first.process.kill)
    second = Meta(tmp_path, application_port=port)
    eventually(lambda: second.statuses("instagram", contact) == ["delivered"])
    second.stop()


def test_another_state_knows_nobody(tmp_path, application):
    contact = new_contact()
    for folder in ("one", "two"):
        meta = Meta(tmp_path / folder, application_port=application.port)
        assert meta.get("/sim/contacts", fields={"channel": "messenger"}).body == []
        meta.write("messenger", contact)
        meta.stop()
    assert (tmp_path / "one" / "meta" / "meta.sqlite3").exists()


def test_it_leaves_at_once_though_an_answer_is_under_way(tmp_path, application):
    meta = Meta(tmp_path, application_port=application.port)
    contact = new_contact()
    meta.write("messenger", contact)
    application.hold.clear()
    assert meta.reply("messenger", contact).status == 200
    eventually(lambda: len(application.attempts) == 2)
    started = time.monotonic()
    assert meta.stop() == 0
    assert time.monotonic() - started < SOON


def test_it_leaves_when_its_parent_is_gone(tmp_path, application):
    meta = Meta(tmp_path, application_port=application.port, SCRIPTA_PARENT_PIPE="1")
    assert meta.process.stdin is not None
    assert meta.stop(signal=meta.process.stdin.close) == 0


def test_a_busy_port_is_named_with_the_variable_that_changes_it(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "infra.local.meta"],
            env={"SCRIPTA_META_PORT": port, "SCRIPTA_STATE": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    assert ended.returncode == 1
    assert port in ended.stderr
    assert "SCRIPTA_META_PORT" in ended.stderr
