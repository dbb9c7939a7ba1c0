"""The processes of the local run: started, watched, started again when they end, stopped."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from infra.local import parent

_ROOT = Path(__file__).parents[2]
_STOP_SECONDS = 15.0
_RESTART_SECONDS = 2.0
_MOST_RESTARTS = 5  #: more often than that in a minute is not bad luck
_MINUTE = 60.0

Show = Callable[[str, str], None]
"""Shows a process's name and one line of its output."""


class Process:
    """A module of ours as a process of its own, whose output goes to a file and is shown."""

    def __init__(
        self, name: str, module: str, *, environment: Mapping[str, str], logs: Path, show: Show
    ) -> None:
        self.name = name
        self._module = module
        self._environment = {**environment, parent.VARIABLE: "1", "PYTHONUNBUFFERED": "1"}
        self._log = logs / f"{name}.log"
        self._show = show
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._ends: list[float] = []

    def start(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            cwd=_ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # A Ctrl-C is for the run, which stops its parts in order.
            start_new_session=True,
        )
        output = self._process.stdout
        if output is not None:
            self._reader = threading.Thread(target=self._read, args=(output,), daemon=True)
            self._reader.start()

    def _read(self, output: IO[str]) -> None:
        with self._log.open("a") as log:
            for line in output:
                log.write(line)
                log.flush()
                self._show(self.name, line.rstrip("\n"))

    @property
    def has_ended(self) -> bool:
        """Return whether it runs no more."""
        return self._process is None or self._process.poll() is not None

    def revive(self) -> bool:
        """Start it again if it has ended, after a moment; return False where that is no use."""
        if not self.has_ended:
            return True
        now = time.monotonic()
        self._ends = [end for end in self._ends if now - end < _MINUTE] + [now]
        if len(self._ends) > _MOST_RESTARTS:
            return False
        self._show(self.name, f"ended; starting it again in {_RESTART_SECONDS:.0f} s")
        time.sleep(_RESTART_SECONDS)
        self.start()
        return True

    def stop(self) -> None:
        """Ask it to end, wait, and end it by force if it does not."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._show(self.name, "does not end, killed")
            process.kill()
            process.wait()
        if self._reader is not None:
            self._reader.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
