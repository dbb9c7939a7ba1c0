"""Any helpdesk that somebody plays in memory, in the storm, with its agents and what it posts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from zlib import crc32

from chalicelib.domain.content import Attachment, File, FileKind, Location
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.envelope import compact
from chalicelib.domain.file_names import UNKNOWN, kind_of, mime_of
from chalicelib.domain.ports import Secrets
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import Gone, Refused, TransientError
from chalicelib.http_client import Response, Transport
from tests.builders import Raw
from tests.desks.bench import NEW, TOKEN, Played, SeenEntry, SeenFile, Stage, Webhook
from tests.fakes.helpdesk import DeskEntry, DeskTicket
from tests.storm import transport
from tests.storm.desk import MARKS, answers_instead
from tests.storm.tokens import tokens
from tests.storm.transport import StormyTransport

if TYPE_CHECKING:
    from tests.storm.world import StormWorld

_FOR_GOOD: Final = 4  #: closings for each one that is for good


class PlayedDesk:
    """
    A desk of the kind `helpdesk` behind the storm; see StormyDesk for what it has of one.

    What agents do in it is done in whoever plays it, whose webhooks are kept as they were posted and
    signed anew each time. What it posts about our own writes comes to us, too. Its numbers begin behind
    `first`, so that no two desks have one file at the same address.
    """

    def __init__(self, world: StormWorld, name: str, *, helpdesk: str, first: int) -> None:
        self.played: Played = import_module(f"tests.desks.{helpdesk}").played(
            Stage(clock=world.clock, first=first, linked=self._linked)
        )
        self.played.wrote = self._wrote
        self.line = StormyTransport(world.chaos, self.played.behind, transport.VENDOR)
        self.line.says = transport.said_by_people
        self.line.is_up = lambda: answers_instead(self.down)
        self.down: Exception | None = None
        self._name = name
        self._world = world
        self._shown: dict[str, DeskTicket] = {}
        self._aside: dict[str, DeskTicket] = {}
        self._carried: dict[str, list[str]] = {}
        self._references: dict[str, str] = {}
        self._deeds: dict[str, Sequence[Webhook]] = {}
        self._is_thinned = False  # a ticket was removed, its files with it
        self._reader = self.adapter(secrets=self.played.secrets, http=_Nobody())

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return our tokens, the newest first: that one comes along where a file is fetched."""
        return (TOKEN, "old")

    def adapter(self, *, secrets: Secrets, http: Transport, kind: type[Any] | None = None) -> Any:
        """Return an adapter of this desk, of another class where one is given."""
        made: Any = kind or type(self.played.helpdesk)
        desk = replace(self.played.desk, id=self._name)
        return made(desk=desk, secrets=secrets, http=http)

    @property
    def tickets(self) -> list[DeskTicket]:
        """Return the tickets in which agents answer, oldest first."""
        return list(self._shown.values())

    # --- what agents do

    def close(self, ticket_id: str) -> None:
        """Do what an agent does who closes a ticket, now and then for good."""
        for_good = self.played.closes_for_good and not crc32(ticket_id.encode()) % _FOR_GOOD
        self._deeds[ticket_id] = self.played.close(ticket_id, for_good=for_good)
        if for_good:
            self._aside[ticket_id] = self._shown.pop(ticket_id)

    def remove(self, ticket_id: str) -> None:
        """Do what an agent does who deletes a ticket, and what was merged into it with it."""
        if not self.played.removes:
            self.close(ticket_id)
            return
        self._deeds[ticket_id] = self.played.remove(ticket_id)
        self._is_thinned = True
        del self._shown[ticket_id]
        gone = self._carried.pop(ticket_id, [])
        while gone:
            each = gone.pop()
            self._aside.pop(each, None)
            gone += self._carried.pop(each, [])

    def merge(self, ticket_id: str) -> None:
        """Do what an agent does who merges a ticket into one of their own."""
        if not self.played.merges:
            self.close(ticket_id)
            return
        into = self.played.open("a ticket of Alice's")
        self.played.news()
        self._references[into] = self._reference(ticket_id)
        before = {entry.id for entry in self.played.ticket(ticket_id).entries}
        self._deeds[ticket_id] = self.played.merge(ticket_id, into=into)
        if before & {entry.id for entry in self.played.ticket(into).entries}:
            self._carried[into] = [ticket_id]
        self._aside[ticket_id] = self._shown.pop(ticket_id)

    def write_down(self, ticket_id: str, text: str) -> None:
        """Do what an agent does who hears on the phone what the customer also writes."""
        self.played.note(ticket_id, text)

    def does(self, raw: Raw) -> Sequence[Raw]:
        """Have an agent do what an item tells of, and return what the desk posts about it."""
        ticket_id = str(raw.get("lane") or raw.get("ticket"))
        if raw["type"] == "reply":
            files = [SeenFile(name, content_of(name)) for name in raw.get("files", ())]
            posted = self.played.reply(ticket_id, raw["text"], files=files)
            said = tokens(" ".join([raw["text"], *raw.get("files", ())]))
            for webhook in posted:
                self._world.watch.namesakes.told(compact(json.loads(webhook.body)), said)
        elif raw["type"] == "note":
            posted = self.played.note(ticket_id, raw["text"])
        else:
            posted = self._deeds.pop(ticket_id, ())
        return [_posted(webhook) for webhook in posted]

    # --- what it posts

    def webhook(self, raw: Raw) -> tuple[bytes, Mapping[str, str]]:
        """Return the body of what was posted, signed at this moment."""
        return raw["body"], self.played.sign(raw["body"], secret=NEW)

    def natural_key(self, raw: Mapping[str, Any]) -> str:
        """Return the key of a reply; empty for anything else, and where the desk has to be asked."""
        try:
            event = self._reader.parse(raw, received_at=self._world.clock())
        except TransientError:
            return ""
        return event.key if isinstance(event, ReplyWritten) else ""

    def content_at(self, location: Location) -> bytes | None:
        """Return what is at an address of the desk's own; None where it is not one. Raises Gone."""
        try:
            return self.played.fetch(location.url, location.headers)
        except LookupError as exc:
            if self._is_thinned and self._is_own(location.url):
                raise Gone("no such file") from exc
            return None

    def _is_own(self, url: str) -> bool:
        try:
            self._reader.locate(File(kind=FileKind.DOCUMENT, url=url))
        except Refused:
            return False
        return True

    def _linked(self, link: str) -> bytes:
        found = self._world.media.linked(link)
        return found.content if found else b""

    # --- what stands in it

    def _wrote(self, ticket_id: str, seen: SeenEntry) -> None:
        written = Entry(
            kind=EntryKind.COMMENT if seen.is_public else EntryKind.NOTE,
            text=seen.text.translate(MARKS),
            files=tuple(map(_attachment, seen.files)),
        )
        if ticket_id in self._aside:
            # It was merged, and is written to all the same: agents see it again.
            self._shown[ticket_id] = self._aside.pop(ticket_id)
        shown = self._shown.get(ticket_id)
        if shown is None:
            shown = self._shown[ticket_id] = self._ticket(ticket_id, written)
        self._world.watch.entry(shown, written, there=[*self.tickets, *self._aside.values()])
        shown.entries.append(DeskEntry(id=seen.id, entry=written, seen_from=0))
        for webhook in self.played.news():
            self._world.people.senders[f"desk:{self._name}"].tell(_posted(webhook))

    def _ticket(self, ticket_id: str, written: Entry) -> DeskTicket:
        opening = Opening(
            reference=self._reference(ticket_id),
            subject="",
            channel="",
            account="1",
            customer=Customer(id="p-1", name="", address=""),
            entry=written,
        )
        return DeskTicket(id=ticket_id, opening=opening)

    def _reference(self, ticket_id: str) -> str:
        return self._references.get(ticket_id) or self.played.ticket(ticket_id).reference


class _Nobody:
    """Nobody to ask."""

    def request(self, method: str, url: str, **asked: Any) -> Response:
        """See Transport."""
        del asked
        raise TransientError(f"nobody is asked: {method} {urlsplit(url).path}")


def content_of(name: str) -> bytes:
    """Return the bytes of an agent's file."""
    return f"what is in {name}".encode()


def _posted(webhook: Webhook) -> Raw:
    return {"type": "posted", "body": webhook.body}


def _attachment(file: SeenFile) -> Attachment:
    mime = mime_of(file.name) or UNKNOWN
    return Attachment(kind=kind_of(mime), name=file.name, mime=mime, content=file.content)
