"""One local run for all tests that do not stop it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.local_run import LocalRun, eventually
from tests.integration.desk.desk import Agent


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    local = LocalRun(tmp_path_factory.mktemp("run") / "state")
    local.start()
    # The first message of a process pays for its imports; what is promised in seconds is measured
    # behind it.
    for channel in ("messenger", "instagram", "whatsapp"):
        local.write(channel, "15559999999", f"first of {channel}")
        eventually(partial(local.ticket, channel=channel, said=f"first of {channel}"))
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
