"""One local run for all tests that do not stop it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.local_run import LocalRun
from tests.integration.desk.desk import Agent


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    local = LocalRun(tmp_path_factory.mktemp("run") / "state")
    local.start()
    yield local
    local.close()


@pytest.fixture(scope="session")
def alice(run: LocalRun) -> Iterator[Agent]:
    agent = run.agent()
    yield agent
    agent.http.close()


@pytest.fixture
def own_run(tmp_path: Path) -> Iterator[LocalRun]:
    """A run that the test may stop."""
    local = LocalRun(tmp_path / "state")
    yield local
    local.close()
