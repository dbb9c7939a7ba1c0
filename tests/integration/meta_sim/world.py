"""The two ends that the tests hold: the process under test, and the application it posts to."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import urllib3

SECRETS = {
    "messenger": "local-app-secret",
    "instagram": "local-instagram-secret",
    "whatsapp": "local-app-secret",
}
NODES = {
    "messenger": "100200300400500",
    "instagram": "17841400000000001",
    "whatsapp": "106540352242922",
}
TOKEN = "local-meta-token"
T = TypeVar("T")

_numbers = itertools.count(39330000001)


def new_contact() -> str:
    """Return the digits of a customer nobody has used yet."""
    return str(next(_numbers))


def eventually(look: Callable[[], T | None], *, within: float = 8) -> T:
    """Return what `look` finds as soon as it is true; fail when `within` seconds are over."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen within {within} s: {found!r}")
        time.sleep(0.01)


class Webhook(NamedTuple):
    """One request that the application was sent."""

    channel: str
    signature: str
    raw: bytes

    @property
    def body(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.raw)

    @property
    def is_genuine(self) -> bool:
        """Return whether the signature fits the raw bytes."""
        digest = hmac.new(SECRETS[self.channel].encode(), self.raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.signature, f"sha256={digest}")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # More than connect at once: of five, the standard library's own, the rest would be tried again
    # after a second, three, seven, and given up on a busy machine.
    request_queue_size = 128


class Application:
    """Writes down every webhook, and answers what it is told to: 200 unless `answer_next`."""

    def __init__(self, port: int = 0) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                signature = self.headers["X-Hub-Signature-256"]
                status = outer.take(Webhook(self.path.rpartition("/")[2], signature, raw))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                return

        self._server = _Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.reset()
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def reset(self) -> None:
        """Forget everything and answer 200 again."""
        self.attempts: list[tuple[Webhook, int]] = []
        self._next: list[int] = []
        self.hold = threading.Event()
        self.hold.set()

    def answer_next(self, *statuses: int) -> None:
        """Answer the next webhooks with these statuses."""
        self._next.extend(statuses)

    def take(self, webhook: Webhook) -> int:
        """Write a webhook down and return the status to answer."""
        hold = self.hold
        status = self._next.pop(0) if self._next else 200
        self.attempts.append((webhook, status))
        hold.wait(30)
        return status

    def taken(self, channel: str) -> list[Any]:
        """Return the bodies that were answered 200 on a channel, in order of arrival."""
        return [w.body for w, status in self.attempts if status == 200 and w.channel == channel]

    def close(self) -> None:
        """Stop serving."""
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()


class Reply(NamedTuple):
    """What the simulated Meta answered."""

    status: int
    body: Any


