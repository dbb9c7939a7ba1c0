"""What the storm's transport may make of an answer."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.http_client import Response
from tests.fakes.clock import VirtualClock
from tests.storm.chaos import Chaos, Failing, Mishap
from tests.storm.transport import HttpAnswer, StormyTransport


class Answering:
    """Answers everything with one status."""

    def __init__(self, status: int) -> None:
        self._answer = Response(status=status, headers={}, body=b"")

    def request(self, *_: Any, **__: Any) -> Response:
        return self._answer


class Losing(Chaos):
    """Loses every answer."""

    def _mishap(self, failing: Failing) -> Mishap | None:
        del failing
        return Mishap.LOST


@pytest.mark.parametrize(
    ("given", "instead", "seen"), [(409, 200, 409), (409, 502, 502), (201, 200, 200)]
)
def test_a_refusal_becomes_no_success_on_the_way(given: int, instead: int, seen: int):
    def lost(_: object) -> HttpAnswer:
        return HttpAnswer(Response(status=instead, headers={}, body=b""))

    chaos = Losing(1, VirtualClock())
    line = StormyTransport(chaos, Answering(given), Failing(refused=lost, lost=lost))
    with chaos.process():
        answer = line.request("POST", "https://desk.test/x", headers={}, body={})
    assert answer.status == seen
