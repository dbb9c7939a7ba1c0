"""The state folder of the local run: desk, tables and simulated Meta, kept or reset together."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local import emulator

_PARTS = ("aws", "desk", "meta", "logs")
_GENERATED = "generated.json"
_RUN = "run.json"
_LOCK = "lock"


class FolderInUse(Exception):
    """Another run has the folder."""


class Folder:
    """The folder at `path`; made when there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    @property
    def aws(self) -> Path:
        """Return where the emulated AWS keeps its state."""
        return self.path / "aws"

    @property
    def logs(self) -> Path:
        """Return where the processes' output is kept; the application's is the books' beginning."""
        return self.path / "logs"

    @property
    def generated(self) -> Path:
        """Return where the generated credentials are."""
        return self.path / _GENERATED

    @contextmanager
    def owned(self) -> Iterator[None]:
        """Hold the folder; raise FolderInUse where another run does."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as exc:
                raise FolderInUse(str(self.path)) from exc
            yield

    def reset_if_torn(self) -> bool:
        """
        Return whether everything starts afresh because the parts no longer belong together.

        They do when all of them are there and the emulated AWS, which keeps its data in memory,
        saved it at the end of the last run. A folder that was never used is not torn.
        """
        there = [part for part in _PARTS if (self.path / part).exists()]
        if len(there) == len(_PARTS) and not emulator.lost(self.aws):
            return False
        for part in there:
            shutil.rmtree(self.path / part)
        self.generated.unlink(missing_ok=True)
        self.logs.mkdir()
        return bool(there)

    def write_run(self, run: Mapping[str, Any]) -> None:
        """Say for other commands what runs, and where."""
        (self.path / _RUN).write_text(json.dumps(run, indent=2) + "\n")

    def forget_run(self) -> None:
        """Say that nothing runs."""
        (self.path / _RUN).unlink(missing_ok=True)

    def read_run(self) -> dict[str, Any] | None:
        """Return what runs, or None."""
        try:
            run: dict[str, Any] = json.loads((self.path / _RUN).read_text())
        except FileNotFoundError:
            return None
        return run
