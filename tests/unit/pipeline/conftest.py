"""A world for each test of the pipeline, with the settings its workers read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import bootstrap
from tests.fakes.world import World

SETTINGS = {
    "SCRIPTA_TABLE": "table",
    "SCRIPTA_INTAKE_QUEUE": "intake",
    "SCRIPTA_FORWARD_QUEUE": "forward",
    "SCRIPTA_DELIVER_QUEUE": "deliver",
    "SCRIPTA_BUCKET": "bucket",
    "SCRIPTA_PARTIAL_BATCH": "1",
}


@pytest.fixture(autouse=True, scope="module")
def settings() -> Iterator[None]:
    """The settings of a deployment whose event sources take partial failures."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in SETTINGS.items():
            environment.setenv(name, value)
        bootstrap.settings.cache_clear()
        yield
    bootstrap.settings.cache_clear()


@pytest.fixture
def world() -> World:
    """A deployment in which nothing has happened yet."""
    return World()
