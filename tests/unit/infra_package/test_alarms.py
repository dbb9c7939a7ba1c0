"""Alarms and dashboard watch what is really told, and each says why it is as it is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.domain.measure import Measure, Metric
from infra import fragments
from tests.architecture.test_runbook import alarms as alarm_lines
from tests.measured import everything

Properties = dict[str, Any]

ALARMS: dict[str, Properties] = {
    name: each
    for name, each in fragments.merged()["Resources"].items()
    if each.get("Type") == "AWS::CloudWatch::Alarm"
}
STACK = {"Ref": "AWS::StackName"}
#: AWS's own metrics, and what tells its parts apart there.
#: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
OF_AWS = {
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName"},
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): {"QueueName"},
    ("AWS/ApiGateway", "5XXError"): {"ApiName", "Stage"},
    ("AWS/ApiGateway", "4XXError"): {"ApiName", "Stage"},
    ("AWS/Lambda", "Errors"): {"FunctionName"},
    ("AWS/Lambda", "Throttles"): {"FunctionName"},
    ("AWS/Lambda", "Duration"): {"FunctionName"},
}


def properties(name: str) -> Properties:
    return dict(ALARMS[name]["Properties"])


def dimensions(name: str) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in properties(name).get("Dimensions", [])}


def ours() -> list[str]:
    return [name for name in ALARMS if properties(name)["Namespace"] == STACK]


def told() -> list[Measure]:
    return everything(alarm_lines())


@pytest.mark.parametrize("name", ours())
def test_an_alarm_of_ours_watches_what_the_code_tells(name):
    watched, where = Metric(properties(name)["MetricName"]), dimensions(name)
    found = [each for each in told() if each.metric is watched]
    assert found
    # Each value is told in sum, and by each of its dimensions on its own: never by two at once.
    assert len(where) <= 1
    assert any(where.items() <= each.dimensions.items() for each in found)


@pytest.mark.parametrize("name", sorted(set(ALARMS) - set(ours())))
def test_an_alarm_of_aws_watches_a_metric_that_there_is_of_a_part_that_there_is(name):
    watched = (properties(name)["Namespace"], properties(name)["MetricName"])
    assert set(dimensions(name)) == OF_AWS[watched]


def test_every_queue_and_every_function_is_watched(expanded):
    resources = expanded["Resources"]

    def of(kind: str) -> set[str]:
        return {name for name, each in resources.items() if each["Type"] == kind}

    watched = {
        (properties(name)["MetricName"], json.dumps(value))
        for name in ALARMS
        for value in dimensions(name).values()
    }
    queues = {json.dumps({"Fn::GetAtt": [queue, "QueueName"]}) for queue in of("AWS::SQS::Queue")}
    assert queues == {where for _, where in watched if "QueueName" in where}
    functions = {json.dumps({"Ref": function}) for function in of("AWS::Lambda::Function")}
    assert functions == {where for metric, where in watched if metric == "Errors"}


def test_the_api_bears_the_name_by_which_it_is_watched(expanded):
    assert expanded["Resources"]["RestAPI"]["Properties"]["Name"] == STACK
    assert dimensions("ReceiveErrors") == {"ApiName": STACK, "Stage": "api"}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_it_means_why_it_fires_then_and_whom_it_tells(name):
    alarm = properties(name)
    assert ALARMS[name]["Metadata"]["Why"]
    assert alarm["AlarmDescription"].endswith(f"docs/runbook.md, {name}.")
    assert alarm["AlarmName"] == {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
    assert alarm["TreatMissingData"] in {"notBreaching", "breaching"}
    assert alarm["AlarmActions"] == alarm["OKActions"]
    notifies, told, nobody = alarm["AlarmActions"]["Fn::If"]
    assert (notifies, told) == ("Notifies", [{"Ref": "AlarmTopic"}])
    assert nobody == {"Ref": "AWS::NoValue"}


def test_silence_is_an_alarm_of_what_is_told_each_minute_and_of_nothing_else():
    silent = [n for n in ALARMS if properties(n)["TreatMissingData"] == "breaching"]
    assert silent == ["OldestWaiting"]


def widgets() -> list[Properties]:
    body = fragments.merged()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    return list(json.loads(body)["widgets"])


def test_the_dashboard_shows_every_metric_and_none_that_nobody_tells():
    rows = [row for each in widgets() for row in each["properties"].get("metrics", [])]
    plain = [row for row in rows if isinstance(row[0], str)]
    assert {row[1] for row in plain if row[0] == "${AWS::StackName}"} == set(Metric)
    for namespace, metric, *where in (row for row in plain if row[0].startswith("AWS/")):
        names = [each for each in where if isinstance(each, str)][::2]
        assert set(names) == OF_AWS[namespace, metric]


def test_what_the_dashboard_searches_for_is_told():
    rows = [row for each in widgets() for row in each["properties"].get("metrics", [])]
    searches = [row[0]["expression"] for row in rows if isinstance(row[0], dict)]
    assert searches
    for expression in searches:
        by, metric = re.findall(r',(\w+)} MetricName="(\w+)"', expression)[0]
        assert any(by in each.dimensions for each in told() if each.metric == metric)


def test_the_dashboard_shows_the_state_of_every_alarm_and_nothing_stands_on_anything():
    (states,) = [each for each in widgets() if each["type"] == "alarm"]
    assert states["properties"]["alarms"] == [f"${{{name}.Arn}}" for name in ALARMS]
    taken: set[tuple[int, int]] = set()
    for each in widgets():
        columns = range(each["x"], each["x"] + each["width"])
        lines = range(each["y"], each["y"] + each["height"])
        cells = {(x, y) for x in columns for y in lines}
        assert not cells & taken
        assert max(columns) < 24
        taken |= cells
