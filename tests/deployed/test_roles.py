"""What the functions' roles refuse, asked by a function that has them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.credentials import PAGE_ID
from tests.deployed.stack import Deployed

pytestmark = pytest.mark.e2e

_PROBE = """
import botocore.exceptions
import botocore.session


def handler(event, context):
    client = botocore.session.get_session().create_client(event["service"])
    try:
        getattr(client, event["call"])(**event["arguments"])
    except botocore.exceptions.ClientError as exc:
        return exc.response["Error"]["Code"]
    return "allowed"
"""


class Probe:
    """A function of the stack's account that tries one call of AWS with another one's role."""

    def __init__(self, stack: Deployed) -> None:
        self._stack = stack
        self._resources = stack.resources()
        self._made: list[str] = []

    def __call__(self, role: str, service: str, call: str, **arguments: Any) -> str:
        """Return `allowed` or the code of AWS's error; queues go by their outputs' names."""
        event = {"service": service, "call": call, "arguments": arguments}
        functions = self._stack.client("lambda")
        name = f"probe-{role}"
        if name not in self._made:
            functions.create_function(
                FunctionName=name,
                Runtime="python3.11",
                Role=self._stack.client("iam").get_role(RoleName=self._resources[role])["Role"][
                    "Arn"
                ],
                Handler="probe.handler",
                Code={"ZipFile": _zipped(_PROBE)},
                Timeout=30,
            )
            self._made.append(name)
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
        return str(json.loads(answer["Payload"].read()))

    def close(self) -> None:
        for name in self._made:
            self._stack.client("lambda").delete_function(FunctionName=name)


def _zipped(source: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("probe.py", source)
    return content.getvalue()


@pytest.fixture(scope="module")
def probe(stack: Deployed) -> Iterator[Probe]:
    made = Probe(stack)
    yield made
    made.close()


def refused(code: str) -> bool:
    return code.startswith("AccessDenied")


def test_the_open_door_writes_bodies_and_reads_no_object(stack: Deployed, probe: Probe):
    place = {"Bucket": stack.outputs["BucketName"], "Key": "bodies/probe"}
    assert probe("ApiHandlerRole", "s3", "put_object", **place, Body="x") == "allowed"
    assert refused(probe("ApiHandlerRole", "s3", "get_object", **place))
    elsewhere = {**place, "Key": "media/probe"}
    assert refused(probe("ApiHandlerRole", "s3", "put_object", **elsewhere, Body="x"))


def test_the_open_door_changes_nothing_in_the_table(stack: Deployed, probe: Probe):
    table = stack.outputs["TableName"]
    key = {"pk": {"S": "CONFIGURATION"}, "sk": {"S": "DESK#local"}}
    assert probe("ApiHandlerRole", "dynamodb", "get_item", TableName=table, Key=key) == "allowed"
    assert refused(probe("ApiHandlerRole", "dynamodb", "put_item", TableName=table, Item=key))
    assert refused(probe("ApiHandlerRole", "dynamodb", "scan", TableName=table))


def test_the_open_door_knows_no_token_of_an_account(probe: Probe):
    def reads(secret: str) -> str:
        return probe("ApiHandlerRole", "secretsmanager", "get_secret_value", SecretId=secret)

    assert reads("scripta/meta") == "allowed"
    assert refused(reads(f"scripta/accounts/messenger/{PAGE_ID}"))


@pytest.mark.parametrize(
    "role", ["IngestRole", "ForwardRole", "DeliverRole", "SweepRole", "ReconcileRole"]
)
def test_only_the_open_door_knows_what_a_platform_signs_with(probe: Probe, role: str):
    assert refused(probe(role, "secretsmanager", "get_secret_value", SecretId="scripta/meta"))


@pytest.mark.parametrize("role", ["ForwardRole", "DeliverRole", "ReconcileRole"])
def test_who_calls_outside_reads_the_tokens_of_desks_and_accounts(probe: Probe, role: str):
    for secret in ("scripta/desks/local", f"scripta/accounts/messenger/{PAGE_ID}"):
        answer = probe(role, "secretsmanager", "get_secret_value", SecretId=secret)
        assert answer == "allowed"


def test_the_sweep_knows_no_token_of_an_account(probe: Probe):
    secret = f"scripta/accounts/messenger/{PAGE_ID}"
    answer = probe("SweepRole", "secretsmanager", "get_secret_value", SecretId=secret)
    assert refused(answer)


@pytest.mark.parametrize("role", ["ForwardRole", "DeliverRole", "SweepRole", "DeadForwardRole"])
def test_nobody_else_writes_to_the_intake_queue(stack: Deployed, probe: Probe, role: str):
    answer = probe(
        role,
        "sqs",
        "send_message",
        QueueUrl=stack.outputs["IntakeQueueUrl"],
        MessageBody="x",
        MessageGroupId="probe",
        MessageDeduplicationId="probe",
    )
    assert refused(answer)
