"""Kills the functions' processes with SIGKILL, at random moments, and clears up behind them."""

from __future__ import annotations

import math
import os
import re
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

#: How long a function's processes live in comparison, by its name in the template. Of receive
#: there are many at once, and what is killed is unpacked anew by the emulated AWS: a whole package.
LIVES: Final = {"Ingest": 1, "Forward": 1, "Deliver": 1, "APIHandler": 3, "Sweep": 3}
_MARK: Final = b"AWS_LAMBDA_FUNCTION_NAME="
_ROOT: Final = b"LAMBDA_TASK_ROOT="
_STEP: Final = 0.05  #: seconds between two looks
_LINGER: Final = 0.3  #: seconds at most between the end of a life and the blow
_TICKS: Final = os.sysconf("SC_CLK_TCK")
#: Of /proc/<pid>/stat, behind the name in brackets: time in user mode and in the kernel.
_TIMES: Final = slice(11, 13)
_CUT: Final = re.compile(r"ESM: Lambda (\S+) failed processing SQS batch")
_WORKED: Final = re.compile(r"ESM: Lambda (\S+) processed (\d+) SQS messages")


@dataclass(slots=True)
class _Life:
    """
    A process of a function; it may use `cpu` seconds, and is killed a moment after that.

    `home` is the folder that its code was unpacked into, and nobody else's.
    """

    function: str
    home: Path
    cpu: float
    dies_at: float | None = None


class Killer:
    """
    Kills processes of the functions until it is told to stop; counts in `kills` by function.

    `scratch` is the folder by which the emulated AWS's processes are known from all others,
    `functions` their physical names by the logical ones. A process lives for an exponentially
    distributed time around `lifetime`, in seconds of its own CPU time, and a moment more: it is
    working then, and however busy the machine is, some come to do their work. The folder of one that
    was killed is removed, which the emulated AWS does for those only that it ends itself.
    """

    def __init__(
        self, scratch: Path, functions: Mapping[str, str], random: Random, *, lifetime: float
    ) -> None:
        self.kills: Counter[str] = Counter()
        self._folder = scratch
        self._scratch = f"TMPDIR={scratch}".encode()
        self._left: list[Path] = []
        self._names = {_MARK + functions[name].encode(): name for name in LIVES}
        self._random = random
        self._lifetime = lifetime
        self._lives: dict[int, _Life | None] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; nothing is killed afterwards."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._clear_up()

    def _run(self) -> None:
        while not self._stop.wait(_STEP):
            self._clear_up()
            pids = {int(e.name) for e in Path("/proc").iterdir() if e.name.isdecimal()}
            self._lives = {pid: life for pid, life in self._lives.items() if pid in pids}
            for pid in pids - self._lives.keys():
                self._lives[pid] = self._born(pid)
            for pid, life in self._lives.items():
                if life is not None and self._is_over(pid, life):
                    self._kill(pid, life)

    def _born(self, pid: int) -> _Life | None:
        """Return the life of a process, None where it is none of the functions'."""
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return None  # it has ended, or is somebody else's
        name = next((self._names[each] for each in environment if each in self._names), None)
        if name is None or self._scratch not in environment:
            return None
        roots = (each.removeprefix(_ROOT) for each in environment if each.startswith(_ROOT))
        home = Path(os.fsdecode(next(roots, b""))).parent
        cpu = self._random.expovariate(1 / self._lifetime) * LIVES[name]
        return _Life(name, home, cpu)

    def _is_over(self, pid: int, life: _Life) -> bool:
        if life.dies_at is None and cpu_seconds(pid) >= life.cpu:
            life.dies_at = time.monotonic() + self._random.uniform(0, _LINGER)
        return life.dies_at is not None and time.monotonic() >= life.dies_at

    def _kill(self, pid: int, life: _Life) -> None:
        life.dies_at = math.inf  # once is enough, and it is there until its parent looks
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # it ended by itself in this moment
        self.kills[life.function] += 1
        if life.home.parent == self._folder:
            self._left.append(life.home)

    def _clear_up(self) -> None:
        """Remove the folders of those who were killed before."""
        while self._left:
            # The emulated AWS may be removing it, too.
            shutil.rmtree(self._left.pop(), ignore_errors=True)


def cpu_seconds(pid: int) -> float:
    """Return how much CPU time a process has used; 0 where it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    times = stat.rpartition(")")[2].split()[_TIMES]
    return sum(map(int, times)) / _TICKS


class Blows(NamedTuple):
    """What the kills did: batches cut off in the middle, and how often work went on after one."""

    cut: int
    recovered: int


def blows(log: str) -> Blows:
    """
    Return what the emulated AWS's log tells of batches that ended with their process.

    `recovered` counts those after which the same function handled messages before the next one.
    """
    cut = recovered = 0
    down: set[str] = set()
    for line in log.splitlines():
        if found := _CUT.search(line):
            cut += 1
            down.add(found[1])
        elif (found := _WORKED.search(line)) and found[1] in down and int(found[2]):
            recovered += 1
            down.remove(found[1])
    return Blows(cut, recovered)
