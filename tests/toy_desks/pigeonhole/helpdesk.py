"""A porter's lodge as the pipeline sees it: slips of paper in pigeonholes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.desk_api import items, signing
from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, Location
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, DeskEventIgnored, ReplyWritten, TicketChanged
from chalicelib.domain.envelope import Item
from chalicelib.domain.ports import Secrets
from chalicelib.domain.ticket import (
    Authenticity,
    Entry,
    Idempotency,
    Opening,
    Promise,
    Ticket,
)
from chalicelib.errors import Gone, Refused


@dataclass(slots=True)
class Hole:
    """A pigeonhole, and the slips in it."""

    reference: str
    label: str
    slips: list[str] = field(default_factory=list)


class Pigeonhole:
    """Keeps the contract of `ports.Helpdesk`; nobody can look into `holes` but the porter."""

    promise = Promise(
        creates=Idempotency.NONE,
        appends=Idempotency.NONE,
        authenticity=Authenticity.SIGNED_TIMELESS,
    )

    def __init__(self, *, desk: Desk, secrets: Secrets) -> None:
        self._desk = desk
        self._secrets = secrets
        self.holes: list[Hole] = []

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if the porter sealed the body."""

        def seal(secret: bytes) -> bytes:
            return hmac.digest(secret, body, hashlib.sha256).hex().encode()

        secrets = self._secrets.get(f"desks/{self._desk.id}", "webhook_secrets")
        signing.signed(headers.get("x-seal", ""), seal, secrets=secrets)

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return the one item that a letter of the porter is."""
        hole = items.identifier(body.get("hole"))
        return [items.item(body, desk=self._desk.id, whose=hole, is_reply="answer" in body)]

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """Return an answer or the end of a hole; nothing else is for us."""
        key = items.key(self._desk.id, "letter", items.fingerprint(raw))
        hole, answer = items.identifier(raw.get("hole")), raw.get("answer")
        if isinstance(answer, str):
            return ReplyWritten(
                key=key,
                ticket_id=hole,
                comment_id=items.identifier(raw.get("number")),
                text=answer,
                agent="porter",
                occurred_at=received_at,
            )
        if raw.get("cleared") is True and hole:
            return TicketChanged(
                key=key, ticket_id=hole, status=TicketStatus.CLOSED, occurred_at=received_at
            )
        return DeskEventIgnored(key=key, kind="letter")

    def create(self, opening: Opening) -> Ticket:
        """Label a hole and put the first slip in."""
        self.holes.append(Hole(reference=opening.reference, label=opening.subject))
        ticket_id = str(len(self.holes))
        last_entry = self.append(ticket_id, opening.entry)
        return Ticket(id=ticket_id, url=f"{self._desk.url}/{ticket_id}", last_entry=last_entry)

    def append(self, ticket_id: str, entry: Entry) -> str:
        """Put one more slip into a hole; its number in the hole is its id."""
        if not ticket_id.isdigit() or not 0 < int(ticket_id) <= len(self.holes):
            raise Gone("no such hole")
        slips = self.holes[int(ticket_id) - 1].slips
        slips.append(entry.text if entry.kind.is_public else f"(porter only) {entry.text}")
        return str(len(slips))

    def find(self, reference: str) -> Ticket | None:
        """Return nothing: see `promise`."""
        del reference
        return None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return nothing: see `promise`."""
        del ticket_id, after, entry
        return None

    def locate(self, file: File) -> Location:
        """Refuse: paper has no files."""
        raise Refused("file_unavailable", file.name)

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]] | None:
        """Return nothing: the porter forgets what he told."""
        del since
        return None

    def check(self) -> None:
        """Return: the lodge is always there."""


def create(*, desk: Desk, secrets: Secrets) -> Pigeonhole:
    """Return the lodge of a desk."""
    return Pigeonhole(desk=desk, secrets=secrets)
