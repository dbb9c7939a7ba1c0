"""The commands against a table and queues of the emulated AWS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.changes import Outcome, WorkDone
from chalicelib.domain.message import Status
from chalicelib.domain.work import Verb
from infra.local.folder import Folder
from infra.local.resources import dead_letter_url, provision
from ops.__main__ import main
from ops.stages import connect
from tests.fixtures.ministack import AwsAccount
from tests.unit.operations.bridge import Bridge


@pytest.fixture
def names(aws: AwsAccount, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The resources of a run that other commands are told of."""
    names = provision(aws.environment)
    monkeypatch.setenv("SCRIPTA_STATE", str(tmp_path))
    folder = Folder(tmp_path)
    folder.logs.mkdir()
    items = {"id": "m1", "deduplication": "d", "items": {"in": 2}}
    line = {"message": "received", "timestamp": "2999-01-01T00:00:00Z", "messages": [items]}
    (folder.logs / "app.log").write_text(json.dumps(line) + "\n")
    folder.write_run({"environment": {**aws.environment, **names}})
    return names


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    status = main([*arguments, "--json"], connect=connect)
    return status, json.loads(capsys.readouterr().out)


def test_the_table_tells_the_commands_what_the_pipeline_wrote(names, capsys):
    bridge = Bridge(table=connect("local").table)
    bridge.open()
    bridge.store.commit(WorkDone(bridge.say("m1#0", text="hello")))
    bridge.claim("m1#1", Outcome.PARKED, key="mid", reason="no_account")
    reply = bridge.say("m2#0", verb=Verb.DELIVER, text="hi")
    bridge.store.commit(WorkDone(reply))
    bridge.end(reply, Status.ACCEPTED, message_id="sent")
    bridge.learn("sent", Status.READ, work=reply)

    status, books = ask(capsys, "verify")
    assert status == 1
    assert {name: books[name] for name in ("received", "forwarded", "parked", "lost")} == {
        "received": 2,
        "forwarded": 1,
        "parked": 1,
        "lost": 0,
    }
    assert books["out"]["delivered"] == 1
    status, found = ask(capsys, "parked")
    assert (status, [each["key"] for each in found["parked"]]) == (1, ["mid"])
    status, found = ask(capsys, "conversation", "list")
    assert (status, [each["id"] for each in found["conversations"]]) == (0, ["c1"])
    status, story = ask(capsys, "conversation", "show", "c1")
    assert status == 0
    assert [(each["text"], each["status"]) for each in story["messages"]] == [
        ("hello", ""),
        ("hi", "read"),
    ]


@pytest.mark.parametrize("is_dead", [False, True])
def test_what_is_in_either_queue_of_the_intake_is_pending(names, aws, capsys, is_dead):
    status, books = ask(capsys, "verify")
    assert (status, books["lost"]) == (1, 2)
    url = names["SCRIPTA_INTAKE_QUEUE"]
    aws.client("sqs").send_message(
        QueueUrl=dead_letter_url(url) if is_dead else url,
        MessageBody="{}",
        MessageGroupId="g",
        MessageDeduplicationId="d",
    )
    status, books = ask(capsys, "verify")
    assert (status, books["pending"], books["lost"]) == (0, 2, 0)
