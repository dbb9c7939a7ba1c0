"""An HTTP client that answers what it is told to, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import ScriptaError
from chalicelib.http_client import Body, Form, Raw, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; of a form, `form` is what it held."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    form: Form = field(default_factory=Form)
    raw: Raw | None = None


class FakeHttp:
    """Answers each request with the next of `answers`, or raises it; the last one repeats."""

    def __init__(self, *answers: Response | ScriptaError) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """Return or raise the next answer."""
        form = body if isinstance(body, Form) else Form()
        raw = body if isinstance(body, Raw) else None
        plain = body if isinstance(body, Mapping) else {}
        asked = Asked(method=method, url=url, headers=headers, body=plain, form=form, raw=raw)
        self.asked.append(asked)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, ScriptaError):
            raise answer
        return answer


def answered(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer with a JSON body, or with bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers=headers or {}, body=content)
