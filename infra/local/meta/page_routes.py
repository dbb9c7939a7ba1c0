"""The page with the customers' phones, and what it is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parent
_DESK_PLACE: Final = "http://desk.invalid"  #: where the page names the helpdesk's address
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_TYPES: Final = {
    "page.html": "text/html",
    "page.js": "text/javascript",
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
}


def routes(*, desk: str) -> list[Route]:
    """Return the routes; `desk` is the helpdesk's address that the page links to."""

    def route(path: str, name: str) -> Route:
        async def file(_request: Request) -> Response:
            text = (_FOLDER / name).read_text(encoding="utf-8").replace(_DESK_PLACE, desk)
            return Response(text, media_type=_TYPES[name], headers=_HEADERS)

        return Route(path, file)

    return [route("/", "page.html"), *(route(f"/{name}", name) for name in _TYPES)]
