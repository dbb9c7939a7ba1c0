"""A short storm over the deployed stack; `make storm-real` is the long one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.fixtures.packaged import packaged
from tests.real_storm.__main__ import story, summary
from tests.real_storm.storm import Plan, Result, run

__all__ = ["packaged"]

pytestmark = pytest.mark.e2e

PLAN = Plan(
    seed=7,
    messages=150,
    customers=18,
    replies=30,
    lifetime=0.5,
    longest=180.0,
    is_patient=False,
)


def _tell(lines: str) -> None:
    sys.stdout.write(lines + "\n")


@pytest.fixture(scope="module")
def result(packaged: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    told = run(packaged, tmp_path_factory.mktemp("storm"), PLAN, tell=_tell)
    _tell("\n".join(story(told)))
    return told


def test_nothing_is_lost_doubled_misordered_or_leaked_whatever_is_killed_or_cut(result: Result):
    assert result.violations == []
    assert result.verdict.shown == PLAN.messages
    assert result.verdict.arrived + len(result.verdict.refused) >= result.replies - len(
        result.verdict.doubted
    )


def test_processes_were_killed_in_the_middle_of_their_work_and_others_went_on(result: Result):
    # How many depends on the work there is, not on how busy the machine is with other things.
    assert result.kills.total() >= 6
    assert len(result.kills) >= 2
    assert result.blows.cut >= 2
    assert result.blows.recovered >= 1


def test_the_desk_and_meta_failed_and_people_wrote_all_the_same(result: Result):
    assert result.faults.total() >= 10
    assert result.replies > 0
    assert result.notes > 0


def test_the_books_of_the_operator_say_the_same(result: Result):
    books = result.books
    assert (books.lost, books.pending, books.parked) == (0, 0, 0)
    assert books.forwarded >= PLAN.messages
    assert books.out.received == result.replies


def test_the_last_line_says_how_it_went(result: Result):
    assert list(summary(result)) == [
        "seed", "messages", "replies", "notes", "kills", "cut", "faults",
        "lost", "duplicated", "misordered", "leaked", "unconfirmed", "residue",
    ]  # fmt: skip
