"""A Request Tracker in memory; tests/integration/rt asks a real one the same."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.request_tracker.helpdesk import RequestTracker
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
from tests.fakes.desks.request_tracker_api import BRIDGE, RtApi, RtEntry, RtTicket
from tests.fakes.secrets import MemorySecrets

_URL = "https://rt.test"
_CLOSED = frozenset({"resolved", "rejected", "deleted"})


@dataclass(slots=True)
class RtBench(Signing, Mishappening):
    """See Bench; RT takes a deleted ticket out of its bin when somebody writes into it."""

    merges: bool = True
    removes: bool = False
    closes_for_good: bool = False
    secrets: MemorySecrets = field(
        default_factory=lambda: MemorySecrets(
            {f"desks/{DESK}": {"api_tokens": (TOKEN,), "webhook_secrets": (NEW, OLD)}}
        )
    )
    api: RtApi = field(init=False)
    mishaps: Mishaps = field(init=False)
    helpdesk: Helpdesk = field(init=False)
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    lag: float = 0.0
    first: int = 0
    desk: Desk = field(init=False)
    behind: RtApi = field(init=False)
    wrote: Callable[[str, SeenEntry], None] = lambda ticket_id, entry: None
    _passed: int = 0  #: ms
    _told: list[Webhook] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api = self.behind = RtApi(
            tokens=(TOKEN,), clock=self._now, lag=self.lag, first=self.first
        )
        self.api.told = self._post
        self.api.wrote = self._wrote
        self.mishaps = Mishaps(self.api)
        self.desk = Desk(id=DESK, helpdesk="request_tracker", url=_URL)
        self.helpdesk = RequestTracker(desk=self.desk, secrets=self.secrets, http=self.mishaps)

    def ticket(self, ticket_id: str) -> SeenTicket:
        """See Bench."""
        return self._seen(self.api.tickets[int(ticket_id)])

    def tickets(self) -> Sequence[SeenTicket]:
        """See Bench."""
        return [self._seen(ticket) for ticket in self.api.tickets.values()]

    def open(self, text: str) -> str:
        """See Bench."""
        return str(self.api.open_as_agent(text))

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """See Bench."""
        self.api.write_as_agent(int(ticket_id), text, files=files)
        return self.news()

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench."""
        self.api.write_as_agent(int(ticket_id), text, public=False)
        return self.news()

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        del for_good
        self.api.set_status(int(ticket_id), "resolved")
        return self.news()

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        self.api.set_status(int(ticket_id), "open")
        return self.news()

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        self.api.set_status(int(ticket_id), "deleted")
        return self.news()

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench."""
        self.api.merge(int(ticket_id), int(into))
        return self.news()

    def echoes(self) -> Sequence[Webhook]:
        """See Bench: our Scrip passes over what we write."""
        return self.news()

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        answer = self.api.request("GET", url, headers=headers)
        if not answer.ok:
            raise LookupError(answer.status)
        return answer.body

    def let_pass(self, seconds: float) -> None:
        """See Bench."""
        self._passed += round(seconds * 1000)

    def _now(self) -> int:
        return self.clock() + self._passed

    def _post(self, said: Mapping[str, Any]) -> None:
        body = json.dumps(said).encode()
        self._told.append(Webhook(body, standard_webhook(body, secret=NEW)))

    def news(self) -> Sequence[Webhook]:
        """See Played."""
        news, self._told = self._told, []
        return news

    def _wrote(self, ticket: RtTicket, entry: RtEntry) -> None:
        if not _is_empty(entry):
            self.wrote(str(ticket.id), _seen(entry))

    def _seen(self, ticket: RtTicket) -> SeenTicket:
        return SeenTicket(
            id=str(ticket.id),
            subject=ticket.subject,
            reference=ticket.fields.get("ScriptaReference", ""),
            requester=ticket.requestor,
            is_open=ticket.status not in _CLOSED,
            entries=[_seen(entry) for entry in self.api.shown(ticket.id) if not _is_empty(entry)],
            labels=frozenset(ticket.fields.values()),
            follows=next(iter(ticket.refers_to), ""),
        )


def _is_empty(entry: RtEntry) -> bool:
    return entry.creator == BRIDGE and not entry.text and not entry.files


def _seen(entry: RtEntry) -> SeenEntry:
    return SeenEntry(
        id=str(entry.id),
        text=entry.text,
        is_public=entry.type != "Comment",
        files=tuple(SeenFile(file.name, file.content) for file in entry.files),
    )


@contextmanager
def open_bench() -> Iterator[RtBench]:
    """Return a bench of its own."""
    yield RtBench()


def played(stage: Stage) -> RtBench:
    """See Played."""
    return RtBench(clock=stage.clock, lag=3.0, first=stage.first)
