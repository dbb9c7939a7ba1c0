"""The local run as a process, driven over HTTP only: as customers, as an agent, as ops."""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import httpx

from infra.local.credentials import DESK_AGENT, DESK_AGENT_PASSWORD, DESK_API_TOKEN
from tests import private
from tests.integration.desk.desk import Agent, free_port

ROOT = Path(__file__).parents[2]
DEADLINE = 60.0
T = TypeVar("T")


def eventually(ask: Callable[[], T | None], *, within: float = DEADLINE) -> T:
    """Ask until the answer is true, and return it; what was last answered is shown if never."""
    deadline = time.monotonic() + within
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {within} s: {answer!r}"
        time.sleep(0.02)
    return answer


class LocalRun:
    """`python -m infra.local.run` with a state folder and ports of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.port, self.desk_port, self.meta_port = free_port(), free_port(), free_port()
        self.process: subprocess.Popen[str] | None = None
        self._output = state.with_suffix(".out")
        self._http = httpx.Client(timeout=30.0, follow_redirects=True)

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "SCRIPTA_STATE": str(self.state),
            "SCRIPTA_PORT": str(self.port),
            "SCRIPTA_DESK_PORT": str(self.desk_port),
            "SCRIPTA_META_PORT": str(self.meta_port),
        }

    def start(self) -> float:
        """Start it and return the seconds until its health answered."""
        began = time.monotonic()
        with self._output.open("a") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.run"],
                cwd=ROOT,
                env=self.environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        eventually(self.is_up)
        return time.monotonic() - began

    def is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.output
        try:
            return bool(self._http.get(self.app("/health")).json()["status"] == "ok")
        except httpx.TransportError:
            return False

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send it a signal and return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    def kill_all(self) -> None:
        """End every process by force, as a power cut would."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait(DEADLINE)
        eventually(lambda: self.processes() == {})

    def close(self) -> None:
        """Stop it; fail where anything that was told is in what its processes logged."""
        self._http.close()
        if self.process is not None and self.process.poll() is None:
            self.stop()
        logs = {path.name: path.read_text() for path in (self.state / "logs").glob("*.log")}
        found = {name: private.found_in(text) for name, text in logs.items()}
        assert not any(found.values()), found

    @property
    def output(self) -> str:
        return self._output.read_text()

    def processes(self) -> dict[int, str]:
        """Return the processes of this run by their ids, found by the folder they were told."""
        found = {}
        mark = f"SCRIPTA_STATE={self.state}".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            belongs = mark in environment or f"STATE_DIR={self.state}/aws".encode() in environment
            if belongs and "infra.local." in command:
                found[int(entry.name)] = command
        return found

    def process_of(self, module: str) -> int | None:
        found = self.processes().items()
        return next((pid for pid, command in found if command.strip().endswith(module)), None)

    def app(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def desk(self, path: str) -> str:
        return f"http://127.0.0.1:{self.desk_port}{path}"

    def meta(self, path: str) -> str:
        return f"http://127.0.0.1:{self.meta_port}{path}"

    def write_untold(self, channel: str, contact: str, text: str) -> str:
        """Write as a customer of whom no webhook will tell; return the message's id."""
        private.told(contact, text)
        body = {"channel": channel, "contact": contact, "text": text, "webhook": False}
        answer = self._http.post(self.meta("/sim/send"), json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["message_id"])

    def write(self, channel: str, contact: str, text: str, name: str = "") -> int:
        """Write as a customer; return what the application answered to the webhook."""
        private.told(contact, text, name)
        body = {"channel": channel, "contact": contact, "text": text}
        answer = self._http.post(
            self.meta("/sim/send"), json=body | ({"name": name} if name else {})
        )
        assert answer.status_code == 200, answer.text
        return int(answer.json()["status"])

    def send_file(
        self, channel: str, contact: str, filename: str, content: bytes, text: str = ""
    ) -> int:
        """Send a picture as a customer; return what the application answered to the webhook."""
        private.told(contact, filename, text)
        attachment = {
            "kind": "image",
            "filename": filename,
            "content": base64.b64encode(content).decode(),
        }
        body = {"channel": channel, "contact": contact, "attachment": attachment}
        answer = self._http.post(
            self.meta("/sim/send"), json=body | ({"text": text} if text else {})
        )
        assert answer.status_code == 200, answer.text
        return int(answer.json()["status"])

    def sim(self, path: str, **order: Any) -> dict[str, Any]:
        """Order something of the simulated Meta; return its answer."""
        answer = self._http.post(self.meta(path), json=order)
        assert answer.status_code == 200, (path, order, answer.text)
        return dict(answer.json())

    def forget(self, path: str) -> None:
        """Take back what was ordered of the simulated Meta."""
        assert self._http.delete(self.meta(path)).status_code == 200

    def raw(self, channel: str, body: str) -> int:
        answer = self._http.post(self.meta("/sim/raw"), json={"channel": channel, "body": body})
        return int(answer.json()["status"])

    def outbox(self, channel: str, contact: str) -> list[dict[str, Any]]:
        query = {"channel": channel, "contact": contact}
        return list(self._http.get(self.meta("/sim/outbox"), params=query).json())

    def thread(self, channel: str, contact: str) -> list[dict[str, Any]]:
        """Return what the customer's phone shows."""
        asked = {"channel": channel, "contact": contact}
        answer = self._http.get(self.meta("/sim/thread"), params=asked).json()
        return list(answer["entries"])

    def fault(self, **fault: object) -> None:
        assert self._http.post(self.meta("/sim/faults"), json=fault).status_code == 200

    def post(self, path: str, body: bytes, headers: dict[bytes, bytes]) -> httpx.Response:
        return self._http.post(self.app(path), content=body, headers=headers)

    def desk_answers(self) -> bool:
        try:
            return self._http.get(self.desk("/login/")).is_success
        except httpx.TransportError:
            return False

    def tickets(self, *, channel: str = "", said: str = "") -> list[dict[str, Any]]:
        """Return the desk's tickets, as the observer's token shows them, oldest first."""
        found = map(self._ticket, self._numbers(said)) if said else self._all_tickets()
        return [
            ticket
            for ticket in found
            if ticket is not None
            and channel in {"", ticket["custom_channel"]}
            and any(said in comment for comment in comments(ticket))
        ]

    def _numbers(self, said: str) -> list[int]:
        """
        Return in which tickets something was said, by the desk's database.

        To be shown all of its tickets takes a full desk seconds, in which it does nothing else.
        """
        database = f"file:{self.state}/desk/desk.sqlite3?mode=ro"
        with closing(sqlite3.connect(database, uri=True, timeout=20)) as desk:
            rows = desk.execute(
                "SELECT DISTINCT ticket_id FROM helpdesk_followup"
                " WHERE instr(comment, ?) ORDER BY ticket_id",
                (said,),
            )
            return [number for (number,) in rows]

    def _all_tickets(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        url = self.desk("/api/tickets/?page_size=100")
        while url:
            answer = self._http.get(url, headers={"Authorization": f"Token {DESK_API_TOKEN}"})
            page = answer.json()
            found += page["results"]
            url = page["next"]
        return found

    def ticket(self, *, channel: str = "", said: str) -> dict[str, Any] | None:
        found = self.tickets(channel=channel, said=said)
        # Two tests that say the same would answer in each other's tickets.
        assert len(found) < 2, f"{len(found)} tickets in which {said!r} was said"
        return next(iter(found), None)

    def reread(self, ticket: dict[str, Any]) -> dict[str, Any] | None:
        """Return a ticket as it is now; None where it is there no more."""
        return self._ticket(ticket["id"])

    def _ticket(self, number: int) -> dict[str, Any] | None:
        url = self.desk(f"/api/tickets/{number}/")
        answer = self._http.get(url, headers={"Authorization": f"Token {DESK_API_TOKEN}"})
        return answer.json() if answer.is_success else None

    def agent(self) -> Agent:
        client = httpx.Client(
            base_url=self.desk(""), follow_redirects=True, timeout=30.0, cookies=httpx.Cookies()
        )
        agent = Agent(client)
        agent.submit("/login/", "form", {"username": DESK_AGENT, "password": DESK_AGENT_PASSWORD})
        return agent

    def ops(self, *arguments: str) -> tuple[int, str]:
        """Run the operator's command; return its exit status and what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "ops", *arguments],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def verify(self) -> dict[str, Any]:
        return dict(json.loads(self.ops("verify", "--json")[1]))


def comments(ticket: dict[str, Any]) -> list[str]:
    """Return what stands in a ticket, in its order."""
    return [entry["comment"] or "" for entry in ticket["followup_set"]]


def notes(ticket: dict[str, Any]) -> list[str]:
    """Return what only agents see."""
    return [entry["comment"] for entry in ticket["followup_set"] if not entry["public"]]
