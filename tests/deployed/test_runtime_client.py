"""The zip under Lambda's own runtime client, with nothing beside it that Lambda has not."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws.queues import SqsQueue
from infra.local import credentials, pumps
from infra.package import ZIP
from tests.channels import signature
from tests.deployed.runtime_api import Failed, Function, function
from tests.events import http_request
from tests.fixtures.deployment import environment
from tests.fixtures.ministack import AwsAccount
from tests.fixtures.venvs import venv
from tests.webhooks import TIME, Said, entry, webhook

pytestmark = pytest.mark.e2e

REQUIREMENTS = Path(__file__).parent / "lambda-runtime.txt"

Start = Callable[..., AbstractContextManager[Function]]


@pytest.fixture(scope="module")
def task_root(packaged: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip, unpacked."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(packaged / ZIP) as zipped:
        zipped.extractall(folder)
    return folder


@pytest.fixture
def start(task_root: Path, tmp_path: Path) -> Start:
    """Starts a function, told where its handler is and what is in its environment."""
    python = venv("lambda", REQUIREMENTS)
    return lambda handler, variables: function(
        python, task_root, handler, environment=variables, output=tmp_path / "function.log"
    )


@pytest.fixture
def variables(aws: AwsAccount) -> dict[str, str]:
    """The environment of the functions of a stack that has accounts and secrets."""
    return environment(aws)


def post(text: str) -> dict[str, Any]:
    """Return the event of a signed webhook in which a customer says something just now."""
    said = entry("whatsapp", [Said(credentials.PHONE_NUMBER_ID, "15550004001", "wamid.1", text)])
    now = str(int(time.time()))
    body = json.dumps(webhook("whatsapp", said)).replace(str(TIME // 1000), now).encode()
    headers = {"X-Hub-Signature-256": signature(body, credentials.APP_SECRET)}
    where = {"channel": "whatsapp"}
    return http_request("POST", "/webhooks/{channel}", parameters=where, headers=headers, body=body)


def queue(aws: AwsAccount, variables: dict[str, str], name: str) -> SqsQueue:
    return SqsQueue(variables[f"SCRIPTA_{name}_QUEUE"], aws.client("sqs"))


def test_a_webhook_is_answered_queued_and_ingested(
    aws: AwsAccount, variables: dict[str, str], start: Start
):
    with start("app.app", variables) as api:
        answer = api.invoke(post("from the zip"))
    assert (answer["statusCode"], answer["body"]) == (200, "")
    queued = queue(aws, variables, "INTAKE").receive(most=10, wait=0)
    assert len(queued) == 1

    with start("chalicelib.entrypoints.workers.ingest", variables) as ingest:
        answer = ingest.invoke(pumps.event(queued, name="intake"))
    assert answer == {"batchItemFailures": []}
    (wakeup,) = queue(aws, variables, "FORWARD").receive(most=10, wait=0)
    key = {"pk": {"S": f"CONVERSATION#{wakeup.body}"}, "sk": {"S": "MSG#0000000001"}}
    kept = aws.client("dynamodb").get_item(TableName=variables["SCRIPTA_TABLE"], Key=key)
    assert "from the zip" in json.dumps(kept["Item"])


def test_a_function_without_its_environment_accepts_nothing_and_says_what_is_missing(start: Start):
    with start("app.app", {}) as api:
        assert api.invoke(post("too early"))["statusCode"] >= 500
        assert "SCRIPTA_INTAKE_QUEUE" in api.log
    with (
        start("chalicelib.entrypoints.workers.ingest", {}) as ingest,
        pytest.raises(Failed, match=r"SCRIPTA_INTAKE_QUEUE.*ConfigurationError"),
    ):
        ingest.invoke({"Records": []})


def test_the_interpreter_takes_the_byte_code_of_the_zip(task_root: Path, start: Start):
    # Believed without a look at its source: with the source gone wrong it still runs.
    source = task_root / "chalicelib" / "version.py"
    right = source.read_text()
    source.write_text("this is no Python")
    try:
        with start("app.app", {}) as api:
            assert api.invoke(http_request("GET", "/health"))["statusCode"] == 200
    finally:
        source.write_text(right)
