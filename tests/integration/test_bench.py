"""What is deterministic of the bench is held to its goals; times are for `make bench` to show."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from bench import bare, figures, growth, package, stories, stub
from bench.bridge import Bridge, said
from bench.recording import recorded
from bench.stories import Step, Stories
from tests.fixtures.packaged import packaged

__all__ = ["packaged"]

ROOT: Final = Path(__file__).parents[2]
MOST_OF_OURS: Final = 46  #: modules of ours that a cold receive loads
MOST_OF_ALL: Final = 430  #: modules of all that it loads
MOST_UNITS: Final = {"in": (10, 13), "out": (6, 17), "status": (4, 4)}  #: read and write units


@pytest.fixture(scope="module")
def server() -> Iterator[stub.Stub]:
    with stub.running() as running:
        yield running


@pytest.fixture(scope="module")
def told(server: stub.Stub) -> Stories:
    return stories.record(server)


def met(key: str, value: float) -> bool:
    return figures.GOALS[key].met(value)


@pytest.mark.parametrize("customers", [1, 100, 1000])
def test_receive_asks_aws_no_more_often_than_it_may(told: Stories, server: stub.Stub, customers):
    with told.on(server):
        told.load(server, "in")
        Step("receive", stories.said(1)).run()
        server.counts()
        Step("receive", stories.said(customers)).run()
        calls = server.counts()
    assert met(f"receive_aws_calls_n{customers}", sum(calls.values())), calls


def test_the_workers_ask_no_more_often_than_they_may_for_a_text(told: Stories, server: stub.Stub):
    with told.on(server):
        story = told.load(server, "in")
        for step in [*story.steps, *story.steps]:
            server.counts() if step is story.workers[0] else None
            step.run()
        calls = server.counts()
    outside = sum(number for kind, number in calls.items() if kind.startswith("POST "))
    assert met("worker_text_aws_calls", sum(calls.values()) - outside), calls
    assert met("worker_text_http_calls", outside), calls


@pytest.mark.parametrize("name", MOST_UNITS)
def test_a_story_takes_no_more_of_the_table_than_it_did(told: Stories, name: str):
    story = told.of[name]
    reads, writes = MOST_UNITS[name]
    assert story.reads <= reads
    assert story.writes <= writes


def test_the_floors_make_the_very_calls_that_were_recorded(told: Stories, server: stub.Stub):
    with told.on(server):
        story = told.load(server, "in")
        with recorded() as recording:
            for step in story.steps:
                step.run()
        asked = server.counts()
        bare.calls_of(recording.calls)()
        assert server.counts() == {k: n for k, n in asked.items() if not k.startswith("POST ")}


@pytest.mark.parametrize("size", [1_000])
def test_a_message_costs_the_same_among_many_conversations(monkeypatch, size: int):
    monkeypatch.setattr(growth, "_CONVERSATIONS", (10, size))
    monkeypatch.setattr(growth, "_MESSAGES", (10, size))
    (figure,) = growth.figures()
    assert met("growth", figure.value)


def test_every_message_of_a_load_run_stands_in_a_ticket_once():
    bridge = Bridge()
    bridge.hear([said(number % 7, number) for number in range(30)])
    bridge.work()
    assert bridge.entries() == 30
    assert len(bridge.desk_api.tickets) == 7


def test_the_zip_is_small_and_needs_no_compiling(packaged: Path):
    for figure in package.figures(packaged):
        assert met(figure.key, figure.value), figure


def test_a_cold_receive_loads_no_more_than_it_did():
    program = """
import json, sys
import app
from chalicelib import bootstrap
bootstrap.channel("whatsapp"), bootstrap.receiver(), bootstrap.log()
print(json.dumps(sorted(sys.modules)))
"""
    environment = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        **{f"SCRIPTA_{n}_QUEUE": "http://127.0.0.1:9/q" for n in ("INTAKE", "FORWARD", "DELIVER")},
        "SCRIPTA_TABLE": "t",
        "SCRIPTA_BUCKET": "b",
    }
    loaded: list[Any] = json.loads(
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
        ).stdout
    )
    ours = [name for name in loaded if name.partition(".")[0] == "chalicelib"]
    assert len(ours) <= MOST_OF_OURS, ours
    assert len(loaded) <= MOST_OF_ALL
    assert not {"boto3", "pydantic", "requests", "asyncio", "multiprocessing"} & set(loaded)
