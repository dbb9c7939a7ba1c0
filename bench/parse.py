"""How fast items are parsed, against reading the same JSON and understanding nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench import timing
from bench.figures import Figure
from chalicelib import registry
from tests import recorded
from tests.channels import channel
from tests.webhooks import TIME

_MS = 1000


def figures(*, rounds: int) -> Iterator[Figure]:
    """Yield the ratio over every item of every recorded webhook."""
    items = [
        (speaker, json.dumps(item.raw))
        for name in registry.channel_names()
        for speaker in [channel(name)]
        for path in recorded.cases(name)
        for item in speaker.split(recorded.body(path))
    ]

    def parsed() -> None:
        for speaker, text in items:
            speaker.parse(json.loads(text), received_at=TIME)

    def read() -> None:
        for _, text in items:
            json.loads(text)

    taken = timing.alternately(parsed, read, rounds=rounds, times=3)
    yield Figure(
        key="parse_items_ratio",
        value=1 / taken.ratio,
        floor=len(items) / taken.floor * _MS,
        unit="x floor; floor: items per s of CPU",
    )