class Meta:
    """The simulated Meta, run as the local run runs it."""

    def __init__(self, state: Path, *, application_port: int, **environment: str) -> None:
        self._http = urllib3.PoolManager(retries=False, timeout=10, maxsize=64)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.meta"],
            env={
                "PATH": os.environ["PATH"],
                "SCRIPTA_META_PORT": "0",
                "SCRIPTA_PORT": str(application_port),
                "SCRIPTA_DESK_PORT": "8991",
                "SCRIPTA_STATE": str(state),
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.base = self.process.stdout.readline().rpartition(" ")[2].strip()
        eventually(self._is_up)

    def _is_up(self) -> bool:
        try:
            return self.get("/sim/health").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def stop(self, *, signal: Callable[[], None] | None = None) -> int:
        """End the process (by SIGTERM unless told otherwise) and return its exit code."""
        (signal or self.process.terminate)()
        code = self.process.wait(5)
        self._http.clear()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
        return code

    def request(self, method: str, path: str, **options: Any) -> Any:
        """Send a request and return urllib3's response."""
        return self._http.request(method, self.base + path, **options)

    def get(self, path: str, **options: Any) -> Reply:
        """Send a GET and return the parsed answer."""
        response = self.request("GET", path, **options)
        return Reply(response.status, response.json())

    def delete(self, path: str) -> Reply:
        """Send a DELETE and return the parsed answer."""
        response = self.request("DELETE", path)
        return Reply(response.status, response.json())

    def post(self, path: str, body: object, **options: Any) -> Reply:
        """Post JSON and return the parsed answer."""
        response = self.request("POST", path, body=json.dumps(body), **options)
        return Reply(response.status, response.json())

    def write(self, channel: str, contact: str, text: str = "hello", **more: Any) -> Any:
        """Write as a customer and return the answer's body."""
        order = {"channel": channel, "contact": contact, "text": text, **more}
        reply = self.post("/sim/send", order)
        assert reply.status == 200, reply
        return reply.body

    def do(self, channel: str, contact: str, **deed: Any) -> Any:
        """Do something else than writing as a customer; return the answer's body."""
        reply = self.post("/sim/send", {"channel": channel, "contact": contact, **deed})
        assert reply.status == 200, reply
        return reply.body

    def edge(self, node: str, edge: str, body: object, *, host: str = "") -> Reply:
        """Call `POST /{node}/{edge}` of the Graph API."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self.post(f"{host}/v26.0/{node}/{edge}", body, headers=headers)

    def node(self, node: str, *, host: str = "", **fields: str) -> Reply:
        """Call `GET /{node}` of the Graph API."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self.get(f"{host}/v26.0/{node}", headers=headers, fields=fields)

    def edge_get(self, node: str, edge: str) -> Reply:
        """Call `GET /{node}/{edge}` of the Graph API."""
        return self.get(f"/v26.0/{node}/{edge}", headers={"Authorization": f"Bearer {TOKEN}"})

    def thread(self, channel: str, contact: str) -> Any:
        """Return a conversation as the phone shows it."""
        return self.get("/sim/thread", fields={"channel": channel, "contact": contact}).body

    def call(self, node: str, body: object, *, token: str = TOKEN) -> Reply:
        """Call `POST /{node}/messages` of the Graph API."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.post(f"/v26.0/{node}/messages", body, headers=headers)

    def call_form(self, path: str, fields: dict[str, Any], *, token: str = TOKEN) -> Reply:
        """Call the Graph API with a form; a file among the fields is `(name, content, type)`."""
        headers = {"Authorization": f"Bearer {token}"}
        response = self.request("POST", f"/v26.0/{path}", fields=fields, headers=headers)
        return Reply(response.status, response.json())

    def reply(self, channel: str, contact: str, text: str = "answer", **more: Any) -> Reply:
        """Answer a customer with a text; `more` goes into the message (pages) or the call."""
        if channel == "whatsapp":
            to = {"to": contact} if contact.isdigit() else {"recipient": contact}
            body = {"messaging_product": "whatsapp", **to, "type": "text", "text": {"body": text}}
            return self.call(NODES[channel], {**body, **more})
        message = {"text": text, **more}
        body = {"recipient": {"id": contact}, "messaging_type": "RESPONSE", "message": message}
        return self.call(NODES[channel], body)

    def outbox(self, channel: str, contact: str) -> Any:
        """Return what was sent to a customer."""
        return self.get("/sim/outbox", fields={"channel": channel, "contact": contact}).body

    def statuses(self, channel: str, contact: str) -> list[str]:
        """Return the statuses of what was sent to a customer."""
        return [sent["status"] for sent in self.outbox(channel, contact)]


def items(application: Application, channel: str, *, lane: str = "messaging") -> list[Any]:
    """Return the items that Messenger or Instagram told, in order of arrival."""
    entries = [entry for body in application.taken(channel) for entry in body["entry"]]
    return [item for entry in entries for item in entry.get(lane, [])]


def values(application: Application, field: str = "messages", channel: str = "whatsapp") -> Any:
    """Return the values of the changes of a field, in order of arrival."""
    entries = [entry for body in application.taken(channel) for entry in body["entry"]]
    changes = [change for entry in entries for change in entry.get("changes", [])]
    return [change["value"] for change in changes if change["field"] == field]


def message_id(reply: Reply) -> str:
    """Return the message id out of a successful Graph API answer."""
    body = reply.body
    found: str = body["messages"][0]["id"] if "messages" in body else body["message_id"]
    return found
