"""What a million messages cost by list price, of counted calls, units, bytes and CPU."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Final

from bench import prices
from bench.figures import Figure
from bench.stories import PRINTED, Step, Stories, Story
from bench.stub import Stub

STORIES: Final = ("in", "out", "status")
_MILLION: Final = 1_000_000
_MS: Final = 1000
_SENDS: Final = "AmazonSQS."
_TIMES: Final = 40


def figures(stories: Stories, stub: Stub) -> Iterator[Figure]:
    """Yield the price of each story; what it is made of is printed by `parts`."""
    for name, made_of in parts(stories, stub).items():
        value = sum(made_of.values())
        yield Figure(key=f"usd_per_million_{name}", value=value, unit="USD")


def parts(stories: Stories, stub: Stub) -> dict[str, dict[str, float]]:
    """Return what a million of each story costs, by what it is paid for."""
    told: dict[str, dict[str, float]] = {}
    with stories.on(stub):
        for name in STORIES:
            story = stories.load(stub, name)
            for step in story.steps:
                step.run()
            told[name] = {what: used * _MILLION for what, used in _of(story, stub).items()}
    return told


def _of(story: Story, stub: Stub) -> Mapping[str, float]:
    """Return the dollars of one story, one message to an invocation."""
    seconds, sends, logged = 0.0, 0, 0
    for step in story.steps:
        stub.counts()
        before = PRINTED.written
        step.run()
        logged += PRINTED.written - before + prices.PLATFORM_LOG
        counts = stub.counts()
        outside = sum(number for kind, number in counts.items() if kind.startswith("POST "))
        sends += sum(number for kind, number in counts.items() if kind.startswith(_SENDS))
        waited = (sum(counts.values()) - outside) * prices.AWS_CALL_MS + outside * prices.OUTSIDE_MS
        seconds += (_cpu(story, step) / prices.PROCESSOR + waited) / _MS
    price = {name: each.dollars for name, each in prices.PRICES.items()}
    return {
        "API Gateway": price["api"],
        "Lambda, invocations": len(story.steps) * price["invocation"],
        "Lambda, time": seconds * prices.MEMORY_GB * price["gb_second"],
        "SQS": (sends + len(story.workers) * prices.TAKING) * price["queue"],
        "DynamoDB, writes": story.writes * price["write"],
        "DynamoDB, reads": story.reads * price["read"],
        "logs": logged * price["log"],
    }


def _cpu(story: Story, step: Step) -> float:
    """Return the CPU of a step in ms; all of the story runs, or the stub would lose its place."""
    taken = []
    for _ in range(_TIMES):
        for each in story.steps:
            before = time.process_time_ns()
            each.run()
            if each is step:
                taken.append((time.process_time_ns() - before) / 1e6)
    return median(taken)
