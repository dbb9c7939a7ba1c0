"""The figures: their names, what is to be reached, the table and the file."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

COUNT: Final = "calls"
RATIO_MS: Final = "x floor; floor: ms CPU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure is to be at most, or at least."""

    what: str
    most: float | None = None
    least: float | None = None

    def met(self, value: float) -> bool:
        """Tell whether a value reaches it."""
        if self.most is not None:
            return value <= self.most
        return self.least is None or value >= self.least

    def __str__(self) -> str:
        if self.most is not None:
            return f"<= {self.most:g}"
        return "" if self.least is None else f">= {self.least:g}"


GOALS: Final[dict[str, Goal]] = {
    "receive_aws_calls_n1": Goal(what="AWS calls for a webhook of 1 customer", most=1),
    "receive_aws_calls_n100": Goal(what="the same, 100 customers", most=2),
    "receive_aws_calls_n1000": Goal(what="the same, 1000 customers", most=2),
    "receive_warm_n1": Goal(what="event to response, against the bare SQS call", most=1.15),
    "receive_warm_n100": Goal(what="the same, against S3 and SQS bare", most=1.3),
    "receive_warm_n1000": Goal(what="the same", most=2),
    "receive_cold": Goal(what="spawn to first answer, against a plain zip", most=0.85),
    "worker_cold": Goal(what="the same, ingest", most=1.4),
    "worker_text_aws_calls": Goal(what="workers' AWS calls for a text, ticket exists", most=7),
    "worker_text_http_calls": Goal(what="workers' calls of the helpdesk for it", most=1),
    "worker_warm_text": Goal(what="ingest and forward, against the same calls bare", most=1.25),
    "parse_items_ratio": Goal(what="items parsed per s, against json.loads", least=0.2),
    "usd_per_million_in": Goal(what="list price of a million customers' messages", most=13),
    "usd_per_million_out": Goal(what="the same, agents' replies", most=13),
    "usd_per_million_status": Goal(what="the same, delivery statuses", most=8),
    "package_mb": Goal(what="the zip", most=10),
    "package_pyc_share": Goal(what="sources in it with unchecked byte code", least=1),
    "rss_mb_receive": Goal(what="peak memory", most=90),
    "rss_mb_worker": Goal(what="peak memory", most=130),
    "growth": Goal(what="calls and capacity per message, large against small", most=1.05),
    "pipeline_per_cpu_second": Goal(what="messages through the whole pipeline in memory"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured value, with the floor of the same run where there is one."""

    key: str
    value: float
    unit: str
    floor: float | None = None


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table of text that is valid Markdown."""
    lines = ["| key | value | floor | unit | to reach | |", "|---|---|---|---|---|---|"]
    for figure in figures:
        goal = GOALS[figure.key]
        floor = "" if figure.floor is None else f"{figure.floor:.4g}"
        verdict = "met" if goal.met(figure.value) else "MISSED"
        cells = [f"`{figure.key}`", f"{figure.value:.4g}", floor, figure.unit]
        cells += [str(goal), verdict if str(goal) else ""]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write figures into a JSON file, beside those of other keys that it holds already."""
    known = json.loads(path.read_text()) if path.exists() else {}
    for figure in figures:
        known[figure.key] = {
            "value": round(figure.value, 6),
            "floor": None if figure.floor is None else round(figure.floor, 6),
            "unit": figure.unit,
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=2) + "\n")


def machine() -> str:
    """Return on what the figures were taken, and how busy it was."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    version = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{os.cpu_count()} x {cpu}, {platform.system()} {platform.release()}, "
        f"CPython {version}; load average {load}"
    )
