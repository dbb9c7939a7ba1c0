"""The page with the customers' phones, and what it is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER: Final = Path(__file__).parent / "page"
_DESK_PLACE: Final = "http://desk.invalid"  #: where the page names the helpdesk's address
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_INDEX: Final = "index.html"
_TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


def routes(*, desk: str) -> list[Route]:
    """Return the routes; `desk` is the helpdesk's address that the page links to."""

    def route(path: str, file: Path) -> Route:
        # Starlette runs what is not a coroutine in a thread: the file is read on each request, so
        # that whoever works on the page sees it change.
        def answer(_request: Request) -> Response:
            text = file.read_text(encoding="utf-8").replace(_DESK_PLACE, desk)
            return Response(text, media_type=_TYPES[file.suffix], headers=_HEADERS)

        return Route(path, answer)

    parts = sorted(file for file in _FOLDER.iterdir() if file.suffix in _TYPES)
    return [route("/", _FOLDER / _INDEX), *(route(f"/{part.name}", part) for part in parts)]
