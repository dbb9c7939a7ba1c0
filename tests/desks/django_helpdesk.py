"""A real django-helpdesk in a process of its own, with an agent at a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from standardwebhooks import Webhook as Signer

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.django_helpdesk.helpdesk import DjangoHelpdesk
from chalicelib.http_client import Http
from tests.desks.bench import (
    DESK,
    NEW,
    OLD,
    Headers,
    SeenEntry,
    SeenFile,
    SeenTicket,
    Webhook,
)
from tests.desks.catcher import Catcher
from tests.desks.mishaps import Mishaps
from tests.fakes.secrets import MemorySecrets
from tests.integration.desk.desk import BRIDGE_TOKEN, Agent, ApiUser, DeskProcess

_CLOSED, _REOPENED = 4, 2
_SHOWS_NOTHING = "\u200b\u2063"


@dataclass(slots=True)
class DjangoBench:
    """See Bench."""

    process: DeskProcess
    catcher: Catcher
    agent: Agent
    observer: ApiUser
    mishaps: Mishaps
    helpdesk: Helpdesk
    secrets: MemorySecrets
    merges: bool = True
    removes: bool = True
    closes_for_good: bool = False

    def ticket(self, ticket_id: str) -> SeenTicket:
        """See Bench."""
        return self._seen(self.observer.ticket(int(ticket_id)))

    def tickets(self) -> Sequence[SeenTicket]:
        """See Bench."""
        page = self.observer.http.get("/api/tickets/?page_size=1000").json()
        return [self._seen(each) for each in page["results"]]

    def open(self, text: str) -> str:
        """See Bench."""
        fields = {"queue": 1, "title": text, "description": text, "priority": 3}
        answer = self.observer.http.post("/api/tickets/", json=fields)
        return str(answer.raise_for_status().json()["id"])

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """See Bench."""
        uploads = [("attachment", (file.name, file.content)) for file in files]
        self.agent.reply(int(ticket_id), text, uploads or None)
        return self._told(ticket_id, "reply.send")

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench."""
        self.agent.reply(int(ticket_id), text, public=None)
        return ()

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        del for_good
        self.agent.reply(int(ticket_id), "", new_status=_CLOSED)
        return self._told(ticket_id, "ticket.status")

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        self.agent.reply(int(ticket_id), "", new_status=_REOPENED)
        return self._told(ticket_id, "ticket.status")

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        self.agent.submit(f"/tickets/{ticket_id}/delete/", "form[action='./']", {})
        return self._told(ticket_id, "ticket.deleted")

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench."""
        self.agent.submit(
            f"/tickets/merge?tickets={into}&tickets={ticket_id}",
            "form[method=post]:has([name=chosen_ticket])",
            {"chosen_ticket": into},
        )
        return self._told(ticket_id, "ticket.status") + self._told(ticket_id, "ticket.merged")

    def echoes(self) -> Sequence[Webhook]:
        """See Bench."""
        echoes, self.catcher.caught = self.catcher.caught, []
        return echoes

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        at = at or datetime.now(UTC)
        return {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Signer(secret).sign("msg_1", at, body.decode()),
        }

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        answer = httpx.get(url, headers=dict(headers))
        if answer.status_code != httpx.codes.OK:
            raise LookupError(answer.status_code)
        return answer.content

    def answers_are_cut(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.mishaps.answers_are_cut()

    def fails(
        self, status: int, *, headers: Headers | None = None, done: bool = False, times: int = 1
    ) -> None:
        """See Bench."""
        self.mishaps.fails(status, headers=headers, done=done, times=times)

    def is_down(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.mishaps.is_down()

    def calls(self) -> Sequence[str]:
        """See Bench."""
        return list(self.mishaps.calls)

    def let_pass(self, seconds: float) -> None:
        """See Bench: what is written is seen at once."""

    def webhook(self, **said: Any) -> Mapping[str, Any]:
        """See Bench."""
        return {"type": "reply.send", "data": said}

    def _told(self, ticket_id: str, kind: str) -> list[Webhook]:
        def is_it(webhook: Webhook) -> bool:
            said = json.loads(webhook.body)
            return bool(said["type"] == kind and said["data"]["ticket_id"] == ticket_id)

        return list(self.catcher.after(count=1, that=is_it))

    def _seen(self, told: dict[str, Any]) -> SeenTicket:
        entries = [
            SeenEntry(
                id=str(each["id"]),
                text=each["comment"] or "",
                is_public=each["public"],
                files=tuple(
                    SeenFile(file["filename"], self.observer.http.get(file["file"]).content)
                    for file in each["followupattachment_set"]
                ),
            )
            for each in sorted(told["followup_set"], key=lambda each: each["id"])
        ]
        return SeenTicket(
            id=str(told["id"]),
            subject=told["title"],
            reference=told["custom_conversation_id"] or "",
            requester=told["submitter_email"],
            is_open=told["status"] in (1, 2),
            # What a ticket begins with shows nothing where its first entry follows.
            entries=[each for each in entries if each.text.strip(_SHOWS_NOTHING) or each.files],
            labels=frozenset({told["custom_channel"] or ""}),
        )


@contextmanager
def open_bench() -> Iterator[DjangoBench]:
    """Start a desk, and stop it in the end."""
    catcher = Catcher()
    catcher.start()
    with TemporaryDirectory(prefix="scripta-desk-") as folder:
        process = DeskProcess(
            state=Path(folder),
            receiver_port=catcher.port,
            extra={"SCRIPTA_DESK_WEBHOOK_SECRET": NEW},
        )
        process.start()
        try:
            mishaps = Mishaps(Http())
            secrets = MemorySecrets(
                {f"desks/{DESK}": {"api_tokens": (BRIDGE_TOKEN,), "webhook_secrets": (NEW, OLD)}}
            )
            desk = Desk(
                id=DESK, helpdesk="django_helpdesk", url=process.url, options={"queue": "1"}
            )
            yield DjangoBench(
                process=process,
                catcher=catcher,
                agent=process.agent(),
                observer=process.observer(),
                mishaps=mishaps,
                helpdesk=DjangoHelpdesk(desk=desk, secrets=secrets, http=mishaps),
                secrets=secrets,
            )
        finally:
            process.clean_up()
            catcher.stop()
