"""
That the storm can fail: each deliberate mistake is found by one of a few seeds.

`python -m tests.storm.margins` says how many seeds find each.
"""

from __future__ import annotations

import pytest

from tests.storm.bugs import BUGS
from tests.storm.storm import run

SEEDS, EVENTS = 200, 100


def test_there_are_enough_mistakes_to_tell():
    assert len(BUGS) >= 40


@pytest.mark.parametrize("name", BUGS)
def test_a_deliberate_bug_is_found_and_nothing_is_without_it(name):
    bug = BUGS[name]
    seeds = range(1, SEEDS + 1)
    runs = (run(seed, events=EVENTS, bug=bug, cast=bug.cast) for seed in seeds)
    found = next((result for result in runs if result.violations), None)
    assert found is not None
    assert run(found.seed, events=EVENTS, cast=bug.cast).violations == ()
