"""Serves the simulated Meta: `python -m infra.local.meta`, set up by environment variables."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config
from hypercorn.typing import Framework

from infra.local import parent
from infra.local.meta.app import build
from infra.local.meta.store import Store
from infra.local.meta.wire import Application

_HOST: Final = "127.0.0.1"
_BACKLOG: Final = 512
_KEEP_ALIVE_SECONDS: Final = 75
_REQUESTS_PER_CONNECTION: Final = 1_000_000
#: After being told to stop: answers under way get the first, everything the second, in seconds.
_GRACE: Final = 0.5
_LAST_CALL: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    The ports on 127.0.0.1, and where the state is kept; port 0 is any free one.

    `application` is where webhooks are posted to, `http://host:port` and a stage's path, if any.
    With `needs_proof`, calls of the Graph API have to prove that they know the secret.
    """

    port: int
    application: str
    desk_port: int
    state: Path
    needs_proof: bool

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return the settings out of the environment."""
        local = f"http://{_HOST}:{environment.get('SCRIPTA_PORT', '8000')}"
        return cls(
            port=int(environment.get("SCRIPTA_META_PORT", "8002")),
            application=environment.get("SCRIPTA_APP_URL") or local,
            desk_port=int(environment.get("SCRIPTA_DESK_PORT", "8001")),
            state=Path(environment.get("SCRIPTA_STATE", ".local")),
            needs_proof=environment.get("SCRIPTA_META_PROOF") == "required",
        )


def _bound(port: int) -> socket.socket:
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((_HOST, port))
    except OSError as exc:
        sys.exit(f"Port {port} is taken ({exc.strerror}): set SCRIPTA_META_PORT to another.")
    return server


def _config(server: socket.socket) -> Config:
    config = Config()
    config.bind = [f"fd://{server.fileno()}"]
    config.backlog = _BACKLOG
    config.loglevel = "WARNING"
    config.graceful_timeout = _GRACE
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    config.keep_alive_max_requests = _REQUESTS_PER_CONNECTION
    return config


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    parent.end_with_it()
    server = _bound(settings.port)
    base = f"http://{_HOST}:{server.getsockname()[1]}"
    app = build(
        Store(settings.state / "meta" / "meta.sqlite3"),
        Application(settings.application),
        base=base,
        desk=f"http://{_HOST}:{settings.desk_port}",
        logs=settings.state / "logs",
        needs_proof=settings.needs_proof,
    )
    print(f"The simulated Meta answers on {base}", flush=True)
    serving = asyncio.create_task(
        serve(cast(Framework, app), _config(server), shutdown_trigger=stop.wait)
    )
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait_for(serving, _LAST_CALL)


def main() -> None:
    """Serve until SIGTERM, SIGINT or the end of the parent's pipe."""
    try:
        asyncio.run(_run(Settings.of(os.environ)))
    except TimeoutError:
        print("meta: stopped with answers under way", file=sys.stderr)
    sys.stdout.flush()
    # A thread may still wait for the application's answer, which nobody will read any more.
    os._exit(0)


if __name__ == "__main__":
    main()
