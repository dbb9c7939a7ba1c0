"""The stages that can be asked, and what is said where one cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.local.folder import Folder
from ops.stages import WrongCall, connect

ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "111122223333",
    "AWS_SECRET_ACCESS_KEY": "local",
    "SCRIPTA_INTAKE_QUEUE": "http://127.0.0.1:9/111122223333/intake.fifo",
    "SCRIPTA_FORWARD_QUEUE": "http://127.0.0.1:9/111122223333/forward.fifo",
    "SCRIPTA_DELIVER_QUEUE": "http://127.0.0.1:9/111122223333/deliver.fifo",
    "SCRIPTA_TABLE": "scripta",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """The state folder that commands look into."""
    monkeypatch.setenv("SCRIPTA_STATE", str(tmp_path))
    (tmp_path / "logs").mkdir()
    return Folder(tmp_path)


def refusal(name: str = "local") -> str:
    with pytest.raises(WrongCall) as caught:
        connect(name)
    assert caught.value.exit_code == 2
    return caught.value.format_message()


def test_where_nothing_runs_the_command_that_starts_it_is_named(folder):
    assert "make run" in refusal()


def test_another_stage_is_not_there(folder):
    folder.write_run({"environment": ENVIRONMENT})
    assert refusal("production") == ("There is no stage 'production': there are local, dev, prod.")


@pytest.mark.parametrize("text", ["", "{", "{}", '{"environment":{}}'])
def test_a_broken_description_of_the_run_is_said_to_be_broken(folder, text):
    (folder.path / "run.json").write_text(text)
    assert "cannot be read" in refusal()


def test_the_local_runs_log_is_read_line_by_line(folder):
    folder.write_run({"environment": ENVIRONMENT})
    (folder.logs / "app.log").write_bytes(b'{"message":"received"}\n\xff\n')
    assert list(connect("local").log()) == ['{"message":"received"}\n', "\ufffd\n"]


def test_what_schedules_and_commands_put_into_the_intake_is_in_the_log_too(folder):
    folder.write_run({"environment": ENVIRONMENT})
    for name in ("app", "workers", "ops", "meta"):
        (folder.logs / f"{name}.log").write_text(f"{name}\n")
    assert list(connect("local").log()) == ["app\n", "workers\n", "ops\n"]


def test_what_reconciles_asks_the_simulated_platform(folder):
    graph = {"SCRIPTA_GRAPH_URL": "http://127.0.0.1:9", "SCRIPTA_BUCKET": "bucket"}
    folder.write_run({"environment": ENVIRONMENT | graph})
    channel: Any = connect("local").reconciler().channel("messenger")
    assert channel._settings.graph_url == graph["SCRIPTA_GRAPH_URL"]


def test_a_run_whose_description_is_incomplete_is_not_reconciled(folder):
    for more, missing in (({}, "BUCKET"), ({"SCRIPTA_BUCKET": "bucket"}, "GRAPH_URL")):
        folder.write_run({"environment": ENVIRONMENT | more})
        with pytest.raises(WrongCall, match=f"SCRIPTA_{missing}"):
            connect("local").reconciler()


def test_without_the_log_nothing_can_be_verified(folder):
    folder.write_run({"environment": ENVIRONMENT})
    with pytest.raises(WrongCall, match="cannot be read"):
        list(connect("local").log())
