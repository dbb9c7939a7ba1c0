"""Asks every public route what nobody should be answered, and counts what comes back."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from chalicelib import bootstrap
from tests.fixtures.deployment import call
from tests.fuzz.requests import Asked, requests

#: What is said to whoever is refused; nothing else leaves.
REFUSALS: Final = frozenset(
    {"malformed", "unauthorised", "forbidden", "not found", "too large", "not accepted, send again"}
)
_HEALTH: Final = "/health"
_VARIANTS: Final = 24  #: of each request
_TRACES: Final = ("Traceback", 'File "', "chalicelib", "Error:", "Exception")


@dataclass(slots=True)
class Tally:
    """What came back: `violations` are the requests that were answered as none may be."""

    requests: int = 0
    accepted: int = 0
    failed: int = 0
    traces: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    routes: Counter[str] = field(default_factory=Counter)
    violations: list[dict[str, Any]] = field(default_factory=list)

    def note(self, path: str, method: str, event: dict[str, Any], answer: dict[str, Any]) -> None:
        """Count an answer."""
        status, body = answer["statusCode"], str(answer["body"])
        self.requests += 1
        self.statuses[status] += 1
        self.routes[f"{method} {path}"] += 1
        accepted = status < 400 and path != _HEALTH
        failed = status >= 500
        said = path == _HEALTH or body in REFUSALS
        trace = not said or any(mark in body for mark in _TRACES)
        self.accepted += accepted
        self.failed += failed
        self.traces += trace
        if accepted or failed or trace:
            self.violations.append({"event": event, "answer": answer})

    def told(self) -> str:
        """Return the figures in one line of JSON."""
        return json.dumps(
            {
                "requests": self.requests,
                "accepted": self.accepted,
                "5xx": self.failed,
                "traces": self.traces,
                "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
                "routes": dict(sorted(self.routes.items())),
            }
        )


def fuzz(number: int, *, seed: int) -> Tally:
    """
    Ask that many times; the same seed asks the same.

    Each request is asked as it was made up, and then in variants of itself, which are cheaper to
    come by. The application has to be deployed in this process. What got onto the queue in spite
    of its answer counts as accepted.
    """
    tally, chance = Tally(), Random(seed)

    @seeded(seed)
    @settings(
        max_examples=-(-number // (1 + _VARIANTS)),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(requests())
    def ask(asked: Asked) -> None:
        for each in (asked, *(asked.varied(chance) for _ in range(_VARIANTS))):
            event = each.event()
            tally.note(each.path, each.method, event, call(event))

    ask()
    tally.accepted += bootstrap.intake().depth()
    return tally
