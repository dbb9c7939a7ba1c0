"""`python -m tests.storm`: many seeds of the storm, and their sum as the last line."""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Final

from chalicelib import bootstrap
from tests.storm.storm import Result, run
from tests.storm.violations import Kind

SEEDS, EVENTS = 50, 1000
PROCESSES: Final = 2
SETTINGS: Final = {
    "SCRIPTA_TABLE": "table",
    "SCRIPTA_INTAKE_QUEUE": "intake",
    "SCRIPTA_FORWARD_QUEUE": "forward",
    "SCRIPTA_DELIVER_QUEUE": "deliver",
    "SCRIPTA_BUCKET": "bucket",
    "SCRIPTA_PARTIAL_BATCH": "1",
}


def summary(results: Sequence[Result], *, events: int) -> dict[str, int]:
    """Return the sum of some runs, in the words of the last line."""
    faults: Counter[str] = sum((result.faults for result in results), Counter())
    return {
        "seeds": len(results),
        "events": len(results) * events,
        "faults": faults.total(),
        **{kind.value: sum(result.count(kind) for result in results) for kind in Kind},
        "unconfirmed": sum(result.unconfirmed for result in results),
        "residue": sum(result.residue for result in results),
    }


def failure(result: Result, *, events: int) -> str:
    """Return what is to be read of a run that failed: how to replay it, and its last steps."""
    lines = [f"seed {result.seed} failed: make storm SEED={result.seed} SEEDS=1 EVENTS={events}"]
    lines += [f"  {violation.kind}: {violation.text}" for violation in result.violations]
    lines += ["  the last steps, with the time in ms:"]
    return "\n".join([*lines, *(f"    {step[:160]}" for step in result.steps)])


def main(arguments: Sequence[str]) -> int:
    """Run the storm; return 1 where an invariant failed."""
    parser = argparse.ArgumentParser(prog="make storm", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    results: list[Result] = []
    jobs = [(seed, chosen.events) for seed in range(chosen.seed, chosen.seed + chosen.seeds)]
    with multiprocessing.Pool(min(PROCESSES, len(jobs)), prepare) as pool:
        for result in pool.imap_unordered(_one, jobs):
            results.append(result)
            if result.violations:
                sys.stdout.write(failure(result, events=chosen.events) + "\n")
            if len(results) % max(1, len(jobs) // 20) == 0:
                sys.stderr.write(f"{len(results)} of {len(jobs)} seeds\n")
    faults: Counter[str] = sum((result.faults for result in results), Counter())
    for name, count in faults.most_common():
        sys.stdout.write(f"{count:9} x {name}\n")
    bound = sum(result.bound for result in results)
    sys.stdout.write(f"{bound:9} replies at most may be unconfirmed: a fault met their send\n")
    blurred = sum(result.blurred for result in results)
    unnamed = sum(result.unnamed for result in results)
    sys.stdout.write(f"{unnamed:9} replies unnamed, of {blurred} whose webhooks name no reply\n")
    sys.stdout.write(f"{time.monotonic() - began:9.1f} seconds\n")
    sys.stdout.write(json.dumps(summary(results, events=chosen.events)) + "\n")
    return int(any(result.violations for result in results))


def prepare() -> None:
    """Make a process one that runs the pipeline: settings as deployed, and no log."""
    os.environ.update(SETTINGS)
    bootstrap.settings.cache_clear()
    logging.disable(logging.CRITICAL)


def _one(job: tuple[int, int]) -> Result:
    seed, events = job
    return run(seed, events=events)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
