"""Requests and answers in JSON, whatever characters a customer writes."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse


class Json(JSONResponse):
    """An answer in ASCII JSON: a lone surrogate has no UTF-8 form."""

    def render(self, content: Any) -> bytes:
        """Return the bytes of a body."""
        return json.dumps(content, separators=(",", ":")).encode("ascii")


async def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request's body; raise ValueError where there is none."""
    try:
        value = json.loads(await request.body())
    except RecursionError as exc:
        raise ValueError("the body is nested too deep") from exc
    if not isinstance(value, dict):
        raise ValueError("the body is not a JSON object")  # noqa: TRY004 - one error for a bad body
    return value
