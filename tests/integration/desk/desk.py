"""A desk in a process of its own, and the people who use it: the bridge, an agent, an observer."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

from infra.local.credentials import DESK_AGENT, DESK_AGENT_PASSWORD, DESK_API_TOKEN
from tests import private

ROOT = Path(__file__).parents[3]
SECRET = "whsec_dGhlIGRlc2sncyB0ZXN0cyBzaWduIHdpdGggdGhpcw=="
BRIDGE_TOKEN = "a-token-of-the-bridge"
DEADLINE = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class DeskProcess:
    state: Path
    receiver_port: int
    port: int = field(default_factory=free_port)
    extra: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    clients: list[httpx.Client] = field(default_factory=list)

    def bridge(self) -> ApiUser:
        return ApiUser(self._client({"Authorization": f"Token {BRIDGE_TOKEN}"}))

    def observer(self) -> ApiUser:
        return ApiUser(self._client({"Authorization": f"Token {DESK_API_TOKEN}"}))

    def agent(self) -> Agent:
        agent = Agent(self._client({}))
        page = agent.submit(
            "/login/", "form", {"username": DESK_AGENT, "password": DESK_AGENT_PASSWORD}
        )
        assert page.url.path == "/tickets/", page.url
        return agent

    def clean_up(self) -> None:
        for client in self.clients:
            client.close()
        if self.process is not None and self.process.poll() is None:
            self.stop()

    def _client(self, headers: dict[str, str]) -> httpx.Client:
        client = httpx.Client(
            base_url=self.url, headers=headers, follow_redirects=True, timeout=DEADLINE
        )
        self.clients.append(client)
        return client

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, stdin: int | None = subprocess.DEVNULL) -> float:
        """Start the desk; return the seconds until it answered."""
        began = time.monotonic()
        self.state.mkdir(exist_ok=True)
        with (self.state / "stderr.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.desk"],
                cwd=ROOT,
                env=os.environ | self.environment(),
                stdin=stdin,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        while not self._answers():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < began + DEADLINE, self.log
            time.sleep(0.02)
        return time.monotonic() - began

    def environment(self) -> dict[str, str]:
        return {
            "SCRIPTA_DESK_PORT": str(self.port),
            "SCRIPTA_PORT": str(self.receiver_port),
            "SCRIPTA_STATE": str(self.state),
            "SCRIPTA_DESK_WEBHOOK_SECRET": SECRET,
            "SCRIPTA_DESK_BRIDGE_TOKEN": BRIDGE_TOKEN,
            "SCRIPTA_DESK_SECRET_KEY": "only-for-the-tests-of-the-desk",
            **self.extra,
        }

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; return the exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    @property
    def log(self) -> str:
        return (self.state / "stderr.log").read_text()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/login/").status_code == 200
        except httpx.TransportError:
            return False


@dataclass(slots=True)
class ApiUser:
    """Somebody with a token."""

    http: httpx.Client

    def open_ticket(self, text: str = "hello", **fields: object) -> dict[str, Any]:
        answer = self.http.post(
            "/api/tickets/",
            json={
                "queue": 1,
                "title": "Ana Bell on WhatsApp",
                "description": text,
                "priority": 3,
                "submitter_email": "whatsapp-15550001111@desk.invalid",
                "custom_conversation_id": "c-1",
                "custom_channel": "whatsapp",
                **fields,
            },
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def follow_up(self, ticket_id: int, text: str, **fields: object) -> dict[str, Any]:
        answer = self.http.post(
            "/api/followups/", json={"ticket": ticket_id, "comment": text, "public": True, **fields}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def ticket(self, ticket_id: int) -> dict[str, Any]:
        answer = self.http.get(f"/api/tickets/{ticket_id}/")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@dataclass(slots=True)
class Agent:
    """Somebody at a browser: reads pages, fills in their forms and submits them."""

    http: httpx.Client

    def page(self, path: str) -> BeautifulSoup:
        answer = self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return BeautifulSoup(answer.text, "html.parser")

    def submit(
        self,
        path: str,
        selector: str,
        fields: Mapping[str, object],
        files: list[tuple[str, tuple[str, bytes]]] | None = None,
    ) -> httpx.Response:
        """Submit a page's form: what it holds already, with `fields` over it; None leaves out."""
        form = self.page(path).select_one(selector)
        assert form is not None, f"no {selector} in {path}"
        data = {k: v for k, v in {**_filled_in(form), **fields}.items() if v is not None}
        answer = self.http.post(urljoin(path, str(form.get("action", ""))), data=data, files=files)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    def reply(
        self,
        ticket_id: int,
        text: str,
        files: list[tuple[str, tuple[str, bytes]]] | None = None,
        **fields: object,
    ) -> None:
        """Answer in the ticket's own form, which is set to public when it opens."""
        private.told(text)
        data = {"comment": text, **fields}
        self.submit(f"/tickets/{ticket_id}/", "#ticket-respond-form", data, files)


def _filled_in(form: Tag) -> dict[str, object]:
    """Return what a browser would send of a form that nobody touched."""
    data: dict[str, object] = {}
    for tag in form.select("input[name], textarea[name], select[name]"):
        name = str(tag["name"])
        if tag.name == "textarea":
            data[name] = tag.get_text()
        elif tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            data[name] = str(chosen["value"]) if chosen else ""
        elif tag.get("type") in {"radio", "checkbox"}:
            if tag.has_attr("checked"):
                data[name] = str(tag.get("value", "on"))
        elif tag.get("type") not in {"file", "submit"}:
            data[name] = str(tag.get("value", ""))
    return data
