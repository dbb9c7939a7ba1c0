"""What receive costs: its calls, and its CPU when it is warm."""

from __future__ import annotations

from collections.abc import Iterator

from bench import bare, timing
from bench.figures import COUNT, RATIO_MS, Figure
from bench.recording import recorded
from bench.stories import Step, Stories, said
from bench.stub import Stub

#: Of how many customers a webhook is, and how often it is received in a round.
SIZES = {1: 60, 100: 30, 1000: 6}


def figures(stories: Stories, stub: Stub, *, rounds: int) -> Iterator[Figure]:
    """Yield the figures of webhooks of each size."""
    with stories.on(stub):
        stories.load(stub, "in")
        Step("receive", said(1)).run()
        steps = {size: Step("receive", said(size)) for size in SIZES}
        stub.counts()
        for size, step in steps.items():
            step.run()
            calls = sum(stub.counts().values())
            yield Figure(key=f"receive_aws_calls_n{size}", value=calls, unit=COUNT)
        for size, step in steps.items():
            with recorded() as recording:
                step.run()
            floor = bare.calls_of(recording.calls)
            taken = timing.alternately(step.run, floor, rounds=rounds, times=SIZES[size])
            yield Figure(
                key=f"receive_warm_n{size}", value=taken.ratio, floor=taken.floor, unit=RATIO_MS
            )
