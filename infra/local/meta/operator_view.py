"""The conversations as the operator's command tells them, as pages beside the phones."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.meta import operator_pages

_ROOT: Final = Path(__file__).parents[3]
_SECONDS: Final = 20.0
_GOOD_NEWS: Final = 0
_HEADERS: Final = {
    # Nothing on these pages runs, whatever somebody wrote.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class OperatorView:
    """
    Asks `python -m ops conversation`, one call at a time.

    The simulated Meta knows nothing of the bridge, and so it learns of its table what any operator
    does. `command` is what is run, with arguments behind it.
    """

    def __init__(self, command: Sequence[str] = (sys.executable, "-m", "ops")) -> None:
        self._command = command
        self._turn = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/conversations", self.conversations),
            Route("/conversations/{conversation_id}", self.conversation),
        ]

    async def conversations(self, _request: Request) -> Response:
        """Show all conversations, the one that moved last first."""
        told, trouble = await self._ask("list", "--limit", "200")
        if told is None:
            return _page(operator_pages.trouble(trouble), status=HTTPStatus.BAD_GATEWAY)
        return _page(operator_pages.conversations(told["conversations"]))

    async def conversation(self, request: Request) -> Response:
        """Show what was said in a conversation, and what became of it."""
        # Behind the dashes nothing is an option, whatever it begins with.
        told, trouble = await self._ask("show", "--", request.path_params["conversation_id"])
        if told is None:
            return _page(operator_pages.trouble(trouble), status=HTTPStatus.NOT_FOUND)
        return _page(operator_pages.conversation(told))

    async def _ask(self, *arguments: str) -> tuple[Mapping[str, Any] | None, str]:
        """Return what the command answers, or None and why there is no answer."""
        first, *rest = arguments
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                "conversation",
                first,
                "--json",
                *rest,
                cwd=_ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                out, err = await asyncio.wait_for(process.communicate(), _SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
                return None, "The operator's command does not answer."
        if process.returncode != _GOOD_NEWS:
            return None, err.decode(errors="replace").strip()
        answer: Mapping[str, Any] = json.loads(out)
        return answer, ""


def _page(html: str, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(html, status_code=status, media_type="text/html", headers=_HEADERS)
