"""Freshdesk's API v2 in memory, as far as our adapter uses it, with its agents and its automations."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from chalicelib.http_client import Form
from tests.desks.bench import SeenFile
from tests.fakes.desks.vendor import Answered, Asked, Vendor

URL: Final = "https://example.freshdesk.com"
BRIDGE, ALICE = 11, 12  #: the bridge's own agent, and another one
FIELDS: Final = ("cf_reference", "cf_channel", "cf_account", "cf_handle")
OPEN, RESOLVED = 2, 4

_QUERY: Final = re.compile(r"\"([a-z0-9_]+):'([^']*)'\"")
_INDEXED_AFTER: Final = 300.0  # seconds, until a search sees a change
_LARGEST: Final = 20 * 1024 * 1024  # bytes of all files of a call


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A reply or a note."""

    id: int
    body: str
    by: int
    incoming: bool
    private: bool
    source: int
    at: float
    seen_from: float
    files: tuple[tuple[int, SeenFile, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Ticket:
    """One ticket."""

    id: int
    subject: str
    description: str
    requester: int
    at: float
    changed: float
    seen_from: float
    status: int = OPEN
    deleted: bool = False
    tags: Sequence[str] = ()
    custom_fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[tuple[int, SeenFile, str], ...] = ()
    conversations: list[Conversation] = field(default_factory=list)


class FreshdeskApi(Vendor):
    """
    One account; `wrote` gets None for a ticket's description.

    What is written is seen by a search after five minutes.
    """

    root = "/api/v2/"

    def __init__(self, *, keys: Sequence[str], **said: Any) -> None:
        super().__init__("freshdesk", **said)
        self.tickets: dict[int, Ticket] = {}
        self.contacts: dict[int, dict[str, Any]] = {}
        self.names = {BRIDGE: "Scripta", ALICE: "Alice"}
        self.files: dict[int, SeenFile] = {}
        self.taken_phones: set[str] = set()
        self.calls_left = 10_000
        self._accepted = [_basic(key) for key in keys]

    # --- what the API does

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """See Vendor."""
        if asked.headers.get("authorization") not in self._accepted:
            refused = {"code": "invalid_credentials", "message": "You have to be logged in."}
            raise Answered(HTTPStatus.UNAUTHORIZED, refused)
        self.calls_left -= 1
        if self.calls_left < 0:
            said = {"message": "You have exceeded the limit of requests per minute"}
            raise Answered(HTTPStatus.TOO_MANY_REQUESTS, said, {"retry-after": "34"})
        said = self._read(asked) if asked.method == "GET" else self._written(asked)
        return (HTTPStatus.CREATED if asked.method == "POST" else HTTPStatus.OK), said

    def _read(self, asked: Asked) -> Any:
        match asked.path:
            case ("agents", "me"):
                said: Any = {"id": BRIDGE, "contact": {"name": "Scripta"}}
            case ("contacts",):
                named = asked.query["unique_external_id"]
                known = self.contacts.values()
                said = [each for each in known if each["unique_external_id"] == named]
            case ("tickets",):
                said = self._list(asked.query)
            case ("search", "tickets"):
                said = self._search(asked.query["query"])
            case ("tickets", number):
                said = self._told(self._there(number))
            case ("tickets", number, "conversations"):
                said = self._page(self._conversations(self._there(number)), asked.query)
            case _:
                raise Answered(HTTPStatus.NOT_FOUND, None)
        return said

    def _written(self, asked: Asked) -> Any:
        said, files = self._said(asked.body)
        match asked.method, asked.path:
            case "POST", ("contacts",):
                made: Any = self._contact(said)
            case "POST", ("tickets",):
                made = self._create(said, files)
            case "PUT", ("tickets", number):
                made = self._told(self.set_status(self._writable(number), said["status"]))
            case "POST", ("tickets", number, "notes"):
                made = self._note(self._writable(number), said, files)
            case _:
                raise Answered(HTTPStatus.NOT_FOUND, None)
        return made

    def _said(self, body: Any) -> tuple[dict[str, Any], tuple[tuple[int, SeenFile, str], ...]]:
        """Return what a request says, a form's texts as JSON has them, and its files."""
        if not isinstance(body, Form):
            return dict(body), ()
        if sum(len(file.content) for file in body.files) > _LARGEST:
            raise _invalid("attachments", "Invalid size, it can not be more than 20 MB")
        said: dict[str, Any] = {"custom_fields": {}}
        for name, text in body.fields.items():
            inner = re.fullmatch(r"custom_fields\[(.+)\]", name)
            if inner:
                said["custom_fields"][inner[1]] = text
            else:
                said[name] = {"true": True, "false": False}.get(text, text)
        for name, text in body.repeated:
            said.setdefault(name.removesuffix("[]"), []).append(text)
        files = tuple(
            self.attach(SeenFile(each.name, each.content), each.mime) for each in body.files
        )
        return said, files

    def _contact(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        known = {each["unique_external_id"] for each in self.contacts.values()}
        for name, taken in (("unique_external_id", known), ("phone", self.taken_phones)):
            if said.get(name) in taken:
                raise _duplicate(name)
        contact = {"id": self._number(), **said}
        self.contacts[contact["id"]] = contact
        return contact

    def _create(
        self, said: Mapping[str, Any], files: tuple[tuple[int, SeenFile, str], ...]
    ) -> Mapping[str, Any]:
        if int(said["requester_id"]) not in self.contacts:
            raise _invalid("requester_id", "There is no contact matching the given requester_id")
        if set(said["custom_fields"]) - set(FIELDS):
            raise _invalid("custom_fields", "Unexpected/invalid field in request")
        ticket = Ticket(
            id=self._number(),
            subject=said["subject"],
            description=said["description"],
            requester=int(said["requester_id"]),
            at=self.now(),
            changed=self.now(),
            seen_from=self.now() + self._lag,
            status=int(said["status"]),
            tags=said["tags"],
            custom_fields=said["custom_fields"],
            files=files,
        )
        self.tickets[ticket.id] = ticket
        self.wrote(ticket, None)
        return self._told(ticket)

    def _note(
        self,
        ticket: Ticket,
        said: Mapping[str, Any],
        files: tuple[tuple[int, SeenFile, str], ...],
    ) -> Mapping[str, Any]:
        by = int(said["user_id"])
        if by not in self.contacts and by not in self.names:
            raise _invalid("user_id", "There is no contact matching the given user_id")
        note = self.add(
            ticket,
            by=by,
            body=said["body"],
            incoming=said["incoming"],
            private=said["private"],
            files=files,
        )
        self.wrote(ticket, note)
        return self._shown(ticket, note)

    def _there(self, number: str) -> Ticket:
        ticket = self.tickets.get(int(number))
        if ticket is None:
            raise Answered(HTTPStatus.NOT_FOUND, None)
        return ticket

    def _writable(self, number: str) -> Ticket:
        ticket = self._there(number)
        if ticket.deleted:
            raise Answered(HTTPStatus.METHOD_NOT_ALLOWED, None)
        return ticket

    # --- what the API shows

    def _list(self, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
        seen = [t for t in self.tickets.values() if t.seen_from <= self.now() and not t.deleted]
        if "updated_since" in query:
            since = datetime.fromisoformat(query["updated_since"]).timestamp()
            seen = [t for t in seen if t.changed >= since]
        by_change = query["order_by"] == "updated_at"
        seen.sort(key=lambda t: (t.changed if by_change else t.at, t.id), reverse=True)
        return [self._row(ticket) for ticket in self._page(seen, query)]

    def _page(self, rows: list[Any], query: Mapping[str, str]) -> list[Any]:
        size = int(query["per_page"])
        begin = (int(query["page"]) - 1) * size
        return rows[begin : begin + size]

    def _search(self, query: str) -> Mapping[str, Any]:
        found = _QUERY.fullmatch(query)
        if found is None or found[1] not in FIELDS:
            raise _invalid("query", "Unexpected/invalid field in request")
        indexed = [t for t in self.tickets.values() if t.at <= self.now() - _INDEXED_AFTER]
        named = [t for t in indexed if t.custom_fields.get(found[1]) == found[2]]
        return {"total": len(named), "results": [self._row(ticket) for ticket in named[:30]]}

    def _row(self, ticket: Ticket) -> Mapping[str, Any]:
        return {
            "id": ticket.id,
            "status": ticket.status,
            "requester_id": ticket.requester,
            "spam": False,
            "subject": ticket.subject,
            "created_at": _time(ticket.at),
            "updated_at": _time(ticket.changed),
            "custom_fields": {name: ticket.custom_fields.get(name) for name in FIELDS},
        } | ({"deleted": True} if ticket.deleted else {})

    def _told(self, ticket: Ticket) -> Mapping[str, Any]:
        return {
            **self._row(ticket),
            "tags": list(ticket.tags),
            "description": ticket.description,
            "description_text": plain(ticket.description),
            "attachments": [self._file(*each) for each in ticket.files],
        }

    def _conversations(self, ticket: Ticket) -> list[Mapping[str, Any]]:
        seen = [each for each in ticket.conversations if each.seen_from <= self.now()]
        return [self._shown(ticket, each) for each in seen]

    def _shown(self, ticket: Ticket, each: Conversation) -> Mapping[str, Any]:
        return {
            "id": each.id,
            "ticket_id": ticket.id,
            "body": each.body,
            "body_text": plain(each.body),
            "incoming": each.incoming,
            "private": each.private,
            "user_id": each.by,
            "source": each.source,
            "created_at": _time(each.at),
            "updated_at": _time(each.at),
            "attachments": [self._file(*file) for file in each.files],
        }

    def _file(self, number: int, file: SeenFile, mime: str) -> Mapping[str, Any]:
        return {
            "id": number,
            "name": file.name,
            "content_type": mime,
            "size": len(file.content),
            "attachment_url": self.file_url(number),
        }

    # --- what happens in the account

    def open(self, text: str) -> Ticket:
        """Do what an agent does who opens a ticket of their own."""
        requester = self._number()
        self.contacts[requester] = {"id": requester, "name": "Bo", "unique_external_id": None}
        ticket = Ticket(
            id=self._number(),
            subject=text,
            description=page_of(text),
            requester=requester,
            at=self.now(),
            changed=self.now(),
            seen_from=self.now(),
        )
        self.tickets[ticket.id] = ticket
        return ticket

    def add(
        self,
        ticket: Ticket,
        *,
        by: int,
        body: str,
        incoming: bool = False,
        private: bool = False,
        source: int = 2,
        files: tuple[tuple[int, SeenFile, str], ...] = (),
    ) -> Conversation:
        """Add a reply or a note; the automation tells of what an agent wrote in public."""
        lag = self._lag if by != ALICE else 0
        note = Conversation(
            id=self._number(),
            body=body,
            by=by,
            incoming=incoming,
            private=private,
            source=source,
            at=self.now(),
            seen_from=self.now() + lag,
            files=files,
        )
        ticket.conversations.append(note)
        ticket.changed = self.now()
        if by in self.names and not private and not incoming:
            comment = f"{self.names[by]} : {body}"
            about = {"ticket_id": ticket.id, "ticket_latest_public_comment": comment}
            self._post({"freshdesk_webhook": about})
        return note

    def attach(self, file: SeenFile, mime: str) -> tuple[int, SeenFile, str]:
        """Return a file as a conversation has it."""
        number = self._number()
        self.files[number] = file
        return number, file, mime

    def set_status(self, ticket: Ticket, status: int) -> Ticket:
        """Do what an agent does who changes a ticket's status; the automation tells of it."""
        if ticket.status != status:
            ticket.status, ticket.changed = status, self.now()
            self._post({"event": "status", "ticket_id": str(ticket.id)})
        return ticket

    def remove(self, ticket: Ticket) -> None:
        """Do what an agent does who deletes a ticket: the automation tells of it."""
        ticket.deleted, ticket.changed = True, self.now()
        self._post({"event": "status", "ticket_id": str(ticket.id)})

    def merge(self, ticket: Ticket, into: Ticket) -> None:
        """Do what an agent does who merges a ticket into another one, with private notes."""
        words = page_of(f"This ticket is closed and merged into ticket {into.id}")
        self.add(ticket, by=ALICE, body=words, private=True)
        self.add(into, by=ALICE, body=page_of(f"Ticket {ticket.id} was merged"), private=True)
        self.set_status(ticket, 5)

    def file_url(self, number: int) -> str:
        """Return where a file is to be had."""
        name = quote(self.files[number].name)
        return f"https://cdn.freshdesk.com/data/helpdesk/attachments/production/{number}/original/{name}"


def sign(*, secret: str) -> dict[str, str]:
    """Return the headers of a webhook that brings a secret along."""
    return {"x-scripta-secret": secret}


def page_of(text: str) -> str:
    """Return what Freshdesk's editor makes of a text."""
    shown = html.escape(text, quote=False).replace("\n", "<br>")
    return f'<div style="font-size:14px"><div dir="ltr">{shown}</div></div>'


def plain(page: str) -> str:
    """Return a page as text."""
    text = re.sub(r"<br\s*/?>", "\n", page)
    return html.unescape(re.sub(r"</?div[^<>]*>", "", text)).replace("\xa0", " ")


def _basic(key: str) -> str:
    return f"Basic {base64.b64encode(f'{key}:X'.encode()).decode()}"


def _invalid(name: str, why: str) -> Answered:
    errors = [{"field": name, "message": why, "code": "invalid_value"}]
    said = {"description": "Validation failed", "errors": errors}
    return Answered(HTTPStatus.BAD_REQUEST, said)


def _duplicate(name: str) -> Answered:
    errors = [{"field": name, "message": "It should be a unique value", "code": "duplicate_value"}]
    return Answered(HTTPStatus.CONFLICT, {"description": "Validation failed", "errors": errors})


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
