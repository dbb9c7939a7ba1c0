"""That the storm can fail: each deliberate mistake is found by one of a few seeds."""

from __future__ import annotations

import pytest

from tests.storm.bugs import BUGS
from tests.storm.storm import run

SEEDS, EVENTS = 60, 100


@pytest.mark.parametrize("name", BUGS)
def test_a_deliberate_bug_is_found(name):
    assert any(run(seed, events=EVENTS, bug=BUGS[name]).violations for seed in range(1, SEEDS + 1))


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_the_seeds_that_find_the_bugs_find_nothing_else(seed):
    assert run(seed, events=EVENTS).violations == ()
