"""That the storm can fail: each deliberate mistake is found by one of a few seeds."""

from __future__ import annotations

import pytest

from tests.storm.bugs import BUGS
from tests.storm.storm import run

SEEDS, EVENTS = 200, 100


def test_there_are_enough_mistakes_to_tell():
    assert len(BUGS) >= 20


@pytest.mark.parametrize("name", BUGS)
def test_a_deliberate_bug_is_found_and_nothing_is_without_it(name):
    runs = (run(seed, events=EVENTS, bug=BUGS[name]) for seed in range(1, SEEDS + 1))
    found = next((result for result in runs if result.violations), None)
    assert found is not None
    assert run(found.seed, events=EVENTS).violations == ()
