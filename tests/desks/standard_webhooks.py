"""A good receiver of webhooks in memory."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.standard_webhooks.helpdesk import StandardWebhooks
from tests.desks.bench import (
    DESK,
    NEW,
    OLD,
    TOKEN,
    Headers,
    SeenEntry,
    SeenFile,
    SeenTicket,
    Stage,
    Webhook,
)
from tests.desks.mishaps import Mishappening, Mishaps
from tests.desks.signed import Signing, standard_webhook
from tests.fakes.desks.webhook_desk import DeskMessage, WebhookDesk, WebhookTicket
from tests.fakes.secrets import MemorySecrets


@dataclass(slots=True)
class WebhooksBench(Signing, Mishappening):
    """See Bench."""

    merges: bool = True
    removes: bool = True
    closes_for_good: bool = True
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    behind: WebhookDesk = field(
        default_factory=lambda: WebhookDesk(secrets=(NEW, OLD), tokens=(TOKEN,))
    )
    secrets: MemorySecrets = field(
        default_factory=lambda: MemorySecrets(
            {f"desks/{DESK}": {"api_tokens": (TOKEN,), "webhook_secrets": (NEW, OLD)}}
        )
    )
    mishaps: Mishaps = field(init=False)
    desk: Desk = field(init=False)
    wrote: Callable[[str, SeenEntry], None] = lambda ticket_id, entry: None
    helpdesk: Helpdesk = field(init=False)

    def __post_init__(self) -> None:
        self.behind.wrote = self._wrote
        self.mishaps = Mishaps(self.behind)
        self.desk = Desk(
            id=DESK, helpdesk="standard_webhooks", url="https://desk.test/hooks/scripta"
        )
        self.helpdesk = StandardWebhooks(desk=self.desk, secrets=self.secrets, http=self.mishaps)

    def ticket(self, ticket_id: str) -> SeenTicket:
        """See Bench."""
        return _seen(self.behind.tickets[ticket_id])

    def tickets(self) -> Sequence[SeenTicket]:
        """See Bench."""
        return [_seen(ticket) for ticket in self.behind.tickets.values()]

    def open(self, text: str) -> str:
        """See Bench."""
        return self.behind.open_as_agent(text)

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """See Bench."""
        return self._posted(self.behind.write_as_agent(ticket_id, text, files=files))

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench: a receiver that tells too much."""
        return self._posted(self.behind.write_as_agent(ticket_id, text, public=False))

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        ticket = self.behind.tickets[ticket_id]
        ticket.is_open, ticket.is_final = False, for_good
        return self._told("ticket.status", ticket_id, status="closed")

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        self.behind.tickets[ticket_id].is_open = True
        return self._told("ticket.status", ticket_id, status="open")

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        del self.behind.tickets[ticket_id]
        return self._told("ticket.deleted", ticket_id)

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench."""
        self.behind.tickets[ticket_id].into = into
        url = f"https://desk.test/tickets/{into}"
        return self._told("ticket.merged", ticket_id, into=into, url=url)

    def echoes(self) -> Sequence[Webhook]:
        """See Bench: only what agents do is told."""
        return ()

    def news(self) -> Sequence[Webhook]:
        """See Played."""
        return ()

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        answer = self.behind.request("GET", url, headers=headers)
        if not answer.ok:
            raise LookupError(answer.status)
        return answer.body

    def let_pass(self, seconds: float) -> None:
        """See Bench: nothing lags."""

    def _wrote(self, ticket: WebhookTicket, message: DeskMessage) -> None:
        self.wrote(ticket.id, _seen_message(message))

    def _told(self, kind: str, ticket_id: str, **about: str) -> Sequence[Webhook]:
        return self._posted({"type": kind, "data": {"ticket_id": ticket_id, **about}})

    def _posted(self, said: Mapping[str, Any]) -> Sequence[Webhook]:
        at = datetime.fromtimestamp(self.clock() / 1000, UTC).isoformat()
        body = json.dumps({"timestamp": at, **said}).encode()
        return [Webhook(body, standard_webhook(body, secret=NEW))]


def _seen(ticket: WebhookTicket) -> SeenTicket:
    about = ticket.about
    return SeenTicket(
        id=ticket.id,
        subject=about.get("subject", ""),
        reference=about.get("conversation_id", ""),
        requester=about.get("customer", {}).get("id", ""),
        is_open=ticket.is_open,
        entries=[_seen_message(message) for message in ticket.messages],
        labels=frozenset({about.get("platform", ""), about.get("account", "")}),
        follows=about.get("follows") or "",
    )


def _seen_message(message: DeskMessage) -> SeenEntry:
    return SeenEntry(
        id=message.id,
        text=message.text,
        is_public=message.kind != "note",
        by_customer=message.kind == "customer",
        files=tuple(SeenFile(*file) for file in message.files),
    )


@contextmanager
def open_bench() -> Iterator[WebhooksBench]:
    """Return a bench of its own."""
    yield WebhooksBench()


def played(stage: Stage) -> WebhooksBench:
    """See Played."""
    return WebhooksBench(
        clock=stage.clock,
        behind=WebhookDesk(
            secrets=(NEW, OLD), tokens=(TOKEN,), first=stage.first, linked=stage.linked
        ),
    )
