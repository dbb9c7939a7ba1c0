"""Scripta under the standard library's server: receive alone with a stub for AWS, or all of it in memory."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.bridge import Bridge
from chalicelib.errors import InvalidSignature, MalformedPayload
from tests.events import http_request

Answer = tuple[int, str]
Webhook = Callable[[bytes, Mapping[str, str]], Answer]


def receive_alone() -> tuple[Webhook, Callable[[], list[str]]]:
    """Return the application of the package; what it accepts is in the queue of whoever plays AWS."""
    from app import app

    def webhook(body: bytes, headers: Mapping[str, str]) -> Answer:
        where = {"channel": "whatsapp"}
        resource = "/webhooks/{channel}"
        answer = app(
            http_request("POST", resource, parameters=where, headers=headers, body=body), None
        )
        return answer["statusCode"], answer["body"]

    return webhook, list


def all_of_it() -> tuple[Webhook, Callable[[], list[str]]]:
    """Return the pipeline in memory, up to the entries of the helpdesk's tickets."""
    bridge, lock = Bridge(), threading.Lock()

    def webhook(body: bytes, headers: Mapping[str, str]) -> Answer:
        names = {name.lower(): value for name, value in headers.items()}
        with lock:
            try:
                bridge.receiver.receive(
                    bridge.channel, source="channel:whatsapp", body=body, headers=names
                )
            except InvalidSignature:
                return 401, ""
            except MalformedPayload:
                return 400, ""
            bridge.work()
        return 200, ""

    def handled() -> list[str]:
        with lock:
            tickets = bridge.desk_api.tickets.values()
            return [entry.comment for ticket in tickets for entry in ticket.entries]

    return webhook, handled


def serve(webhook: Webhook, handled: Callable[[], list[str]]) -> None:
    """Serve on a free port of 127.0.0.1, which is the only line printed."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer(200, json.dumps(handled()))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(*webhook(body, dict(self.headers.items())))

        def _answer(self, status: int, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    printed, sys.stdout = sys.stdout, _Nobody()  # the log's lines are composed, and go nowhere
    printed.write(f"{server.server_port}\n")
    printed.flush()
    server.serve_forever()


class _Nobody:
    def write(self, text: str) -> int:
        """Take it."""
        return len(text)

    def flush(self) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.__stdout__, name)


if __name__ == "__main__":
    serve(*(all_of_it() if sys.argv[3:] == ["all"] else receive_alone()))
