"""The bench of a real Request Tracker, for what the conformance suite asks of every helpdesk."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.request_tracker.helpdesk import RequestTracker
from chalicelib.http_client import Http
from tests.desks.bench import DESK, NEW, OLD, Headers, SeenEntry, SeenFile, SeenTicket, Webhook
from tests.desks.mishaps import Mishappening, Mishaps
from tests.desks.signed import Signing, standard_webhook
from tests.fakes.secrets import MemorySecrets
from tests.integration.desk.receiver import Received, Receiver
from tests.integration.rt.rt import QUEUE, RtProcess, RtUser, text_of

_DEADLINE = 30.0
_CLOSED = frozenset({"resolved", "rejected", "deleted"})


@dataclass(slots=True)
class RealBench(Signing, Mishappening):
    """See Bench; what RT posts was verified by the receiver, and is signed anew with NEW."""

    rt: RtProcess
    receiver: Receiver
    alice: RtUser
    merges: bool = True
    removes: bool = False
    closes_for_good: bool = False
    secrets: MemorySecrets = field(init=False)
    mishaps: Mishaps = field(init=False)
    helpdesk: Helpdesk = field(init=False)
    _known: int = 0

    def __post_init__(self) -> None:
        fields = {"api_tokens": (self.rt.tokens["scripta"],), "webhook_secrets": (NEW, OLD)}
        self.secrets = MemorySecrets({f"desks/{DESK}": fields})
        self.mishaps = Mishaps(Http())
        desk = Desk(id=DESK, helpdesk="request_tracker", url=self.rt.url)
        self.helpdesk = RequestTracker(desk=desk, secrets=self.secrets, http=self.mishaps)

    def ticket(self, ticket_id: str) -> SeenTicket:
        """See Bench."""
        told = self.alice.ticket(ticket_id)
        fields = {each["name"]: each["values"] for each in told["CustomFields"]}
        links = [link["id"] for link in told["_hyperlinks"] if link["ref"] == "refers-to"]
        entries = [self._seen(each) for each in self.alice.entries(ticket_id)]
        return SeenTicket(
            id=str(told["id"]),
            subject=told["Subject"],
            reference="".join(fields.get("ScriptaReference", ())),
            requester="".join(person["id"] for person in told["Requestor"]),
            is_open=told["Status"] not in _CLOSED,
            # What a ticket begins with shows nothing where a note follows.
            entries=[each for each in entries if each.text or each.files],
            labels=frozenset(value for values in fields.values() for value in values),
            follows="".join(links),
        )

    def tickets(self) -> Sequence[SeenTicket]:
        """See Bench: the newest ones."""
        asked = {"query": f"Queue = '{QUEUE}'", "orderby": "id", "order": "DESC", "per_page": 3}
        return [self.ticket(row["id"]) for row in self.alice.get("/tickets", **asked)["items"]]

    def open(self, text: str) -> str:
        """See Bench."""
        return self.alice.open(text)

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """See Bench."""
        self.alice.reply(ticket_id, text, files=files)
        return self._told(ticket_id, "reply.send")

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench."""
        self.alice.note(ticket_id, text)
        return ()

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        del for_good
        self.alice.change(ticket_id, Status="resolved")
        return self._told(ticket_id, "ticket.status")

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        self.alice.change(ticket_id, Status="open")
        return self._told(ticket_id, "ticket.status")

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        self.alice.change(ticket_id, Status="deleted")
        return self._told(ticket_id, "ticket.deleted")

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench."""
        self.alice.change(ticket_id, MergeInto=into)
        return self._told(ticket_id, "ticket.merged")

    def echoes(self) -> Sequence[Webhook]:
        """See Bench."""
        return [_webhook(each) for each in self._news()]

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        answer = httpx.get(url, headers=dict(headers), timeout=_DEADLINE)
        if answer.status_code != httpx.codes.OK:
            raise LookupError(answer.status_code)
        return answer.content

    def let_pass(self, seconds: float) -> None:
        """See Bench: what was written is seen at once; only what is older has to become so."""
        if seconds != self.helpdesk.promise.lookup_lag:
            time.sleep(seconds)

    def _told(self, ticket_id: str, kind: str) -> Sequence[Webhook]:
        deadline = time.monotonic() + _DEADLINE
        found: list[Received] = []
        while not found:
            assert time.monotonic() < deadline, f"no {kind} of {ticket_id}"
            found = [e for e in self._news() if e.type == kind and str(e.ticket_id) == ticket_id]
            time.sleep(0.01)
        return [_webhook(each) for each in found]

    def _news(self) -> Sequence[Received]:
        received = list(self.receiver.received)
        news, self._known = received[self._known :], len(received)
        return news

    def _seen(self, entry: Mapping[str, Any]) -> SeenEntry:
        names = {part["id"]: part["Filename"] for part in entry["parts"] if part["Filename"]}
        place = f"{self.rt.url}/Ticket/Attachment/{entry['id']}"
        headers = dict(self.alice.http.headers)
        return SeenEntry(
            id=str(entry["id"]),
            text=text_of(entry),
            is_public=entry["Type"] != "Comment",
            files=tuple(
                SeenFile(name, self.fetch(f"{place}/{number}/file", headers))
                for number, name in names.items()
            ),
        )


def _webhook(one: Received) -> Webhook:
    said = {"type": one.type, "timestamp": one.timestamp, "data": one.data}
    body = json.dumps(said).encode()
    return Webhook(body, standard_webhook(body, secret=NEW))
