"""The bench of Zammad: the adapter before one in memory that is held to the contract."""

from __future__ import annotations

import hmac
import html
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.zammad.helpdesk import Zammad
from tests.desks.bench import (
    DESK,
    TOKEN,
    Bench,
    Headers,
    SeenEntry,
    SeenFile,
    SeenTicket,
    Stage,
    Webhook,
)
from tests.desks.in_memory import InMemory
from tests.fakes.desks.zammad_api import FIELDS, GROUP, ApiTicket, Article, ZammadApi

URL: Final = "https://zammad.test"
OPTIONS: Final = {
    "group": GROUP,
    **dict(zip(("reference_field", "channel_field", "account_field"), FIELDS, strict=True)),
}
ALICE: Final = {"kind": "note", "sender": "Agent", "author": "Alice Smith"}


class ZammadBench(InMemory):
    """See `Bench`; agents can write into every ticket, so that nothing is closed for good."""

    merges = True
    removes = True
    closes_for_good = False

    def __init__(self, **said: Any) -> None:
        self.api = ZammadApi(tokens=(TOKEN,), **said)
        desk = Desk(id=DESK, helpdesk="zammad", url=URL, options=OPTIONS)
        super().__init__(self.api, desk=desk)
        self.helpdesk: Helpdesk = Zammad(desk=desk, secrets=self.secrets, http=self.mishaps)

    def ticket(self, ticket_id: str) -> SeenTicket:
        """See Bench."""
        found = self.api.tickets[int(ticket_id)]
        user = self.api.users[found.customer]
        follows = [str(other) for kind, other in found.links if kind == "normal"]
        return SeenTicket(
            id=str(found.id),
            subject=found.title,
            reference=found.own["scripta_reference"],
            requester=str(found.customer),
            is_open=found.state not in ("closed", "merged"),
            entries=[_seen(article) for article in found.articles],
            labels=frozenset(found.tags) | {*found.own.values(), *map(str, user.values())},
            follows=follows[0] if follows else "",
        )

    def tickets(self) -> Sequence[SeenTicket]:
        """See Bench."""
        return [self.ticket(str(each)) for each in sorted(self.api.tickets)]

    def open(self, text: str) -> str:
        """See Bench."""
        customer = self.api.new_user(login="nicole@acme.test", firstname="Nicole")
        ticket = self.api.open(text, customer=customer)
        self.api.add(ticket.id, body=text, **ALICE)
        self.api.told.clear()
        return str(ticket.id)

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """See Bench; the editor writes HTML."""
        body = "".join(f"<div>{html.escape(line)}</div>" for line in text.split("\n"))
        said: dict[str, Any] = {"body": body, "content_type": "text/html", "files": list(files)}
        return self.of(lambda: self.api.add(int(ticket_id), **said, **ALICE))

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench."""
        add = self.api.add
        return self.of(lambda: add(int(ticket_id), body=text, internal=True, **ALICE))

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        del for_good
        return self.of(lambda: self.api.set_state(int(ticket_id), "closed"))

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        return self.of(lambda: self.api.set_state(int(ticket_id), "open"))

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench; Zammad tells nobody."""
        return self.of(lambda: self.api.tickets.pop(int(ticket_id)))

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench."""
        return self.of(lambda: self.api.merge(int(ticket_id), into=int(into)))

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench; the time is not in it."""
        del at
        return {"x-hub-signature": f"sha1={hmac.new(secret.encode(), body, 'sha1').hexdigest()}"}

    def seen(self, ticket: ApiTicket, entry: Article) -> SeenEntry:
        """See InMemory."""
        del ticket
        return _seen(entry)

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench."""
        return self.api.file(url, headers)

    def webhook(self, **said: Any) -> Mapping[str, Any]:
        """See Bench."""
        article: dict[str, Any] = {
            "sender": "Agent",
            "type": "note",
            "internal": bool(said.pop("private", False)),
        }
        names = {"comment_id": "id", "text": "body", "agent": "from"}
        article |= {names[name]: said[name] for name in names if name in said}
        ticket = {"id": said["ticket_id"]} if "ticket_id" in said else {}
        return {
            "ticket": {"state": "open", "scripta_reference": "c-9", **ticket},
            "article": article,
        }


def _seen(article: Article) -> SeenEntry:
    return SeenEntry(
        id=str(article.id),
        text=article.body,
        is_public=not article.internal,
        by_customer=article.sender == "Customer",
        files=tuple(SeenFile(*file) for file in article.files),
    )


@contextmanager
def open_bench() -> Iterator[Bench]:
    """Open a bench of its own."""
    yield ZammadBench()


def played(stage: Stage) -> ZammadBench:
    """See Played."""
    return ZammadBench(clock=stage.seconds, lag=1.9, strict=False, first=stage.first)
