"""What is seldom needed has the rights that it needs: the sweep, and what takes up dead letters."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import httpx
import pytest

from chalicelib.aws.queues import SqsQueue
from chalicelib.domain.envelope import Envelope
from chalicelib.domain.ports import Outgoing
from infra.local.credentials import APP_SECRET, PAGE_ID
from tests.channels import channel
from tests.deployed.stack import Deployed
from tests.e2e.local_run import comments, eventually
from tests.unit.graph_api.test_signed_request import TOLD, signed
from tests.webhooks import TIME, Said, entry, webhook

pytestmark = pytest.mark.e2e


def put(stack: Deployed, queue: str, body: str) -> SqsQueue:
    """Put a message onto one of the stack's queues and return the queue."""
    target = SqsQueue(stack.outputs[f"{queue}QueueUrl"], stack.client("sqs"))
    message = Outgoing(body=body, group="rare", deduplication=f"{queue}-{time.time_ns()}")
    assert target.send([message]) != [None]
    return target


def tick(stack: Deployed, function: str) -> None:
    """Start a function as its schedule does, and see it end well."""
    answer = stack.client("lambda").invoke(
        FunctionName=stack.resources()[function],
        Payload=json.dumps(
            {
                "version": "0",
                "id": "tick",
                "detail-type": "Scheduled Event",
                "source": "aws.events",
                "account": "111122223333",
                "time": datetime.now(UTC).isoformat(),
                "region": "eu-west-1",
                "resources": [],
                "detail": {},
            }
        ),
    )
    # Read whatever it is: what is not read keeps its connection open.
    told = answer["Payload"].read()
    assert "FunctionError" not in answer, told


def test_the_sweep_may_do_what_it_does(stack: Deployed):
    tick(stack, "Sweep")


def test_a_request_for_deletion_is_taken_worked_off_and_told_of(stack: Deployed):
    number = "15550007373"
    stack.people.write("messenger", number, "a question to be forgotten")
    ticket = eventually(lambda: stack.people.ticket(said="a question to be forgotten"))
    assert ticket

    request = signed({**TOLD, "user_id": number}, secret=APP_SECRET)
    path = f"{stack.url}/compliance/data-deletion"
    answer = httpx.post(path, data={"signed_request": request}, timeout=30.0)
    assert answer.status_code == 200, answer.text
    code = answer.json()["confirmation_code"]

    def state() -> str:
        return httpx.get(f"{path}/{code}", timeout=30.0).text

    eventually(lambda: "is being deleted" in state())

    def done() -> bool:
        tick(stack, "Erase")
        return "Everything that was held was deleted." in state()

    eventually(done)
    pages = stack.client("dynamodb").get_paginator("scan")
    rows = json.dumps(list(pages.paginate(TableName=stack.outputs["TableName"])), default=str)
    assert number not in rows
    assert "to be forgotten" not in rows


def test_a_dead_letter_of_the_intake_is_still_shown_in_a_ticket(stack: Deployed):
    said = Said(PAGE_ID, "15550005001", "m_dead", "given up, and still here")
    now = time.time_ns() // 1_000_000
    body = json.dumps(webhook("messenger", entry("messenger", [said]))).replace(str(TIME), str(now))
    (item,) = channel("messenger").split(json.loads(body))
    envelope = Envelope(source="channel:messenger", received_at=now, items=[item.raw])
    queue = put(stack, "IntakeDead", envelope.encode())
    ticket = eventually(lambda: stack.people.ticket(said=said.text))
    assert comments(ticket) == [said.text]
    eventually(lambda: queue.depth() == 0)


@pytest.mark.parametrize("verb", ["Forward", "Deliver"])
def test_a_wake_up_that_was_given_up_is_taken_off(stack: Deployed, verb: str):
    queue = put(stack, f"{verb}Dead", "a-conversation")
    eventually(lambda: queue.depth() == 0)
    log = f"/aws/lambda/scripta-prod-dead-{verb.lower()}"

    def alarmed() -> bool:
        events = stack.client("logs").filter_log_events(logGroupName=log)["events"]
        return any("wake-up given up" in event["message"] for event in events)

    eventually(alarmed)
