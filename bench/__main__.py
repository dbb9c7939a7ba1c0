"""Measures everything, prints the table and writes the file: `make bench`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench import figures, receive, stories, stub, worker
from bench.figures import Figure

_ROOT: Final = Path(__file__).parents[1]
_OUT: Final = _ROOT / ".local" / "bench.json"


def main() -> int:
    """Measure what the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measurements that a median is of")
    parser.add_argument("--only", nargs="*", default=[], help="parts: warm, cold, package, …")
    call = parser.parse_args()
    print(figures.machine())
    taken: list[Figure] = []
    for part, measure in _parts(rounds=call.rounds).items():
        if call.only and part not in call.only:
            continue
        for figure in measure():
            taken.append(figure)
            print(f"{figure.key}: {figure.value:.4g}", file=sys.stderr, flush=True)
        figures.write(taken, _OUT)
    print(figures.table(taken))
    print(figures.machine())
    return 0


def _parts(*, rounds: int) -> dict[str, Callable[[], Iterator[Figure]]]:
    def warm() -> Iterator[Figure]:
        with stub.running() as server:
            told = stories.record(server)
            yield from receive.figures(told, server, rounds=rounds)
            yield from worker.figures(told, server, rounds=rounds)

    return {"warm": warm}


if __name__ == "__main__":
    sys.exit(main())
