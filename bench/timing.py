"""CPU time of calls in this process, taken alternately with a floor's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians of CPU per call, in ms."""

    subject: float
    floor: float

    @property
    def ratio(self) -> float:
        """Return how many times the floor the subject costs."""
        return self.subject / self.floor


def alternately(subject: Call, floor: Call, *, rounds: int, times: int) -> Timing:
    """
    Return the medians over `rounds` of `times` calls each, of the two in turn.

    What else the machine does disturbs both alike; CPU time, of all threads, is not wall time.
    """
    for call in (subject, floor):
        _cpu(call, max(1, times // 2))
    taken = [(_cpu(subject, times), _cpu(floor, times)) for _ in range(rounds)]
    return Timing(median(each[0] for each in taken), median(each[1] for each in taken))


def _cpu(call: Call, times: int) -> float:
    before = time.process_time_ns()
    for _ in range(times):
        call()
    return (time.process_time_ns() - before) / times / 1e6
