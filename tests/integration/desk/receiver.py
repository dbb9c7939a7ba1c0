"""The application's place: takes the desk's webhooks, checks them and remembers them."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

PATH = "/helpdesks/local/webhook"
DEADLINE = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One webhook that was signed with the right secret, and when it was seen."""

    id: str
    type: str
    timestamp: str
    data: dict[str, Any]
    seen: dt.datetime

    @property
    def ticket_id(self) -> int:
        return int(self.data["ticket_id"])


@dataclass(slots=True)
class Receiver:
    """A receiver on a port of its own, that can be switched off and on, and told to fail."""

    secret: str
    port: int = 0
    statuses: list[int] = field(default_factory=list)  #: what to answer next; 200 when used up
    received: list[Received] = field(default_factory=list)
    refused: list[Received] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None

    @property
    def is_on(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        self._server = None

    def of(self, ticket_id: int) -> list[Received]:
        return [one for one in list(self.received) if one.ticket_id == ticket_id]

    def wait(self, ticket_id: int, *, count: int = 1) -> list[Received]:
        """Return what came of a ticket once it is `count` webhooks or more."""
        deadline = time.monotonic() + DEADLINE
        while len(self.of(ticket_id)) < count:
            assert time.monotonic() < deadline, f"only {self.of(ticket_id)} after {DEADLINE} s"
            time.sleep(0.01)
        return self.of(ticket_id)

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        event = Webhook(self.secret).verify(body, headers)
        one = Received(
            id=headers["webhook-id"],
            type=event["type"],
            timestamp=event["timestamp"],
            data=event["data"],
            seen=dt.datetime.now(dt.UTC),
        )
        status = self.statuses.pop(0) if self.statuses else 200
        (self.received if status == 200 else self.refused).append(one)
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver.take(body, headers) if self.path == PATH else 404
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_request(self, code: int | str = 0, size: int | str = 0) -> None:
                pass

        return Handler
