"""A Request Tracker in processes of its own, with a database in a folder, and its agent Alice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

from tests.desks.bench import SeenFile
from tests.integration.desk.desk import free_port
from tests.integration.rt import packages

ROOT: Final = Path(__file__).parents[3]
INFRA: Final = ROOT / "infra" / "helpdesks" / "request_tracker"
QUEUE: Final = "Messaging"
AGENT, AGENT_PASSWORD = "alice", "alice-local"
DEADLINE: Final = 60.0

_CONFIG: Final = """
Set($rtname, 'tests');
Set($Organization, 'tests.invalid');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($WebURL, 'http://127.0.0.1:{port}/');
Set($CanonicalizeRedirectURLs, 0);
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{state}/rt.sqlite');
Set($Timezone, 'Asia/Kolkata');
Set($MailCommand, 'sendmailpipe');
Set($SendmailPath, '{state}/sendmail');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set($WebSessionClass, 'Apache::Session::File');
Set($ScriptaWebhookURL, '{webhook}');
Set($ScriptaWebhookSecret, '{secret}');
1;
"""
#: What RT takes for the mail system: it keeps what it is given.
_SENDMAIL: Final = '#!/bin/sh\nexec cat > "{state}/mails/$$.eml"\n'


@dataclass(slots=True)
class RtProcess:
    """`start` makes a database with what a customer is told to install, and serves it."""

    state: Path
    webhook: str
    secret: str
    port: int = field(default_factory=free_port)
    tokens: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.state / "rt.log").read_text()

    @property
    def mails(self) -> list[str]:
        """Return the mails that RT has sent."""
        return [path.read_text() for path in sorted((self.state / "mails").iterdir())]

    def start(self) -> None:
        (self.state / "site.d").mkdir(parents=True)
        (self.state / "mails").mkdir()
        sendmail = self.state / "sendmail"
        sendmail.write_text(_SENDMAIL.format(state=self.state))
        sendmail.chmod(0o755)
        values = {"webhook": self.webhook, "secret": self.secret, "port": self.port}
        config = _CONFIG
        for name, value in {**values, "state": self.state}.items():
            config = config.replace(f"{{{name}}}", str(value))
        (self.state / "RT_SiteConfig.pm").write_text(config)
        setup = str(packages.SETUP)
        self._run(setup, "--action", "init", "--skip-create")
        for data in (INFRA / "initialdata.pl", Path(__file__).with_name("agents.pl")):
            self._run(setup, "--action", "insert", "--skip-create", "--datafile", str(data))
        names = ("scripta", AGENT, "mallory")
        made = self._run("perl", str(INFRA / "token.pl"), *names).split()
        self.tokens = dict(zip(names, made, strict=True))
        with (self.state / "rt.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(packages.SERVER, "--max-workers", "3"),
                    *("--host", "127.0.0.1", "--port", str(self.port)),
                ],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + DEADLINE
        while not self._answers():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            # Its workers are processes of its own, in the session that it leads.
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(DEADLINE)

    def agent(self, name: str = AGENT) -> RtUser:
        headers = {"authorization": f"token {self.tokens[name]}"}
        base = f"{self.url}/REST/2.0"
        return RtUser(httpx.Client(base_url=base, headers=headers, timeout=DEADLINE))

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url, follow_redirects=True).status_code == 200
        except httpx.TransportError:
            return False

    def _environment(self) -> dict[str, str]:
        # Without the folder of its own, the package's settings would win.
        return os.environ | {
            "RT_SITE_CONFIG": str(self.state / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": str(self.state / "site.d"),
        }

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@dataclass(slots=True)
class RtUser:
    """Somebody with a token: what they do, RT does as for its own pages."""

    http: httpx.Client

    def open(self, text: str, *, queue: str = QUEUE) -> str:
        body = {"Queue": queue, "Subject": text, "Content": text, "ContentType": "text/plain"}
        return str(self._done("POST", "/ticket", body)["id"])

    def reply(
        self,
        ticket_id: str,
        text: str,
        *,
        html: bool = False,
        files: Sequence[SeenFile] = (),
        **more: object,
    ) -> None:
        kind = "text/html" if html else "text/plain"
        body = {"Content": text, "ContentType": kind, **more}
        path = f"/ticket/{ticket_id}/correspond"
        if not files:
            self._done("POST", path, body)
            return
        # RT garbles the names of files that come as JSON.
        uploads = [("Attachments", (file.name, file.content)) for file in files]
        answer = self.http.post(path, data={"JSON": json.dumps(body)}, files=uploads)
        assert answer.is_success, answer.text

    def note(self, ticket_id: str, text: str) -> None:
        body = {"Content": text, "ContentType": "text/plain"}
        self._done("POST", f"/ticket/{ticket_id}/comment", body)

    def change(self, ticket_id: str, **fields: object) -> None:
        self._done("PUT", f"/ticket/{ticket_id}", fields)

    def get(self, path: str, **asked: object) -> Any:
        answer = self.http.get(path, params={key: str(value) for key, value in asked.items()})
        assert answer.status_code == 200, (path, answer.text)
        return answer.json()

    def ticket(self, ticket_id: str) -> dict[str, Any]:
        return dict(self.get(f"/ticket/{ticket_id}"))

    def entries(self, ticket_id: str) -> list[dict[str, Any]]:
        """Return what was said in a ticket, oldest first, each with its parts."""
        found = []
        fields = "Type,Creator,Created,ObjectId,CustomFields"
        page = self.get(f"/ticket/{ticket_id}/history", fields=fields, per_page=100)
        for entry in page["items"]:
            if entry["Type"] in {"Create", "Correspond", "Comment"}:
                path = f"/transaction/{entry['id']}/attachments"
                parts = self.get(path, fields="Filename,ContentType,Content", per_page=100)
                found.append(entry | {"parts": parts["items"]})
        return sorted(found, key=lambda entry: int(entry["id"]))

    def _done(self, method: str, path: str, body: Mapping[str, object]) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, (path, answer.text)
        return answer.json()


def text_of(entry: Mapping[str, Any]) -> str:
    """Return what an entry says."""
    return str(
        next((p["Content"] for p in entry["parts"] if not p["Filename"] and p["Content"]), "")
    )
