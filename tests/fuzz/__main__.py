"""`python -m tests.fuzz`: asks the public routes as often as wanted, and prints the figures."""

from __future__ import annotations

import argparse
import json
import logging
import sys

from infra.local import aws
from tests.fixtures.deployment import deployed, environment
from tests.fixtures.ministack import AwsAccount
from tests.fuzz.fuzz import fuzz


def main() -> int:
    """Ask, and return the exit status: 1 where anything was answered that may not be."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    # A refusal is a line of the log: so many of them are not to be read.
    logging.disable(logging.CRITICAL)
    emulated = aws.start()
    try:
        account = AwsAccount(environment=emulated.environment(account="123456789012"))
        with deployed(environment(account)):
            tally = fuzz(chosen.requests, seed=chosen.seed)
    finally:
        emulated.stop()
    sys.stdout.write(tally.told() + "\n")
    for violation in tally.violations[:3]:
        sys.stderr.write(json.dumps(violation) + "\n")
    return 1 if tally.violations or tally.accepted else 0


if __name__ == "__main__":
    sys.exit(main())
