"""A storm over real parts: the deployed stack, people around it, what fails, and what it comes to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from tests.deployed.emulator import emulated_aws
from tests.deployed.stack import Deployed, deployed
from tests.real_storm.agents import Agents
from tests.real_storm.customers import Crowd
from tests.real_storm.desk_proxy import DeskProxy
from tests.real_storm.killer import Blows, Killer, blows
from tests.real_storm.rest import Clockwork, Rest
from tests.real_storm.said import Kind, Said
from tests.real_storm.verdict import Verdict, judge
from tests.storm.violations import Kind as Wrong
from tests.storm.violations import Violation

#: Seconds after which a queue shows the messages of a killed process again; six minutes in the
#: template, which are for functions that run for one.
_SHOWN_AGAIN: Final = 12
_LOOK: Final = 2.0  #: seconds between two looks whether all is quiet
_SELDOM: Final = 10.0  #: the same where a look is at everything, which takes the desk a second
_REST: Final = 600.0  #: seconds within which all must be quiet when nothing fails any more
_CONFIRMATION: Final = 660.0  #: seconds for the replies that nothing ever confirms
_SHARE_SHOWN: Final = 0.75  #: of the messages that stand in tickets when the weather clears


class NeverQuiet(AssertionError):
    """Something still moves, long after everything has stopped failing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    How large a storm is: customers' messages, and what of it is drawn by `seed`.

    `lifetime` is the mean of the CPU seconds that a process gets before it is killed; `longest` are the seconds after which
    nothing fails any more, though much may still be on its way. `is_patient` waits the ten minutes within
    which a send may be confirmed; otherwise they are wound forward in the table at the end.
    """

    seed: int
    messages: int
    customers: int
    replies: int
    lifetime: float
    longest: float
    is_patient: bool


@dataclass(slots=True, kw_only=True)
class Result:
    """What a storm has come to."""

    plan: Plan
    verdict: Verdict
    replies: int
    notes: int
    told: Counter[str]
    kills: Counter[str]
    blows: Blows
    faults: Counter[str]
    books: Any
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def violations(self) -> list[Violation]:
        return self.verdict.violations


def run(packaged: Path, folder: Path, plan: Plan, *, tell: Callable[[str], None]) -> Result:
    """Run a storm in an empty folder; `tell` hears how it goes."""
    random = Random(plan.seed)
    proxy = DeskProxy(Random(random.random()))
    with ExitStack() as parts:
        environment = parts.enter_context(emulated_aws(folder / "aws"))
        parts.callback(proxy.stop)
        state = folder / "state"
        stack = parts.enter_context(
            deployed(packaged, environment, state, seen_at=proxy.stand_before)
        )
        return _Storm(
            plan=plan, stack=stack, proxy=proxy, folder=folder, random=random, tell=tell
        ).run()


@dataclass(slots=True, kw_only=True)
class _Storm:
    plan: Plan
    stack: Deployed
    proxy: DeskProxy
    folder: Path
    random: Random
    tell: Callable[[str], None]
    said: Said = field(default_factory=Said)
    began: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self) -> Result:
        rest, people = Rest(self.stack), self.stack.people
        rest.show_again_after(_SHOWN_AGAIN)
        crowd = Crowd(
            people,
            self.said,
            Random(self.random.random()),
            customers=self.plan.customers,
            messages=self.plan.messages,
        )
        agents = Agents(run=people, said=self.said, random=Random(self.random.random()))
        killer = Killer(
            self.folder / "aws" / "scratch",
            self.stack.resources(),
            Random(self.random.random()),
            lifetime=self.plan.lifetime,
        )
        with self._sweeping():
            self._weather(crowd, agents, killer)
            self._mark("failing")
            self._quiet(rest)
            self._mark("quiet")
            self._confirmed(rest)
            verdict = self._satisfied()
            self._mark("all")
        books = rest.books()
        if books.lost or books.pending or books.parked or books.out.pending or books.out.parked:
            verdict.wrong(Wrong.LOST, f"the books say {books}")
        return Result(
            plan=self.plan,
            verdict=verdict,
            replies=self.said.number(Kind.REPLY),
            notes=self.said.number(Kind.PRIVATE),
            told=crowd.told,
            kills=killer.kills,
            blows=blows((self.folder / "aws" / "ministack.log").read_text(errors="replace")),
            faults=Counter(map(str, self.proxy.met.elements())) + agents.faults,
            books=books,
            seconds=self.seconds,
        )

    def _mark(self, what: str) -> None:
        self.seconds[what] = round(time.monotonic() - self.began, 1)
        self.tell(f"{self.seconds[what]:7.1f} s {what}")

    @contextmanager
    def _sweeping(self) -> Iterator[None]:
        clockwork = Clockwork(self.stack)
        clockwork.start()
        try:
            yield
        finally:
            clockwork.stop()

    def _weather(self, crowd: Crowd, agents: Agents, killer: Killer) -> None:
        """Have everybody write while everything fails, until nearly all of it is shown."""
        stop, calm = threading.Event(), threading.Event()
        # Agents write as long as customers do, and a while longer.
        pause = self.plan.messages / self.plan.replies / 25

        def clear() -> None:
            calm.set()
            agents.is_calm.set()
            killer.stop()
            self.proxy.calm()
            httpx.delete(self.stack.people.meta("/sim/faults"))

        at_the_latest = threading.Timer(self.plan.longest, clear)
        at_the_latest.start()
        killer.start()
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="agents") as pool:
                answering = pool.submit(agents.answer, self.plan.replies, pause=pause, stop=stop)
                try:
                    crowd.write()
                    self._mark("written")
                    self._until_shown(calm)
                    answering.result()
                finally:
                    stop.set()
        finally:
            at_the_latest.cancel()
            at_the_latest.join()
            clear()

    def _until_shown(self, calm: threading.Event) -> None:
        """Wait until nearly all is shown; when nothing fails any more, all must come anyway."""
        enough = self.plan.messages * _SHARE_SHOWN
        while not calm.wait(_SELDOM) and self._look().shown < enough:
            pass

    def _quiet(self, rest: Rest) -> None:
        self._until(lambda: not rest.moves(), within=_REST, what=rest.moves)

    def _confirmed(self, rest: Rest) -> None:
        """Wait until every send is confirmed, or its agent told that it is not."""
        doubted = rest.doubted()
        self.tell(f"{len(doubted)} replies wait for their confirmation")
        if self.plan.is_patient:
            self._until(lambda: not rest.doubted(), within=_CONFIRMATION, what=rest.doubted)
        else:
            rest.wind_forward(doubted)
        self._until(lambda: not rest.moves() and not rest.doubted(), within=_REST, what=rest.moves)

    def _satisfied(self) -> Verdict:
        """Return what is wrong; what may only be late gets the time that it may take."""
        deadline = time.monotonic() + 60.0
        while (verdict := self._look()).count(Wrong.LOST) and time.monotonic() < deadline:
            time.sleep(_LOOK)
        return verdict

    def _until(self, ask: Callable[[], bool], *, within: float, what: Callable[[], object]) -> None:
        deadline = time.monotonic() + within
        while not ask():
            if time.monotonic() > deadline:
                raise NeverQuiet(f"not within {within} s: {what()}")
            time.sleep(_LOOK)

    def _look(self) -> Verdict:
        """Look from the outside: what the desk's API and the simulated Meta's outbox show."""
        people = self.stack.people
        outbox = httpx.get(people.meta("/sim/outbox"), timeout=30.0).json()
        return judge(self.said, people.tickets(), outbox)
