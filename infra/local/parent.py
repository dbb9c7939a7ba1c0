"""A process of the local run ends with the run, however the run ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

VARIABLE = "SCRIPTA_PARENT_PIPE"  #: "1" where standard input is a pipe that the run holds open

_STDIN = 0


def end_with_it(*, first: Callable[[], None] | None = None) -> None:
    """
    Send this process SIGTERM when its standard input ends, if that is the run's pipe.

    Nothing is ever written to the pipe: it ends when the run does, by whatever signal. `first` is
    called before the signal is sent.
    """
    if os.environ.get(VARIABLE) == "1":
        threading.Thread(target=_watch, args=(first,), name="parent", daemon=True).start()


def _watch(first: Callable[[], None] | None) -> None:
    # Not through sys.stdin: a thread that waits in there holds a lock at the interpreter's end.
    while os.read(_STDIN, 1):
        pass
    if first is not None:
        first()
    os.kill(os.getpid(), signal.SIGTERM)
