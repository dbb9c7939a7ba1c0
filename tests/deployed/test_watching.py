"""What the deployed functions tell of themselves, and the alarms of the stack that watch it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from infra import fragments
from tests.deployed.stack import STACK, Deployed
from tests.e2e.local_run import eventually
from tests.measured import read_off_the_log

pytestmark = pytest.mark.e2e

FORGED = 20


def measured(stack: Deployed, function: str, metric: str) -> list[dict[str, Any]]:
    """Return the lines in which a function told a metric."""
    log = stack.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{STACK}-{function}")
    texts = [event["message"] for event in log["events"]]
    return [json.loads(text) for text in texts if '"_aws"' in text and f'"{metric}"' in text]


def alarms(stack: Deployed) -> dict[str, str]:
    """Return the state of every alarm of the stack, by its name in the template."""
    found = stack.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    return {each["AlarmName"].removeprefix(f"{STACK}-"): each["StateValue"] for each in found}


def test_every_alarm_and_the_dashboard_are_deployed(stack: Deployed):
    resources = fragments.merged()["Resources"].items()
    wanted = {n for n, each in resources if each.get("Type") == "AWS::CloudWatch::Alarm"}
    assert set(alarms(stack)) == wanted
    body = stack.client("cloudwatch").get_dashboard(DashboardName=STACK)["DashboardBody"]
    assert "${" not in body
    queue = stack.resources()["IntakeQueue"].rpartition("/")[2]
    assert queue in body
    assert len(json.loads(body)["widgets"]) > 10


def test_the_queue_that_an_alarm_watches_is_the_one_that_there_is(stack: Deployed):
    (age,) = stack.client("cloudwatch").describe_alarms(AlarmNames=[f"{STACK}-IntakeAge"])[
        "MetricAlarms"
    ]
    queue = stack.resources()["IntakeQueue"].rpartition("/")[2]
    assert age["Dimensions"] == [{"Name": "QueueName", "Value": queue}]


def test_a_message_is_measured_where_it_is_received_and_where_it_is_shown(stack: Deployed):
    said = "who counts me?"
    assert stack.people.write("messenger", "15550007001", said) == 200
    eventually(lambda: stack.people.ticket(said=said))
    received = eventually(lambda: measured(stack, "api", "Received"))
    took = eventually(lambda: measured(stack, "forward", "TimeToTicket"))
    for line in (received[-1], took[-1]):
        (told,) = line["_aws"]["CloudWatchMetrics"]
        assert told["Namespace"] == STACK
        assert said not in json.dumps(line)
    assert took[-1]["channel"] == "messenger"


def test_forged_webhooks_set_off_the_alarm_of_the_stack(stack: Deployed):
    headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    with httpx.Client() as somebody:
        for _ in range(FORGED):
            answer = somebody.post(f"{stack.url}/webhooks/whatsapp", content=b"{}", headers=headers)
            assert answer.status_code == 401

    def told() -> list[dict[str, Any]] | None:
        lines = measured(stack, "api", "Unauthentic")
        return lines if len(lines) >= FORGED else None

    for line in eventually(told):
        read_off_the_log(stack.client("cloudwatch"), line)
    assert alarms(stack)["UnauthenticWebhooks"] == "ALARM"
    assert alarms(stack)["WorkParked"] == "INSUFFICIENT_DATA"
