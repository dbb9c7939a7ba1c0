"""The application in this process, as deployed into the emulated AWS."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from infra.local.aws import EmulatedAws
from tests.fixtures.deployment import Deployment, deployed, environment
from tests.fixtures.ministack import AwsAccount


@pytest.fixture(scope="module")
def shared(emulated_aws: EmulatedAws) -> Iterator[Deployment]:
    """One deployment for all tests of a module that leave it as it was."""
    account = str(random.randrange(10**11, 10**12))
    aws = AwsAccount(environment=emulated_aws.environment(account=account))
    with deployed(environment(aws)) as deployment:
        yield deployment


@pytest.fixture
def app(shared: Deployment) -> Deployment:
    """The application, with nothing on its queue."""
    shared.queued()
    return shared
