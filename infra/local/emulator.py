"""
The process of the emulated AWS: ministack, ending with its parent and owning up to lost state.

ministack saves its state at a clean end only. Started by `infra.local.aws`, never by hand:
`python -m infra.local.emulator`, with ministack's own environment variables and a pipe as standard
input that the parent holds open.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infra.local import parent

_UNSAVED: Final = "unsaved"  #: file that is there from the start to the saving at a clean end
_LOCK: Final = "lock"  #: file that is locked as long as the process runs


def lost(state: Path) -> bool:
    """Return whether the last process with this state folder ended without saving."""
    return (state / _UNSAVED).exists() and not in_use(state)


def in_use(state: Path) -> bool:
    """Return whether a process with this state folder runs."""
    try:
        with (state / _LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def main() -> None:
    """Serve until SIGTERM, SIGINT or the parent's end; then save where STATE_DIR says so."""
    # The state is saved even where the run could not ask for it.
    parent.end_with_it(first=_leave_no_scratch)
    if os.environ.get("PERSIST_STATE") == "1":
        with _owned(Path(os.environ["STATE_DIR"])):
            _serve()
    else:
        _serve()


def _serve() -> None:
    # Late, because ministack reads its environment when it is imported.
    from ministack.app import main as ministack

    ministack()


def _leave_no_scratch() -> None:
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


@contextmanager
def _owned(state: Path) -> Iterator[None]:
    """Hold the state folder; say in it that its content is out of date until all is saved."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"{state} is in use by another run")
        failures = _Failures()
        logging.getLogger("persistence").addHandler(failures)
        (state / _UNSAVED).touch()
        yield
        if not failures.seen:
            (state / _UNSAVED).unlink()


class _Failures(logging.Handler):
    """Notes that ministack could not save or load: it logs that and carries on."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.seen = False

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - any is one too many
        self.seen = True


if __name__ == "__main__":
    main()
