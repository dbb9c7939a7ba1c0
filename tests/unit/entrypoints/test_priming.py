"""What a function does while it starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.entrypoints import priming
from chalicelib.errors import ConfigurationError, TransientError
from tests.fakes.log import RecordingLog
from tests.fakes.secrets import MemorySecrets


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parts of the composition root that are asked for."""
    asked: list[str] = []

    def part(name: str) -> Callable[[], Any]:
        def make() -> Any:
            asked.append(name)
            return SimpleDirectory() if name == "directory" else MemorySecrets()

        return make

    for name in ("receiver", "secrets", "ingester", "forwarder", "deliverer", "directory"):
        monkeypatch.setattr(bootstrap, name, part(name))
    return asked


class SimpleDirectory:
    def desk(self, desk_id: str) -> None:
        assert desk_id == ""


@pytest.mark.parametrize(
    ("handler", "wanted"),
    [
        ("app.app", ["receiver", "secrets"]),
        ("chalicelib.entrypoints.workers.ingest", ["ingester", "directory"]),
        ("chalicelib.entrypoints.workers.forward", ["forwarder", "directory"]),
        ("chalicelib.entrypoints.workers.deliver", ["deliverer", "directory"]),
        ("chalicelib.entrypoints.workers.dead_intake", []),
        ("", []),
    ],
)
def test_each_function_makes_what_its_events_need_and_nothing_else(
    made: list[str], monkeypatch: pytest.MonkeyPatch, handler: str, wanted: list[str]
):
    monkeypatch.setenv("_HANDLER", handler)
    priming.prime()
    assert made == wanted


@pytest.mark.parametrize("error", [TransientError("down"), ConfigurationError("not set")])
def test_a_start_without_what_it_needs_is_no_failure_but_a_warning(
    monkeypatch: pytest.MonkeyPatch, error: Exception
):
    log = RecordingLog()

    def failing() -> None:
        raise error

    monkeypatch.setattr(bootstrap, "receiver", failing)
    monkeypatch.setattr(bootstrap, "log", lambda: log)
    monkeypatch.setenv("_HANDLER", "app.app")
    priming.prime()
    assert log.keys_of("not primed") == [{"function": "app", "error": type(error).__name__}]
