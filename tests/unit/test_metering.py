"""The table of what is counted, and the lines in which CloudWatch finds it."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from chalicelib.domain.measure import Measure, Metric, Unit
from chalicelib.metering import COUNTED, OTHER, PARKED_FOR, measures, reason
from chalicelib.observability import EmfMeter
from tests.architecture.source import modules, tree
from tests.measured import LINES, everything

LEVELS = {"info", "warning", "alarm"}


def told(message: str, **keys: object) -> list[tuple[Metric, dict[str, str]]]:
    return [(each.metric, dict(each.dimensions)) for each in measures(message, keys)]


def test_a_forged_webhook_is_counted_under_its_side_and_not_under_what_was_called():
    forged = told("webhook refused", source="channel:<script>", error="InvalidSignature")
    assert forged == [(Metric.UNAUTHENTIC, {"side": "channel"})]


@pytest.mark.parametrize("error", ["MalformedPayload", "TooLarge", "UnknownIntegration"])
def test_what_is_refused_for_another_reason_is_not_unauthentic(error):
    assert told("webhook refused", source="channel:x", error=error) == []


def test_a_webhook_that_was_not_signed_now_is_stale():
    assert told("webhook not of now", source="desk:local") == [
        (Metric.STALE, {"source": "desk:local"})
    ]


def test_what_a_sender_must_send_again_is_counted():
    assert told("webhook not accepted", source="desk:x", error="E") == [(Metric.NOT_ACCEPTED, {})]


def test_what_reconciliation_found_is_counted():
    (found,) = measures("webhook never came", {"source": "messenger#1", "missed": 3})
    assert (found.metric, found.value, found.dimensions) == (Metric.MISSED, 3, {})


def test_a_line_that_counts_nothing_counts_nothing():
    assert told("token taken", channel="messenger", account="1") == []


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("window_closed", "window_closed"),
        ("command.phone", "command.phone"),
        ("crash:KeyError", "crash"),
        ("no_desk", "no_desk"),
        ("+39 333 1234567", OTHER),
        ("Gone", OTHER),
    ],
)
def test_a_reason_is_of_a_list_or_another_one(word, known):
    assert reason(word) == known


def test_whatever_the_code_parks_for_is_in_the_list():
    calls = [
        node
        for path in modules("chalicelib")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in {"park", "parked"}
    ]
    given = {
        argument.value
        for call in calls
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    assert "no_account" in given
    assert given <= PARKED_FOR


def emitted(capsys: pytest.CaptureFixture[str], measure: Measure) -> dict[str, Any]:
    EmfMeter().add(measure)
    line: dict[str, Any] = json.loads(capsys.readouterr().out)
    return line


def test_a_measure_is_one_line_of_the_embedded_metric_format(capsys, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "stack-1")
    where = {"channel": "messenger", "desk": "local"}
    line = emitted(
        capsys, Measure(metric=Metric.TIME_TO_TICKET, value=7, unit=Unit.MS, dimensions=where)
    )
    (metrics,) = line.pop("_aws")["CloudWatchMetrics"]
    assert line == {**where, "TimeToTicket": [7.0]}
    assert metrics == {
        "Namespace": "stack-1",
        "Dimensions": [[], ["channel"], ["desk"]],
        "Metrics": [{"Name": "TimeToTicket", "Unit": "Milliseconds"}],
    }


def test_a_measure_without_dimensions_is_one_sum(capsys, monkeypatch):
    monkeypatch.delenv("POWERTOOLS_METRICS_NAMESPACE", raising=False)
    line = emitted(capsys, Measure(metric=Metric.MISSED, value=3))
    (metrics,) = line["_aws"]["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"]) == ("scripta", [[]])


def test_every_line_that_counts_is_among_those_that_dashboards_and_alarms_are_checked_by():
    assert set(LINES) == set(COUNTED)
    assert {each.metric for each in everything({"item parked"})} == set(Metric)


def test_every_line_that_counts_is_one_that_the_code_writes():
    calls = [
        node
        for path in modules("chalicelib")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in LEVELS
    ]
    written = {
        node.args[0].value for node in calls if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert set(COUNTED) <= written
