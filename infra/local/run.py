"""The local run: the whole system on this machine, from one command, in the foreground."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import urllib3

from infra.local import aws, resources, seed
from infra.local.folder import Folder, FolderInUse
from infra.local.processes import Process
from infra.local.terminal import show, welcome

_HOST = "127.0.0.1"
#: Nobody here reads metrics off the lines of the terminal.
_LOGGING = {"POWERTOOLS_LOG_LEVEL": "INFO", "POWERTOOLS_METRICS_DISABLED": "true"}
_START_SECONDS = 90.0
_WATCH_SECONDS = 0.5
_STOPPED = 0
_FAILED = 1
_WRONG_CALL = 2


class WrongCall(Exception):
    """The run cannot begin as it was called; the text says what to change."""


class Failed(Exception):
    """A part of the run does not come up, or does not stay up."""


class _Stop(BaseException):
    """SIGTERM or Ctrl-C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How the run was called: three ports on 127.0.0.1 and the state folder."""

    port: int
    desk_port: int
    meta_port: int
    state: Path

    @classmethod
    def read(cls) -> Call:
        """Return the call as the environment has it; raise WrongCall where a port is none."""
        ports = {
            "SCRIPTA_PORT": _port("SCRIPTA_PORT", 8000),
            "SCRIPTA_DESK_PORT": _port("SCRIPTA_DESK_PORT", 8001),
            "SCRIPTA_META_PORT": _port("SCRIPTA_META_PORT", 8002),
        }
        for name, port in ports.items():
            others = [other for other in ports if other != name and ports[other] == port]
            if others:
                raise WrongCall(f"{name} and {others[0]} are both {port}: change one of them.")
            if not _is_free(port):
                raise WrongCall(
                    f"Port {port} is taken by another program: "
                    f"set {name} to a free one, as in `{name}={port + 100} make run`."
                )
        app, desk, meta = ports.values()
        state = Path(os.environ.get("SCRIPTA_STATE") or ".local")
        return cls(port=app, desk_port=desk, meta_port=meta, state=state)

    def environment(self, folder: Folder) -> dict[str, str]:
        """Return the variables that every process is told."""
        return {
            "SCRIPTA_PORT": str(self.port),
            "SCRIPTA_DESK_PORT": str(self.desk_port),
            "SCRIPTA_META_PORT": str(self.meta_port),
            "SCRIPTA_STATE": str(folder.path),
        }

    def url(self, port: int, path: str = "/") -> str:
        """Return an address of the run."""
        return f"http://{_HOST}:{port}{path}"


def main() -> int:
    """Run until SIGTERM or Ctrl-C and return the exit status; no process outlives it."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        call = Call.read()
        folder = Folder(call.state)
        with folder.owned():
            return _run(call, folder)
    except FolderInUse as exc:
        print(f"Another run uses {exc}: stop it, or set SCRIPTA_STATE to a folder of its own.")
        return _WRONG_CALL
    except WrongCall as exc:
        print(exc)
        return _WRONG_CALL
    except (Failed, aws.AwsNotStarted, aws.StateLost, RuntimeError) as exc:
        print(f"The run failed: {exc}")
        return _FAILED
    except _Stop:
        return _STOPPED


def _run(call: Call, folder: Folder) -> int:
    if folder.reset_if_torn():
        print("The last run could not save its state: desk and conversations both start afresh.")
    print("Starting ...", flush=True)
    cloud = aws.start(state=folder.aws)
    parts: list[Process] = []
    try:
        parts += _started(call, folder, cloud)
        welcome(app_port=call.port, desk_port=call.desk_port, meta_port=call.meta_port)
        _watch(parts, cloud)
    except _Stop:
        print("Stopping ...", flush=True)
    finally:
        for part in reversed(parts):
            part.stop()
        folder.forget_run()
        cloud.stop()
    print("Stopped. The next run finds desk and conversations as they are.", flush=True)
    return _STOPPED


def _started(call: Call, folder: Folder, cloud: aws.EmulatedAws) -> list[Process]:
    """Start everything in the order in which one needs the other, and wait until it answers."""
    made = seed.generated(folder.generated)
    common = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "")}
    common |= call.environment(folder)
    names = resources.provision(cloud.environment())
    seed.seed(cloud.environment(), made=made, desk_url=call.url(call.desk_port))
    deployed = common | cloud.environment() | names
    meta = call.url(call.meta_port, "")
    graph = {"SCRIPTA_GRAPH_URL": meta, "SCRIPTA_INSTAGRAM_URL": f"{meta}/graph.instagram.com"}
    deployed |= graph | _LOGGING
    desk = common | {
        "SCRIPTA_DESK_SECRET_KEY": made.desk_secret_key,
        "SCRIPTA_DESK_WEBHOOK_SECRET": made.webhook_secret,
        "SCRIPTA_DESK_BRIDGE_TOKEN": made.bridge_token,
    }
    folder.write_run(
        {
            "pid": os.getpid(),
            "app": call.port,
            "desk": call.desk_port,
            "meta": call.meta_port,
            "aws": int(cloud.endpoint.rpartition(":")[2]),
            "environment": cloud.environment() | names | graph,
        }
    )
    parts = []
    for name, module, environment in (
        ("desk", "infra.local.desk", desk),
        ("meta", "infra.local.meta", common),
        ("workers", "infra.local.workers", deployed),
        ("app", "infra.local.application", deployed),
    ):
        part = Process(name, module, environment=environment, logs=folder.logs, show=show)
        parts.append(part)
    begun: list[Process] = []
    try:
        for part in parts[:-1]:
            begun.append(part)
            part.start()
        _wait_for(
            begun, call.url(call.desk_port, "/login/"), call.url(call.meta_port, "/sim/health")
        )
        # Last: its health says that everything is up.
        begun.append(parts[-1])
        parts[-1].start()
        _wait_for(begun, call.url(call.port, "/health"))
    except BaseException:
        for part in reversed(begun):
            part.stop()
        raise
    return begun


def _wait_for(parts: Iterable[Process], *urls: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    http = urllib3.PoolManager(retries=False, timeout=2.0)
    for url in urls:
        while not _answers(http, url):
            ended = [part.name for part in parts if part.has_ended]
            if ended:
                raise Failed(f"{ended[0]} ended at its start; its log says why")
            if time.monotonic() > deadline:
                raise Failed(f"{url} does not answer")
            time.sleep(0.05)


def _answers(http: urllib3.PoolManager, url: str) -> bool:
    try:
        return http.request("GET", url).status == 200  # noqa: PLR2004 - as everybody knows
    except urllib3.exceptions.HTTPError:
        return False


def _watch(parts: Iterable[Process], cloud: aws.EmulatedAws) -> None:
    """Start again what ends, until told to stop."""
    pause = threading.Event()
    while not pause.wait(_WATCH_SECONDS):
        if not cloud.alive():
            raise Failed("the emulated AWS ended")
        for part in parts:
            if not part.revive():
                raise Failed(f"{part.name} ends again and again; its log says why")


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:  # noqa: PLR2004 - what TCP has
        raise WrongCall(f"{name} is no port: {text!r}")
    return int(text)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # One is enough: a terminal and `make` may both send it, and a second one must not leave half
    # of the run behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise _Stop


if __name__ == "__main__":
    sys.exit(main())
