"""A web server that answers what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """One request: method, path with its query, token, and the body: JSON, a form as text, or None."""

    method: str
    path: str
    token: str
    body: Any


@dataclass
class Answers:
    """What is answered to `METHOD /path`: a status and a body (JSON, or bytes sent as they are)."""

    url: str
    to: dict[str, tuple[int, object]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    tokens: frozenset[str] = frozenset({"good"})

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        self.asked.append(asked)
        if asked.token.removeprefix("Token ") not in self.tokens:
            return 401, b'{"detail":"Invalid token."}'
        status, body = self.to.get(f"{asked.method} {asked.path}", (404, b"<h1>Not Found</h1>"))
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()


@contextmanager
def answering(to: Mapping[str, tuple[int, object]]) -> Iterator[Answers]:
    """Serve the answers on a port of this machine."""
    answers = Answers(url="", to=dict(to))

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            length = int(self.headers.get("content-length", 0))
            sent = self.rfile.read(length)
            is_json = self.headers.get("content-type", "") == "application/json"
            body = json.loads(sent) if is_json else sent.decode(errors="replace") or None
            token = self.headers.get("authorization", "")
            status, content = answers.answer(Asked(self.command, self.path, token, body))
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_OPTIONS = serve  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
