"""A process of the local run ends with the run, however the run ends."""

from __future__ import annotations

import os
import signal
import sys
import threading

VARIABLE = "SCRIPTA_PARENT_PIPE"  #: "1" where standard input is a pipe that the run holds open


def end_with_it() -> None:
    """Send this process SIGTERM when its standard input ends, if that is the run's pipe."""
    if os.environ.get(VARIABLE) == "1":
        threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
