"""The storm's dice: one seeded source of chance that decides what happens at every call of a port."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, TypeVar

from tests.fakes.clock import VirtualClock
from tests.fakes.faults import ProcessDied

T = TypeVar("T")

FUNCTION_TIME: Final = 60.0  #: seconds after which a process can reach nobody outside any more
VISIBILITY: Final = 360.0  #: seconds of the queues
DEEPEST: Final = 3  #: how many processes may be in the middle of something at once
_LAST_STEPS: Final = 40  #: of a failing run that are shown
_RATES: Final = (0.0, 0.0, 0.002, 0.01, 0.04)
_OUTSIDE: Final = 4  #: times as often does something happen to a call of the world outside


class Mishap(StrEnum):
    """What can happen at a call of a port."""

    DIES_BEFORE = "the process dies before the call"
    DIES_AFTER = "the process dies after the call took effect"
    LOST = "the call takes effect, its answer is lost"
    REFUSED = "the call fails, nothing happened"
    SLOW = "the call takes seconds"
    PAUSE = "the process sleeps until its messages are shown again"
    OTHERS = "other processes go first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """
    How a port's call can fail: `refused` makes the error of a call that did nothing, `lost` that of
    one that took effect (None: never, as with reads); `outside` calls need a process that still has time.
    """

    refused: Callable[[Random], Exception]
    lost: Callable[[Random], Exception] | None = None
    outside: bool = False


class Chaos:
    """
    Decides, counts and remembers; the same seed decides the same.

    Each seed has weather of its own: some mishaps often, some never. `others` is called where other
    processes go first, `harmed` after every mishap that may cost an answer.
    """

    def __init__(self, seed: int, clock: VirtualClock) -> None:
        self.random = Random(seed)
        self.clock = clock
        self.faults: Counter[str] = Counter()
        self.calm = False
        self.others: Callable[[], None] = lambda: None
        self.harmed: Callable[[], None] = lambda: None
        self.steps: deque[str] = deque(maxlen=_LAST_STEPS)
        self._hash = hashlib.sha256()
        self._began: list[int] = []
        self._weather = {each: self.random.choice(_RATES) for each in Mishap}
        self._weather[Mishap.PAUSE] /= 3
        self._weather[Mishap.OTHERS] *= 8

    @property
    def depth(self) -> int:
        """Return how many processes are in the middle of something."""
        return len(self._began)

    @property
    def trace(self) -> str:
        """Return what stands for everything that happened so far."""
        return self._hash.hexdigest()

    def note(self, step: str) -> None:
        """Remember a step."""
        line = f"{self.clock()} {'  ' * self.depth}{step}"
        self.steps.append(line)
        self._hash.update(line.encode())

    def happens(self, probability: float) -> bool:
        """Return whether something of that probability happens."""
        return self.random.random() < probability

    def fault(self, name: str) -> None:
        """Count something that went wrong by our doing."""
        self.faults[name] += 1
        self.note(f"! {name}")

    @contextmanager
    def process(self) -> Iterator[None]:
        """A process begins and ends; it has FUNCTION_TIME."""
        self._began.append(self.clock())
        try:
            yield
        finally:
            self._began.pop()

    def time_left(self) -> float:
        """Return how many seconds the innermost process may still run."""
        if not self._began:
            return FUNCTION_TIME
        return FUNCTION_TIME - (self.clock() - self._began[-1]) / 1000

    def is_overdue(self) -> bool:
        """Return whether a process is at work for so long that its messages are shown again."""
        return any(self.clock() - began >= VISIBILITY * 1000 for began in self._began)

    def call(self, where: str, act: Callable[[], T], failing: Failing) -> T:
        """Make a call of a port, unless something happens to it or to the process."""
        self.note(where)
        if not self._began:
            return act()
        mishap = None if self.calm else self._mishap(failing)
        if mishap is Mishap.LOST and failing.lost is None:
            mishap = Mishap.REFUSED
        if mishap is not None:
            self.fault(mishap)
        self._before(mishap, failing)
        if failing.outside and self.time_left() <= 0:
            # The platform ends a process at its time-out, and no request begins after that.
            self.fault(Mishap.DIES_BEFORE)
            self.harmed()
            raise ProcessDied
        result = act()
        self._after(mishap, failing)
        return result

    def _mishap(self, failing: Failing) -> Mishap | None:
        # Calls outside are few among those of the table, and what follows from them is the worst.
        roll = self.random.random() / (_OUTSIDE if failing.outside else 1)
        for mishap, rate in self._weather.items():
            roll -= rate
            if roll < 0:
                return mishap
        return None

    def _before(self, mishap: Mishap | None, failing: Failing) -> None:
        if mishap is Mishap.DIES_BEFORE:
            self.harmed()
            raise ProcessDied
        if mishap is Mishap.REFUSED:
            self.harmed()
            raise failing.refused(self.random)
        if mishap is Mishap.SLOW:
            self.clock.advance(self.random.uniform(1, 15))
        if mishap is Mishap.PAUSE:
            self.harmed()
            self.clock.advance(VISIBILITY + self.random.uniform(1, 60))
        if mishap in (Mishap.PAUSE, Mishap.OTHERS) and self.depth < DEEPEST:
            self.others()

    def _after(self, mishap: Mishap | None, failing: Failing) -> None:
        if mishap is Mishap.DIES_AFTER:
            self.harmed()
            raise ProcessDied
        if mishap is Mishap.LOST and failing.lost is not None:
            self.harmed()
            self.clock.advance(self.random.choice((0, 10)))
            raise failing.lost(self.random)
        if mishap in (Mishap.SLOW, Mishap.OTHERS) and self.depth < DEEPEST and self.happens(0.5):
            self.others()
