"""Measures everything, prints the table and writes the file: `make bench`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench import (
    cold,
    cost,
    figures,
    growth,
    load,
    parse,
    plot,
    receive,
    scale,
    stories,
    stub,
    worker,
)
from bench import package as zips
from bench.figures import Figure
from infra import package

_ROOT: Final = Path(__file__).parents[1]
_OUT: Final = _ROOT / ".local" / "bench.json"
_PLOT: Final = _ROOT / "docs" / "images" / "scale.svg"


def main() -> int:
    """Measure what the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measurements that a median is of")
    parser.add_argument("--load", type=int, default=5_000, help="messages of the load run")
    parser.add_argument("--only", nargs="*", default=[], help="parts: warm, cold, package, …")
    parser.add_argument("--scale", action="store_true", help="simulate rates, and draw the plot")
    call = parser.parse_args()
    if call.scale:
        return _scale()
    print(figures.machine())
    taken: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        for part, measure in _parts(call, Path(scratch)).items():
            if call.only and part not in call.only:
                continue
            for figure in measure():
                taken.append(figure)
                print(f"{figure.key}: {figure.value:.4g}", file=sys.stderr, flush=True)
            figures.write(taken, _OUT)
    print(figures.table(taken))
    print(figures.machine())
    return 0


def _scale() -> int:
    with stub.running() as server:
        load = scale.measured(stories.record(server), server)
    outcomes = [scale.outcome(load, rate) for rate in scale.RATES]
    _PLOT.write_text(plot.svg(outcomes))
    print(scale.table(load, outcomes))
    print(f"\n{figures.machine()}")
    return 0


def _parts(call: argparse.Namespace, scratch: Path) -> dict[str, Callable[[], Iterator[Figure]]]:
    packaged = scratch / "package"

    def zipped() -> Iterator[Figure]:
        package.package(packaged, stage="prod")
        yield from zips.figures(packaged)

    def warm() -> Iterator[Figure]:
        with stub.running() as server:
            told = stories.record(server)
            yield from receive.figures(told, server, rounds=call.rounds)
            yield from worker.figures(told, server, rounds=call.rounds)
            yield from cost.figures(told, server)

    def started() -> Iterator[Figure]:
        if not packaged.exists():
            package.package(packaged, stage="prod")
        with stub.running() as server:
            told = stories.record(server)
            variables = {**told.environment, "AWS_ENDPOINT_URL": server.url}
            both = cold.unpacked(packaged, scratch, variables)
            yield from cold.figures(both, told, server, rounds=call.rounds)

    return {
        "package": zipped,
        "warm": warm,
        "cold": started,
        "parse": lambda: parse.figures(rounds=call.rounds),
        "growth": growth.figures,
        "load": lambda: load.figures(call.load),
    }


if __name__ == "__main__":
    sys.exit(main())
