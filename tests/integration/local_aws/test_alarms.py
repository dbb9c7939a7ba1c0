"""Every alarm of our own metrics fires once: from the line that the code writes to the notification."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.domain.measure import Measure
from chalicelib.observability import EmfMeter
from infra import fragments
from tests.architecture.test_runbook import alarms as alarm_lines
from tests.fixtures.ministack import AwsAccount
from tests.measured import everything, read_off_the_log

STACK = "scripta"
OURS = {
    name: each
    for name, each in fragments.merged()["Resources"].items()
    if each.get("Type") == "AWS::CloudWatch::Alarm"
    and each["Properties"]["Namespace"] == {"Ref": "AWS::StackName"}
}
WATCHED = {name: each["Properties"]["MetricName"] for name, each in OURS.items()}


def breaching(name: str) -> Measure:
    """Return something that the code measures, at a value which that alarm is for."""
    alarm = OURS[name]["Properties"]
    where = {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])}
    watched = [
        each
        for each in everything(alarm_lines())
        if each.metric == alarm["MetricName"] and where.items() <= each.dimensions.items()
    ]
    return replace(watched[0], value=float(alarm["Threshold"]))


def deployed(aws: AwsAccount) -> str:
    """Deploy our alarms with a topic, and return the queue of who is told."""
    sqs, sns = aws.client("sqs"), aws.client("sns")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    topic = sns.create_topic(Name="operators")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    whole = fragments.merged()
    template = {
        "Parameters": {"AlarmTopic": whole["Parameters"]["AlarmTopic"]},
        "Conditions": whole["Conditions"],
        "Resources": OURS,
    }
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "AlarmTopic", "ParameterValue": topic}],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    return str(queue)


def states(aws: AwsAccount) -> dict[str, str]:
    """Return the state of every alarm, by its name in the template."""
    found = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return {each["AlarmName"].removeprefix(f"{STACK}-"): each["StateValue"] for each in found}


@pytest.mark.parametrize("name", OURS)
def test_an_alarm_fires_on_the_line_that_the_code_writes_and_tells_the_topic(
    aws, name, capsys, monkeypatch
):
    queue = deployed(aws)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", STACK)
    assert set(states(aws).values()) == {"INSUFFICIENT_DATA"}
    EmfMeter().add(breaching(name))
    read_off_the_log(aws.client("cloudwatch"), json.loads(capsys.readouterr().out))
    # The emulated alarms do not look at dimensions: two that watch one metric fire together.
    fired = {each for each, metric in WATCHED.items() if metric == WATCHED[name]}
    assert {each for each, state in states(aws).items() if state == "ALARM"} == fired
    sqs = aws.client("sqs")
    told = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
    bodies = [json.loads(json.loads(each["Body"])["Message"]) for each in told["Messages"]]
    assert {each["AlarmName"] for each in bodies} == {f"{STACK}-{each}" for each in fired}


def test_what_is_below_the_threshold_fires_nothing(aws, capsys, monkeypatch):
    deployed(aws)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", STACK)
    for name in OURS:
        EmfMeter().add(replace(breaching(name), value=0))
    for line in capsys.readouterr().out.splitlines():
        read_off_the_log(aws.client("cloudwatch"), json.loads(line))
    assert set(states(aws).values()) == {"OK"}
