"""Takes what a real helpdesk posts, and keeps it as it came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.desks.bench import Webhook

_DEADLINE = 20.0  #: seconds until a webhook is there


@dataclass(slots=True)
class Catcher:
    """A receiver on a port of its own that takes everything."""

    caught: list[Webhook] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        return int(self._server.server_port)

    def start(self) -> None:
        """Begin to listen."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Listen no longer."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def after(self, *, count: int, that: Callable[[Webhook], bool]) -> Sequence[Webhook]:
        """Take out and return the webhooks that are `that`, once they are `count`."""
        deadline = time.monotonic() + _DEADLINE
        while len(found := [each for each in list(self.caught) if that(each)]) < count:
            assert time.monotonic() < deadline, f"only {len(found)} of {count} webhooks came"
            time.sleep(0.01)
        self.caught = [each for each in self.caught if each not in found]
        return found

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                catcher.caught.append(Webhook(body, headers))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_request(self, code: int | str = 0, size: int | str = 0) -> None:
                pass

        return Handler
