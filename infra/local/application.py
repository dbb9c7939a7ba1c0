"""The application's HTTP side under Chalice's local server: `python -m infra.local.application`."""

from __future__ import annotations

import os
import signal
import sys

from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    CustomLocalChalice,
    LocalChalice,
    LocalDevServer,
    ThreadedHTTPServer,
)

from app import app
from infra.local import parent

HOST = "127.0.0.1"


class _Server(ThreadedHTTPServer):
    # A platform that sends 200 webhooks at once must not meet a full backlog; the default is 5.
    request_queue_size = 512


class _Handler(ChaliceRequestHandler):
    # Head and body go out in two writes: with Nagle's algorithm the second one waits 40 ms.
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing: the application logs what matters."""


def main() -> None:
    """Serve on SCRIPTA_PORT until SIGTERM or the parent's end."""
    # As chalice.local.create_local_server does, which takes no server class: with it, the current
    # request is a thread's own.
    CustomLocalChalice.__bases__ = (LocalChalice, app.__class__)
    app.__class__ = CustomLocalChalice
    local = LocalDevServer(
        app,
        Config.create(chalice_app=app, chalice_stage="local"),
        HOST,
        int(os.environ["SCRIPTA_PORT"]),
        handler_cls=_Handler,
        server_cls=_Server,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    parent.end_with_it()
    local.server.serve_forever()


if __name__ == "__main__":
    main()
