"""The floors: the same calls of AWS and of the helpdesk with nothing around them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import botocore.session
import urllib3

from bench.recording import Call


def calls_of(calls: Sequence[Call]) -> Callable[[], object]:
    """Return what makes these calls, with botocore's clients as they come."""
    session = botocore.session.get_session()
    clients = {name: session.create_client(name) for name in {call.service for call in calls}}
    made = [(getattr(clients[call.service], _method(call)), call.parameters) for call in calls]

    def make() -> None:
        for method, parameters in made:
            method(**parameters)

    return make


def posts(url: str, body: Mapping[str, Any]) -> Callable[[], object]:
    """Return what posts a JSON body over a connection that is kept."""
    pool, content = urllib3.PoolManager(), json.dumps(body).encode()
    headers = {"content-type": "application/json", "authorization": "Token local"}

    def post() -> None:
        answer = pool.request("POST", url, body=content, headers=headers)
        if answer.status != 200:  # noqa: PLR2004 - as every HTTP client knows
            raise RuntimeError(f"HTTP {answer.status}")

    return post


def _method(call: Call) -> str:
    from botocore import xform_name

    name: str = xform_name(call.operation)
    return name
