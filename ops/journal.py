"""The log of commands that act: one JSON line per fact, in the form of the application's own."""

from __future__ import annotations

import json
import secrets
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_MS = 1000


class _Lines(ABC):
    """Keeps the contract of ports.Log, a line at a time."""

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
        now = datetime.now(UTC)
        at = now.isoformat(timespec="milliseconds")
        line = {"level": level, "message": message, "timestamp": at, **keys}
        self._add(json.dumps(line), at=now)

    @abstractmethod
    def _add(self, line: str, *, at: datetime) -> None:
        """Keep a line."""


class Journal(_Lines):
    """Keeps the contract of ports.Log in a file, to which each line is added."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _add(self, line: str, *, at: datetime) -> None:
        del at
        with self._path.open("a") as log:
            log.write(line + "\n")


class CloudJournal(_Lines):
    """Keeps the contract of ports.Log in a log group of CloudWatch, in a stream of its own."""

    def __init__(self, client: Any, *, group: str) -> None:
        self._client = client
        self._group = group
        self._stream = ""

    def _add(self, line: str, *, at: datetime) -> None:
        if not self._stream:
            self._stream = f"{at:%Y/%m/%d}/{secrets.token_hex(8)}"
            self._client.create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        self._client.put_log_events(
            logGroupName=self._group,
            logStreamName=self._stream,
            logEvents=[{"timestamp": round(at.timestamp() * _MS), "message": line}],
        )
