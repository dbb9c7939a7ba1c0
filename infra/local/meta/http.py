"""Requests and answers in JSON, whatever characters a customer writes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Handler = Callable[[Request], Awaitable[Response]]


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


def guarded(handler: Handler) -> Handler:
    """Return a handler that answers a bad order 400, and whoever is not there 404."""

    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except ValueError as exc:
            return Json({"error": str(exc)}, status_code=HTTPStatus.BAD_REQUEST)
        except LookupError as exc:
            return Json({"error": str(exc)}, status_code=HTTPStatus.NOT_FOUND)

    return guarded
