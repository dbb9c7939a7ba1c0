"""One deployed stack for all tests that only use it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployed.emulator import emulated_aws
from tests.deployed.stack import Deployed, deployed
from tests.fixtures.packaged import packaged
from tests.integration.desk.desk import Agent

__all__ = ["packaged"]


@pytest.fixture(scope="session")
def stack(packaged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    with (
        emulated_aws(folder / "aws") as environment,
        deployed(packaged, environment, folder / "state") as running,
    ):
        yield running


@pytest.fixture(scope="session")
def alice(stack: Deployed) -> Iterator[Agent]:
    agent = stack.people.agent()
    yield agent
    agent.http.close()
