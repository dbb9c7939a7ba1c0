"""A load run: many messages through the whole pipeline in this process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from bench.bridge import Bridge, said
from bench.figures import Figure

_WAVE: Final = 200  #: messages that are under way at once, in webhooks of ten
_IN_ONE: Final = 10
_EACH: Final = 10  #: messages that a customer writes
_PAUSE: Final = 1.0  #: seconds of the virtual clock between waves


def figures(messages: int) -> Iterator[Figure]:
    """Yield how many messages a second of CPU takes from the signature to the ticket."""
    bridge = Bridge()
    customers = max(1, messages // _EACH)
    before = time.process_time()
    for first in range(0, messages, _WAVE):
        wave = range(first, min(first + _WAVE, messages))
        each = [said(number % customers, number // customers) for number in wave]
        for start in range(0, len(each), _IN_ONE):
            bridge.hear(each[start : start + _IN_ONE])
        bridge.work()
        bridge.clock.advance(_PAUSE)
    spent = time.process_time() - before
    shown = bridge.entries()
    if shown != messages:
        raise RuntimeError(f"{messages} were sent, {shown} stand in tickets")
    yield Figure(
        key="pipeline_per_cpu_second", value=messages / spent, unit=f"messages, of {messages}"
    )
