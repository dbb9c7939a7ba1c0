"""A bridge, and the command line over it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ops.__main__ import main
from tests.unit.operations.bridge import Bridge

#: Takes a command line and returns its exit status and what it wrote to stdout and stderr.
Ops = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bridge() -> Bridge:
    bridge = Bridge()
    bridge.open(name="Ada")
    return bridge


@pytest.fixture
def log() -> list[str]:
    """The lines that the application has logged."""
    return []


@pytest.fixture
def ops(bridge: Bridge, log: list[str], capsys: pytest.CaptureFixture[str]) -> Ops:
    stage = bridge.stage(log)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments, connect=lambda _name: stage)
        return status, *capsys.readouterr()

    return run
