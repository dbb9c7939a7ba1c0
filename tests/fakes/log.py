"""The Log and the Meter port, remembering what was logged and measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib.domain.measure import Measure, Metric
from tests import private


class LogLine(NamedTuple):
    """One call of the log."""

    level: str
    message: str
    keys: dict[str, object]


@dataclass(slots=True)
class RecordingLog:
    """Keeps every line in `lines`, in order."""

    lines: list[LogLine] = field(default_factory=list)

    def info(self, message: str, **keys: object) -> None:
        """Remember a line."""
        self._keep(LogLine("info", message, keys))

    def warning(self, message: str, **keys: object) -> None:
        """Remember a line."""
        self._keep(LogLine("warning", message, keys))

    def alarm(self, message: str, **keys: object) -> None:
        """Remember a line."""
        self._keep(LogLine("alarm", message, keys))

    def _keep(self, line: LogLine) -> None:
        private.logged(line.message, line.keys)
        self.lines.append(line)

    def alarms(self) -> list[str]:
        """Return the messages of the alarms, in order."""
        return [line.message for line in self.lines if line.level == "alarm"]

    def keys_of(self, message: str) -> list[dict[str, object]]:
        """Return the keys of every line with that message, in order."""
        return [line.keys for line in self.lines if line.message == message]


@dataclass(slots=True)
class MemoryMeter:
    """The Meter port, keeping every measure in `added`, in order."""

    added: list[Measure] = field(default_factory=list)

    def add(self, measure: Measure) -> None:
        """Remember a measure."""
        self.added.append(measure)

    def values(self, metric: Metric, **dimensions: str) -> list[float]:
        """Return what was measured of a metric, of those with all of the dimensions named."""
        return [
            each.value
            for each in self.added
            if each.metric is metric and dimensions.items() <= each.dimensions.items()
        ]
