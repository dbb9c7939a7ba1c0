"""Starts each peer, sends it the cases and the load, and prints what came of it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from bench import figures, stories, stub
from bench.cold import cpu_ms
from bench.peers import cases
from bench.peers.cases import Case, Post
from infra.local import credentials
from tests.channels import APP_SECRETS

_ROOT: Final = Path(__file__).parents[2]
_HERE: Final = Path(__file__).parent
_STATE: Final = _ROOT / ".local" / "peers"
_AT_ONCE: Final = 8
_SETTLED: Final = 0.4  #: seconds in which nothing more was handed on
_REFUSALS: Final = range(400, 500)
_BROKEN: Final = 500


@dataclass(frozen=True, slots=True)
class Peer:
    """A server: how it is started, with which secret its webhooks are signed."""

    name: str
    command: Sequence[str | Path]
    secret: str
    environment: Mapping[str, str]


class Server:
    """A running peer."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid

    def send(self, post: Post, connection: HTTPConnection | None = None) -> int:
        """Send a webhook and return the answer's status."""
        line = connection or HTTPConnection("127.0.0.1", self.port)
        headers = {"Content-Type": "application/json"}
        if post.signed:
            headers["X-Hub-Signature-256"] = post.signed
        line.request("POST", "/webhook", post.body, headers)
        answer = line.getresponse()
        answer.read()
        if connection is None:
            line.close()
        return answer.status

    def handled(self) -> list[str]:
        """Return what was handed on so far, once nothing more comes."""
        known: list[str] = []
        until = time.monotonic() + _SETTLED
        while time.monotonic() < until:
            line = HTTPConnection("127.0.0.1", self.port)
            line.request("GET", "/handled")
            now = json.loads(line.getresponse().read())
            line.close()
            if now != known:
                known, until = now, time.monotonic() + _SETTLED
        return known


@contextmanager
def running(peer: Peer) -> Iterator[Server]:
    """Run a peer as a process of its own."""
    environment = {**os.environ, **peer.environment}
    command = [*peer.command, peer.secret, credentials.PHONE_NUMBER_ID]
    if peer.name.endswith("in memory"):
        command.append("all")
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            yield Server(int(process.stdout.readline()), process.pid)
        finally:
            process.kill()


def passed(server: Server, case: Case) -> bool:
    """Send a case and return whether what was handed on, and refused, is what should be."""
    before = len(server.handled())
    statuses = [server.send(post) for post in case.posts]
    handed_on = server.handled()[before:]
    once = len(handed_on) == len(set(handed_on)) == case.hands_on
    refused = all(status in _REFUSALS for status in statuses)
    sound = all(status < _BROKEN for status in statuses)
    return once and sound and (refused or not case.refused)


def loaded(server: Server, posts: Sequence[Post]) -> tuple[float, float]:
    """Send webhooks over a few connections; return how many a second, and CPU of each in ms."""
    failures: list[int] = []

    def send(share: Sequence[Post]) -> None:
        connection = HTTPConnection("127.0.0.1", server.port)
        failures.extend(s for s in (server.send(p, connection) for p in share) if s != 200)  # noqa: PLR2004
        connection.close()

    threads = [threading.Thread(target=send, args=(posts[n::_AT_ONCE],)) for n in range(_AT_ONCE)]
    cpu, began = cpu_ms(server.pid), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent, took = cpu_ms(server.pid) - cpu, time.monotonic() - began
    if failures:
        raise RuntimeError(f"{len(failures)} were not answered by 200: {failures[:3]}")
    return len(posts) / took, spent / len(posts)


def installed() -> Iterator[Peer]:
    """Yield the peers that this machine can install."""
    folder = _STATE / "python"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    requirements = _HERE / "requirements.txt"
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    if subprocess.run([*pip, "-r", requirements], check=False).returncode == 0:
        server = _HERE / "pywa_server.py"
        yield Peer("pywa 4.5.0, FastAPI, uvicorn", [python, server], APP_SECRETS[0], {})
    node = shutil.which("node")
    if node is None:
        return
    for name in ("package.json", "chat_sdk_server.mjs"):
        shutil.copy(_HERE / name, _STATE / name)
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund"]
    if subprocess.run(npm, cwd=_STATE, check=False).returncode == 0:
        server = _STATE / "chat_sdk_server.mjs"
        yield Peer("Chat SDK 4.41, concurrent, memory", [node, server], APP_SECRETS[0], {})


def main() -> int:
    """Measure the peers that can be installed, and Scripta, and print the table."""
    parser = argparse.ArgumentParser(prog="make bench-peers", description=__doc__)
    parser.add_argument("--load", type=int, default=2000, help="webhooks that each is sent")
    call = parser.parse_args()
    _STATE.mkdir(parents=True, exist_ok=True)
    peers = list(installed())
    print(figures.machine())
    print("| server | cases passed | not passed | webhooks/s | CPU per webhook, ms |")
    print("|---|---|---|---|---|")
    with stub.running() as aws:
        told = stories.record(aws)
        told.load(aws, "in")
        ours = [sys.executable, "-m", "bench.peers.scripta_server"]
        environment = {**told.environment, "AWS_ENDPOINT_URL": aws.url}
        peers.append(Peer("Scripta, all of it in memory", ours, APP_SECRETS[0], {}))
        peers.append(Peer("Scripta, receive, SQS", ours, credentials.APP_SECRET, environment))
        for peer in peers:
            with running(peer) as server:
                results = ["", ""]
                if not peer.environment:
                    wrong = [c.name for c in cases.all_cases(peer.secret) if not passed(server, c)]
                    results = [
                        f"{len(list(cases.all_cases(''))) - len(wrong)}/22",
                        ", ".join(wrong),
                    ]
                rate, cpu = loaded(server, cases.load(call.load, peer.secret))
            print(f"| {peer.name} | {' | '.join(results)} | {rate:,.0f} | {cpu:.3f} |", flush=True)
    print(figures.machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
