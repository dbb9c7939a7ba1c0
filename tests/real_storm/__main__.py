"""`python -m tests.real_storm`: the storm over real parts, and what it came to as the last line."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infra.package import package
from tests.real_storm.storm import Plan, Result, run
from tests.storm.violations import Kind as Wrong

MESSAGES = 2000
_CUSTOMERS_PER = 25  #: messages, of each customer on average
_REPLIES_PER = 7
_LIFETIME = 1.5
_LONGEST = 360.0


def plan(*, seed: int, messages: int, is_patient: bool) -> Plan:
    """Return a storm of that many messages, the rest in proportion."""
    return Plan(
        seed=seed,
        messages=messages,
        customers=max(messages // _CUSTOMERS_PER, 18),
        replies=max(messages // _REPLIES_PER, 1),
        lifetime=_LIFETIME,
        longest=_LONGEST,
        is_patient=is_patient,
    )


def summary(result: Result) -> dict[str, int]:
    """Return what a storm came to, in the words of the last line."""
    return {
        "seed": result.plan.seed,
        "messages": result.plan.messages,
        "replies": result.replies,
        "notes": result.notes,
        "kills": result.kills.total(),
        "cut": result.blows.cut,
        "faults": result.faults.total(),
        **{kind.value: result.verdict.count(kind) for kind in Wrong},
        "unconfirmed": len(result.verdict.doubted),
        "residue": len(result.verdict.residue),
    }


def story(result: Result) -> list[str]:
    """Return the lines above the last one: what happened how often, and all that is wrong."""
    verdict, seconds = result.verdict, result.seconds
    counts = [
        *((f"kills of {name}", count) for name, count in result.kills.most_common()),
        ("batches cut off in the middle", result.blows.cut),
        ("of these, followed by more work of the same function", result.blows.recovered),
        *result.faults.most_common(),
        *((f"webhooks, {name}", count) for name, count in result.told.most_common()),
        ("messages shown", verdict.shown),
        ("replies on phones", verdict.arrived),
        ("replies told as not sent", len(verdict.refused)),
        ("replies told as unconfirmed", len(verdict.doubted)),
    ]
    lines = [f"{count:7} x {name}" for name, count in counts]
    lines += [f"{each.kind}: {each.text}" for each in result.violations]
    lines.append(f"books: {result.books}")
    return [*lines, "seconds: " + ", ".join(f"{name} {s}" for name, s in seconds.items())]


def main(arguments: Sequence[str]) -> int:
    """Run the storm; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="make storm-real", description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patient", action="store_true", help="wait the ten minutes")
    parser.add_argument("--keep", type=Path, help="keep logs and state in this folder")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="scripta-storm-") as scratch:
        folder = chosen.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        package(folder / "package", stage="prod")
        result = run(
            folder / "package",
            folder / "run",
            plan(seed=chosen.seed, messages=chosen.messages, is_patient=chosen.patient),
            tell=_tell,
        )
    sys.stdout.write("\n".join([*story(result), json.dumps(summary(result))]) + "\n")
    return int(bool(result.violations))


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
