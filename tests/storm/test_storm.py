"""A short storm, and that a storm can be told again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib import helpdesks
from tests.storm.bugs import BUGS
from tests.storm.casts import casts
from tests.storm.chaos import Mishap
from tests.storm.storm import cast_of, run

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("cast", casts())
@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_lost_doubled_misordered_or_leaked_in_a_storm(seed, cast):
    result = run(seed, events=150, cast=cast)
    assert result.violations == ()
    assert result.unconfirmed <= result.bound
    assert result.residue <= result.bound
    assert result.unnamed <= result.blurred


def test_every_helpdesk_has_a_cast_of_its_own():
    folders = Path(helpdesks.__file__).parent.glob("*/helpdesk.py")
    # The one that the cast `adapters` has.
    assert {file.parent.name for file in folders} - set(casts()) == {"django_helpdesk"}
    assert {bug.cast for bug in BUGS.values()} == set(casts())


def test_every_mishap_comes_up():
    met = {name for seed in range(12) for name in run(seed, events=40).faults}
    assert set(Mishap) <= met


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_same_seed_tells_the_same_story(seed):
    first, second = run(seed, events=80), run(seed, events=80)
    assert first.trace == second.trace
    assert first.faults == second.faults


def test_another_seed_tells_another_story():
    assert run(7, events=80).trace != run(15, events=80).trace


def test_the_casts_take_turns():
    assert [cast_of(seed) for seed in range(1, len(casts()) + 1)] == casts()
    assert run(2, events=80).trace == run(2, events=80, cast="adapters").trace


def test_the_last_line_says_how_it_went():
    command = [sys.executable, "-m", "tests.storm", "--seeds", "2", "--events", "30"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    last = json.loads(done.stdout.splitlines()[-1])
    assert list(last) == [
        "seeds", "events", "faults", "lost", "duplicated", "misordered", "leaked",
        "unconfirmed", "residue",
    ]  # fmt: skip
    assert (last["seeds"], last["events"], last["lost"]) == (2, 60, 0)


def test_a_story_does_not_depend_on_the_process_that_tells_it():
    code = (
        "from tests.storm.__main__ import prepare; prepare();"
        "from tests.storm.storm import run; print([run(s, events=60).trace for s in range(1, 9)])"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": salt, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for salt in ("1", "2")
    }
    assert len(told) == 1
