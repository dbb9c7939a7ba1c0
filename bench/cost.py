"""What a million messages cost by list price, of counted calls, units, bytes and CPU."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One invocation: how long it lasts, what it sends to queues, and how many bytes it logs."""

    function: str
    seconds: float
    sends: int
    logged: int


def figures(stories: Stories, stub: Stub) -> Iterator[Figure]:
    """Yield the price of each story; what it is made of is printed by `parts`."""
    for name, made_of in parts(stories, stub).items():
        value = sum(made_of.values())
        yield Figure(key=f"usd_per_million_{name}", value=value, unit="USD")


def parts(stories: Stories, stub: Stub) -> dict[str, dict[str, float]]:
    """Return what a million of each story costs, by what it is paid for."""
    told: dict[str, dict[str, float]] = {}
    for name in STORIES:
        used = uses(stories, stub, name)
        paid = dollars(stories.of[name], used)
        told[name] = {what: spent * _MILLION for what, spent in paid.items()}
    return told


def uses(stories: Stories, stub: Stub, name: str) -> list[Use]:
    """Return what each invocation of a story takes, one message to an invocation."""
    with stories.on(stub):
        story = stories.load(stub, name)
        for step in story.steps:
            step.run()
        return [_use(story, step, stub) for step in story.steps]


def dollars(story: Story, used: Sequence[Use]) -> dict[str, float]:
    """Return the dollars of one story, by what they are for."""
    price = {name: each.dollars for name, each in prices.PRICES.items()}
    seconds = sum(each.seconds for each in used)
    requests = sum(each.sends for each in used) + len(story.workers) * prices.TAKING
    return {
        "API Gateway": price["api"],
        "Lambda, invocations": len(used) * price["invocation"],
        "Lambda, time": seconds * prices.MEMORY_GB * price["gb_second"],
        "SQS": requests * price["queue"],
        "DynamoDB, writes": story.writes * price["write"],
        "DynamoDB, reads": story.reads * price["read"],
        "logs": sum(each.logged for each in used) * price["log"],
    }


def _use(story: Story, step: Step, stub: Stub) -> Use:
    counts, logged, before = stub.counts(), 0, 0
    # All of the story runs, or the stub would lose its place in it.
    for each in story.steps:
        if each is step:
            stub.counts()
            before = PRINTED.written
        each.run()
        if each is step:
            counts, logged = stub.counts(), PRINTED.written - before
    outside = sum(number for kind, number in counts.items() if kind.startswith("POST "))
    inside = sum(counts.values()) - outside
    waited = inside * prices.AWS_CALL_MS + outside * prices.OUTSIDE_MS
    return Use(
        function=step.function,
        seconds=(_cpu(story, step) / prices.PROCESSOR + waited) / _MS,
        sends=sum(number for kind, number in counts.items() if kind.startswith(_SENDS)),
        logged=logged + prices.PLATFORM_LOG,
    )


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
