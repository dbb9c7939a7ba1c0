"""A small simulation: latency, concurrency and cost from 10 to 10 000 messages a second."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from bench import cost
from bench.stories import Stories
from bench.stub import Stub

RATES: Final = (10, 30, 100, 300, 1_000, 3_000, 10_000)
INGEST, FORWARD = 20, 10  #: batches at once, as the template has them
DESK_RATE: Final = 700 / 60  #: calls a second: what a helpdesk's plan may allow
_MOST: Final = 60_000  #: messages that are simulated for a rate
_LONGEST: Final = 120.0  #: simulated seconds
_ROOM: Final = 1.5  #: times the concurrency that would just do
_SPREAD: Final = 0.35  #: of the logarithm of how long an answer from outside takes
_EACH: Final = 600.0  #: seconds between two messages of one customer
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a message takes, as it was measured."""

    ingest: float  #: seconds
    forward: float
    writes: float  #: units
    reads: float
    queue: float  #: requests
    dollars: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one rate: seconds from the webhook to the ticket, and what it takes."""

    rate: int
    as_shipped: tuple[float, float]  #: median and 99th percentile
    sized: tuple[float, float]
    behind_desk: tuple[float, float]
    ingest: int  #: concurrency that is needed
    forward: int
    writes: float  #: units a second
    queue: float  #: requests a second
    dollars: float  #: a day


def measured(stories: Stories, stub: Stub) -> Load:
    """Return what a customer's message in a ticket that exists takes."""
    story, used = stories.of["in"], cost.uses(stories, stub, "in")
    seconds = {each.function: each.seconds for each in used}
    return Load(
        ingest=seconds["ingest"],
        forward=seconds["forward"],
        writes=story.writes,
        reads=story.reads,
        queue=sum(each.sends for each in used) + 2.0 * len(story.workers),
        dollars=sum(cost.dollars(story, used).values()),
    )


def outcome(load: Load, rate: int) -> Outcome:
    """Simulate a rate: with the template's concurrency, with enough, and with a desk that limits."""
    ingest = max(INGEST, ceil(rate * load.ingest * _ROOM))
    forward = max(FORWARD, ceil(rate * load.forward * _ROOM))
    return Outcome(
        rate=rate,
        as_shipped=_latencies(load, rate, INGEST, FORWARD),
        sized=_latencies(load, rate, ingest, forward),
        behind_desk=_latencies(load, rate, ingest, forward, desk=DESK_RATE),
        ingest=ingest,
        forward=forward,
        writes=rate * load.writes,
        queue=rate * load.queue,
        dollars=rate * _DAY * load.dollars,
    )


def table(load: Load, outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a table of Markdown."""
    takes = (
        f"A message takes {load.ingest * 1000:.0f} ms of ingest, {load.forward * 1000:.0f} ms of "
        f"forward, {load.writes:g} write units, {load.queue:g} requests of queues, "
        f"${load.dollars * 1e6:.2f} a million."
    )
    head = (
        "| messages/s | as shipped: p50 / p99 s | sized: p50 / p99 s | desk of 700/min: p99 s | "
        "ingest / forward at once | write units/s | SQS requests/s | $/day |"
    )
    lines = [takes, "", head, "|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for each in outcomes:
        shipped, sized = (f"{p50:.2f} / {p99:.2f}" for p50, p99 in (each.as_shipped, each.sized))
        lines.append(
            f"| {each.rate:,} | {shipped} | {sized} | {each.behind_desk[1]:.0f} | "
            f"{each.ingest} / {each.forward} | {each.writes:,.0f} | {each.queue:,.0f} | "
            f"{each.dollars:,.2f} |"
        )
    return "\n".join(lines)


def _latencies(
    load: Load, rate: int, ingest: int, forward: int, *, desk: float = 0.0
) -> tuple[float, float]:
    """Return median and 99th percentile of the seconds that messages took; the same each time."""
    chance = random.Random(rate)  # noqa: S311 - the same each time
    seconds, customers = min(_LONGEST, _MOST / rate), max(1, round(rate * _EACH))
    arrivals: list[_Message] = []
    now = chance.expovariate(rate)
    while now < seconds:
        arrivals.append((now, chance.randrange(customers), len(arrivals)))
        now += chance.expovariate(rate)
    kept = _stage(arrivals, ingest, lambda: load.ingest)
    shown = _stage(
        kept, forward, lambda: load.forward * chance.lognormvariate(0, _SPREAD), most=desk
    )
    took = sorted(end - arrivals[number][0] for end, _, number in shown)
    return took[len(took) // 2], took[len(took) * 99 // 100]


_Message = tuple[float, int, int]
"""When it is ready, whose it is, and its number."""


def _stage(
    ready: Sequence[_Message], at_once: int, lasts: Callable[[], float], *, most: float = 0.0
) -> list[_Message]:
    """Return when each message leaves: a customer's in turn, `most` begun a second if it is given."""
    free = [0.0] * at_once
    turn: dict[int, float] = {}
    next_begin = 0.0
    left = []
    for at, who, number in sorted(ready):
        begin = max(at, heapq.heappop(free), turn.get(who, 0.0), next_begin)
        if most:
            next_begin = begin + 1 / most
        turn[who] = begin + lasts()
        heapq.heappush(free, turn[who])
        left.append((turn[who], who, number))
    return left
