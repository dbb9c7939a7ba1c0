"""An HTTP client that answers what it is told to, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import ScriptaError
from chalicelib.http_client import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class FakeHttp:
    """Answers every request with `answer`, or raises it."""

    def __init__(self, answer: Response | ScriptaError) -> None:
        self.answer = answer
        self.asked: list[Asked] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """Return or raise the answer."""
        self.asked.append(Asked(method=method, url=url, headers=headers, body=body or {}))
        if isinstance(self.answer, ScriptaError):
            raise self.answer
        return self.answer


def answered(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer with a JSON body, or with bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers=headers or {}, body=content)
