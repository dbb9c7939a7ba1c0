"""What holds for every test: no network but this machine's, marks by folder, shared fixtures."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from tests import private

pytest_plugins = ["tests.fixtures.ministack"]

_TESTS: Final = Path(__file__).parent
_MARKS: Final = {"integration": "integration", "e2e": "e2e", "browser": "e2e"}  #: by folder
_HERE: Final = ["127.0.0.1", "::1", "localhost"]


def pytest_configure() -> None:
    """
    Take Ctrl-C as usual: a suite begun in the background ignores it, and so would all it starts.

    No example has a deadline: how long one takes says more of the machine than of the code.
    """
    settings.register_profile("suite", deadline=None)
    settings.load_profile("suite")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each test on this machine, and give it the mark of the folder it lies in."""
    for item in items:
        item.add_marker(pytest.mark.allow_hosts(_HERE))
        folder = item.path.relative_to(_TESTS).parts[0]
        if folder in _MARKS:
            item.add_marker(_MARKS[folder])


@pytest.fixture(scope="session", autouse=True)
def _watched_logs() -> Iterator[None]:
    """See what comes in and what is logged, in every test."""
    with private.watch():
        yield


@pytest.fixture(autouse=True)
def _nothing_of_anybody_is_logged(_watched_logs: None) -> Iterator[None]:
    """Fail where what a test told is in what was logged."""
    with private.one_test():
        yield
