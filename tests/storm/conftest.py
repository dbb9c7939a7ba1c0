"""The settings that the workers in the storm read, and silence."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from chalicelib import bootstrap
from tests.storm.__main__ import SETTINGS


@pytest.fixture(autouse=True, scope="module")
def settings() -> Iterator[None]:
    """Settings as deployed; what fails on purpose is not logged."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in SETTINGS.items():
            environment.setenv(name, value)
        bootstrap.settings.cache_clear()
        logging.disable(logging.CRITICAL)
        yield
        logging.disable(logging.NOTSET)
    bootstrap.settings.cache_clear()
