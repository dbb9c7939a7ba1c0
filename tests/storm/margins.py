"""`python -m tests.storm.margins [part of a name]`: how many seeds find each deliberate mistake."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from typing import Final

from tests.storm.__main__ import PROCESSES, prepare
from tests.storm.bugs import BUGS
from tests.storm.storm import run

SEEDS: Final = 200
EVENTS: Final = 100
FEWEST: Final = 3  #: seeds that must find one, so that a change of the dice does not hide it


def found(name: str) -> tuple[str, int]:
    """Return a mistake's name, and how many of the seeds find it."""
    bug = BUGS[name]
    runs = (run(seed, events=EVENTS, bug=bug, cast=bug.cast) for seed in range(1, SEEDS + 1))
    return name, sum(bool(result.violations) for result in runs)


def main(arguments: Sequence[str]) -> int:
    """Say it for all of them, or for those whose name has the argument; 1 where one is too rare."""
    names = [name for name in BUGS if all(part in name for part in arguments)]
    rare = 0
    with multiprocessing.Pool(PROCESSES, prepare) as pool:
        for name, count in pool.imap(found, names):
            rare += count < FEWEST
            sys.stdout.write(f"{count:4} of {SEEDS} seeds find: {name}\n")
    return int(bool(rare))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
