"""The log of commands that act: one JSON line per fact, in the form of the application's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path


class Journal:
    """Keeps the contract of ports.Log in a file, to which each line is added."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def info(self, message: str, **keys: object) -> None:
        """See ports.Log."""
        self._write("INFO", message, keys)

    def warning(self, message: str, **keys: object) -> None:
        """See ports.Log."""
        self._write("WARNING", message, keys)

    def alarm(self, message: str, **keys: object) -> None:
        """See ports.Log."""
        self._write("ERROR", message, {"alarm": True, **keys})

    def _write(self, level: str, message: str, keys: dict[str, object]) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"level": level, "message": message, "timestamp": at, **keys}
        with self._path.open("a") as log:
            log.write(json.dumps(line) + "\n")
