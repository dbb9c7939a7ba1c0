"""
RT's REST API in memory, as far as our adapter uses it, and the agents whose deeds our Scrip tells.

tests/integration/rt/test_the_fake.py asks it and a real one the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from chalicelib.http_client import Body, Form, Response

BRIDGE, ALICE = "scripta", "alice"
QUEUE, SECOND, LOCKED = "Messaging", "Second line", "Directors"
_OPEN_TO_US: Final = frozenset({QUEUE, SECOND})
_US: Final = "27"  #: the number of our user
_REAL_NAMES: Final = {BRIDGE: "Scripta", ALICE: "Alice Agent"}
_INACTIVE: Final = frozenset({"resolved", "rejected", "deleted"})
_TICKET_FIELDS: Final = frozenset(
    f"Scripta{name}" for name in ("Reference", "FirstEntry", "Channel", "Account", "Contact")
)
_OF_TICKETS: Final = frozenset(
    [
        "Queue",
        "Subject",
        "Requestor",
        "CustomFields",
        "RefersTo",
        "Content",
        "ContentType",
        "Attachments",
    ]
)
_OF_ENTRIES: Final = frozenset(
    ["Content", "ContentType", "Subject", "Status", "TxnCustomFields", "Attachments"]
)
_CLAUSE: Final = re.compile(
    r"\s*(?:AND\s+)?(?P<name>'CF\.\{\w+\}'|[A-Za-z.]+)\s*(?P<how>!=|=|>)\s*"
    r"(?P<value>'(?:[^'\\]|\\.)*'|[0-9]+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RtFile:
    """A file of an entry."""

    id: int
    name: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class RtEntry:
    """Something said in a ticket; the API shows it from `seen_from` on, in ms since the epoch."""

    id: int
    ticket: int
    type: str
    creator: str
    at: int
    text: str = ""
    mime: str = "text/plain"
    key: str = ""
    files: tuple[RtFile, ...] = ()
    part: int = 0
    seen_from: int = 0


@dataclass(slots=True, kw_only=True)
class RtTicket:
    """A ticket; `into` is the number of the one that it was merged into."""

    id: int
    queue: str
    subject: str
    requestor: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    refers_to: tuple[str, ...] = ()
    status: str = "new"
    into: int = 0
    entries: list[RtEntry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    status: int
    message: str


class RtApi:
    """
    Answers like RT at any address, to those who have one of `tokens`.

    `wrote` is called with a ticket and each entry that the API puts into it, before the answer, and
    `told` with the body of each webhook. What is written is seen `lag` seconds later: 0 at a real
    one.
    """

    def __init__(
        self, *, tokens: Sequence[str], clock: Callable[[], int], lag: float = 0, first: int = 0
    ) -> None:
        self.tickets: dict[int, RtTicket] = {}
        self.names: dict[str, str] = dict(_REAL_NAMES)
        self.wrote: Callable[[RtTicket, RtEntry], None] = lambda ticket, entry: None
        self.told: Callable[[dict[str, Any]], None] = lambda body: None
        self._tokens = tokens
        self._clock = clock
        self._lag = round(lag * 1000)
        self._last = first

    # --- who asks

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: Body | None = None,
        timeout: float = 10.0,
    ) -> Response:
        """See Transport; there is always an answer."""
        del timeout
        parts = urlsplit(url)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        kind, location = "application/json; charset=utf-8", ""
        try:
            self._admit(headers.get("authorization", ""))
            if parts.path.startswith("/Ticket/Attachment/"):
                return Response(status=200, headers={}, body=self._file(parts.path))
            path = [unquote(each) for each in parts.path.removeprefix("/REST/2.0/").split("/")]
            status, location, said = self._answer(method, path, asked, body)
        except _Refused as refused:
            status, said = refused.status, {"message": refused.message}
        more = {"location": location} if location else {}
        content = json.dumps(said).encode()
        return Response(status=status, headers={"content-type": kind, **more}, body=content)

    def _admit(self, authorization: str) -> None:
        if authorization.removeprefix("token ") not in self._tokens:
            raise _Refused(HTTPStatus.UNAUTHORIZED, "Unauthorized")

    def _answer(
        self, method: str, path: Sequence[str], asked: Mapping[str, str], body: Body | None
    ) -> tuple[int, str, Any]:
        match method, list(path):
            case "POST", ["ticket"]:
                number = self._create(*_read(body, _OF_TICKETS))
                where = f"/REST/2.0/ticket/{number}"
                said: Any = {"id": str(number), "type": "ticket", "_url": f"https://rt.test{where}"}
                return HTTPStatus.CREATED, where, said
            case "POST", ["ticket", number, "correspond" | "comment" as way]:
                entry = self._append(int(number), way, *_read(body, _OF_ENTRIES))
                return HTTPStatus.CREATED, f"/REST/2.0/transaction/{entry}", ["Recorded"]
            case "GET", [what, *rest]:
                return HTTPStatus.OK, "", self._read(what, rest, asked)
            case _:
                raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, "Method Not Allowed")

    def _read(self, what: str, rest: Sequence[str], asked: Mapping[str, str]) -> Any:
        match what, list(rest):
            case "tickets", []:
                return _page(map(_ticket, self._tickets(asked["query"])), asked)
            case "transactions", []:
                return _page(map(_entry, self._entries(asked["query"])), asked)
            case "transaction", [number, "attachments"]:
                entry = next(e for e in self._all() if e.id == int(number))
                return {"items": list(_parts(entry))}
            case "attachments", []:
                wanted = str(json.loads(asked["query"])[0]["value"])
                parts = [part for entry in self._all() for part in _parts(entry, whole=True)]
                return {"items": [part for part in parts if part["id"] == wanted]}
            case "user", [name] if name in self.names:
                privileged = int(name in _REAL_NAMES)
                return {"Name": name, "RealName": self.names[name], "Privileged": privileged}
            case "queue", [name]:
                if name not in _OPEN_TO_US:
                    raise _Refused(HTTPStatus.FORBIDDEN, "Forbidden")
                return {
                    "Name": name,
                    "TicketCustomFields": [{"name": each} for each in sorted(_TICKET_FIELDS)],
                    "TicketTransactionCustomFields": [{"name": "ScriptaEntry"}],
                }
            case _:
                raise _Refused(HTTPStatus.NOT_FOUND, "Not Found")

    # --- what it does

    def _create(self, said: Mapping[str, Any], files: Sequence[tuple[str, bytes]]) -> int:
        if said.get("Queue") not in _OPEN_TO_US:
            message = f"No permission to create tickets in the queue '{said.get('Queue')}'"
            raise _Refused(HTTPStatus.FORBIDDEN, message)
        name, address = parseaddr(str(said.get("Requestor", "")))
        self.names.setdefault(address, name)
        ticket = RtTicket(
            id=self._number(),
            queue=said["Queue"],
            subject=said["Subject"],
            requestor=address,
            fields={k: v for k, v in said["CustomFields"].items() if k in _TICKET_FIELDS},
            refers_to=tuple(str(n) for n in said.get("RefersTo", ()) if int(n) in self.tickets),
        )
        self.tickets[ticket.id] = ticket
        self._add(ticket, "Create", BRIDGE, text=said.get("Content", ""), files=files)
        return ticket.id

    def _append(
        self, number: int, way: str, said: Mapping[str, Any], files: Sequence[tuple[str, bytes]]
    ) -> int:
        ticket = self.tickets.get(number)
        ticket = self._whole(ticket) if ticket else None
        if ticket is None or ticket.queue not in _OPEN_TO_US:
            raise _Refused(HTTPStatus.BAD_REQUEST, "Permission Denied")
        key = said.get("TxnCustomFields", {}).get("ScriptaEntry", "")
        kind, text = way.capitalize(), said["Content"]
        entry = self._add(ticket, kind, BRIDGE, text=text, files=files, key=key)
        ticket.status = said.get("Status", ticket.status)
        return entry.id

    def _add(
        self,
        ticket: RtTicket,
        kind: str,
        creator: str,
        *,
        files: Sequence[tuple[str, bytes]] = (),
        **said: Any,
    ) -> RtEntry:
        now = self._clock()
        entry = RtEntry(
            id=self._number(),
            ticket=ticket.id,
            type=kind,
            creator=creator,
            at=now,
            part=self._number(),
            files=tuple(RtFile(id=self._number(), name=n, content=c) for n, c in files),
            seen_from=now + self._lag if creator == BRIDGE else 0,
            **said,
        )
        ticket.entries.append(entry)
        if creator == BRIDGE:
            self.wrote(ticket, entry)
        return entry

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _whole(self, ticket: RtTicket) -> RtTicket:
        """Return the ticket that shows what is in a ticket: itself, or the one it went over into."""
        return self._whole(self.tickets[ticket.into]) if ticket.into else ticket

    # --- what agents do

    def open_as_agent(self, text: str, *, queue: str = QUEUE) -> int:
        """Open a ticket that has nothing to do with us."""
        ticket = RtTicket(id=self._number(), queue=queue, subject=text)
        self.tickets[ticket.id] = ticket
        self._add(ticket, "Create", ALICE, text=text)
        return ticket.id

    def write_as_agent(
        self,
        ticket_id: int,
        text: str,
        *,
        public: bool = True,
        mime: str = "text/plain",
        files: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Answer in a ticket, or write a comment for colleagues."""
        ticket = self._whole(self.tickets[ticket_id])
        kind = "Correspond" if public else "Comment"
        entry = self._add(ticket, kind, ALICE, text=text, mime=mime, files=files)
        if public:
            form = "html" if mime == "text/html" else "text"
            links = [{"id": f"{entry.id}/{file.id}", "filename": file.name} for file in entry.files]
            about = {"agent": _REAL_NAMES[ALICE], form: text, "attachments": links}
            self._tell("reply.send", ticket, entry.id, comment_id=str(entry.id), **about)

    def set_status(self, ticket_id: int, status: str) -> None:
        """Set a ticket's status; a deleted one stays where it is, and is shown in no list."""
        ticket = self._whole(self.tickets[ticket_id])
        ticket.status = status
        if status == "deleted":
            self._tell("ticket.deleted", ticket, self._number())
        else:
            word = "closed" if status in _INACTIVE else "open"
            self._tell("ticket.status", ticket, self._number(), status=word)

    def merge(self, ticket_id: int, into: int) -> None:
        """Merge a ticket into another one."""
        ticket = self.tickets[ticket_id]
        ticket.into = into
        reference = ticket.fields.get("ScriptaReference", "")
        about = {"into": str(self._whole(ticket).id), "conversation_id": reference}
        self._tell("ticket.merged", ticket, self._number(), **about)

    def move(self, ticket_id: int, queue: str) -> None:
        """Move a ticket into another queue."""
        self._whole(self.tickets[ticket_id]).queue = queue

    def shown(self, ticket_id: int) -> list[RtEntry]:
        """Return what a ticket shows, with what was merged into it, in its order."""
        there = self._in(self._whole(self.tickets[ticket_id]))
        return sorted((e for t in there for e in t.entries), key=lambda entry: entry.id)

    def _in(self, ticket: RtTicket) -> list[RtTicket]:
        """Return a ticket and those that were merged into it."""
        return [ticket, *(t for t in self.tickets.values() if t.into and self._whole(t) is ticket)]

    def _tell(self, kind: str, ticket: RtTicket, number: int, **about: Any) -> None:
        references = [t.fields.get("ScriptaReference", "") for t in self._in(ticket)]
        reference = next(filter(None, references), "")
        if not reference and ticket.queue != QUEUE:
            return
        at = datetime.fromtimestamp(self._clock() / 1000, tz=UTC).isoformat(timespec="milliseconds")
        data = {"ticket_id": str(ticket.id), "event_id": str(number), "conversation_id": reference}
        self.told({"type": kind, "timestamp": at, "data": data | about})

    # --- what it shows

    def _all(self) -> Iterator[RtEntry]:
        for ticket in self.tickets.values():
            if self._whole(ticket).queue in _OPEN_TO_US:
                yield from ticket.entries

    def _tickets(self, query: str) -> Iterator[RtTicket]:
        clauses = _clauses(query)
        merged_too = any(name == "EffectiveId" for name, _, _ in clauses)
        for ticket in self.tickets.values():
            whole = self._whole(ticket)
            hidden = ticket.into and not merged_too
            reachable = whole.queue in _OPEN_TO_US and ticket.status != "deleted"
            begun = all(entry.seen_from <= self._clock() for entry in ticket.entries[:1])
            values = {
                "id": ticket.id,
                "EffectiveId": whole.id,
                # Who asked in a ticket asks in the one that it went over into, too.
                "Requestor.EmailAddress": {t.requestor for t in self._in(ticket)},
                **{f"'CF.{{{name}}}'": value for name, value in ticket.fields.items()},
            }
            if reachable and begun and not hidden and _fits(values, clauses):
                yield ticket

    def _entries(self, query: str) -> Iterator[RtEntry]:
        clauses = _clauses(query)
        for entry in self._all():
            values = {
                "ObjectType": "RT::Ticket",
                "Type": entry.type,
                "TicketId": entry.ticket,
                "Creator": _US if entry.creator == BRIDGE else "33",
                "'CF.{ScriptaEntry}'": entry.key,
            }
            if entry.seen_from <= self._clock() and _fits(values, clauses):
                yield entry

    def _file(self, path: str) -> bytes:
        _, _, _, entry_id, part_id, *_ = path.split("/")
        for entry in self._all():
            for file in entry.files:
                if (str(entry.id), str(file.id)) == (entry_id, part_id):
                    return file.content
        raise _Refused(HTTPStatus.NOT_FOUND, "Not Found")


def _clauses(query: str) -> list[tuple[str, str, str]]:
    """Return the parts of a query, all of which must hold; refuse what we never ask."""
    found, at = [], 0
    while at < len(query):
        part = _CLAUSE.match(query, at)
        if part is None:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"Wrong query, expecting a clause in '{query}'")
        value = part["value"]
        plain = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith("'") else value
        found.append((part["name"], part["how"], plain))
        at = part.end()
    return found


def _fits(values: Mapping[str, Any], clauses: Sequence[tuple[str, str, str]]) -> bool:
    def holds(name: str, how: str, value: str) -> bool:
        # Most databases do not tell capitals from others.
        has = values.get(name, "")
        if how == ">":
            return int(has) > int(value)
        several = has if isinstance(has, set) else {has}
        return (value.lower() in {str(each).lower() for each in several}) is (how == "=")

    return all(holds(*clause) for clause in clauses)


def _page(rows: Iterator[dict[str, Any]], asked: Mapping[str, str]) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda row: int(row["id"]), reverse=asked["order"] == "DESC")
    size, page = int(asked["per_page"]), int(asked["page"])
    items = ordered[(page - 1) * size : page * size]
    return {"page": page, "per_page": size, "count": len(items), "items": items}


def _fields(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "values": [value] if value else []} for name, value in values.items()]


def _ticket(ticket: RtTicket) -> dict[str, Any]:
    return {
        "id": str(ticket.id),
        "EffectiveId": str(ticket.into or ticket.id),
        "CustomFields": _fields(ticket.fields),
    }


def _entry(entry: RtEntry) -> dict[str, Any]:
    at = datetime.fromtimestamp(entry.at // 1000, tz=UTC).isoformat().replace("+00:00", "Z")
    return {
        "id": str(entry.id),
        "ObjectId": str(entry.ticket),
        "Type": entry.type,
        "Creator": {"id": entry.creator, "type": "user"},
        "Created": at,
        "CustomFields": _fields({"ScriptaEntry": entry.key}),
    }


def _parts(entry: RtEntry, *, whole: bool = False) -> Iterator[dict[str, Any]]:
    if whole:
        yield {"id": str(entry.part), "TransactionId": str(entry.id), "Content": entry.text}
        return
    yield {"id": str(entry.part), "Filename": "", "ContentType": entry.mime}
    for file in entry.files:
        yield {"id": str(file.id), "Filename": file.name, "ContentType": "application/octet-stream"}


def _read(
    body: Body | None, names: frozenset[str]
) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """Return what a request says and its files; refuse what RT refuses, and what it passes over."""
    files: list[tuple[str, bytes]] = []
    if isinstance(body, Form):
        said = json.loads(body.fields["JSON"])
        files = [(file.name, file.content) for file in body.files if file.field == "Attachments"]
        assert len(files) == len(body.files)
    else:
        assert isinstance(body, Mapping)
        said = json.loads(json.dumps(body))
    assert not set(said) - names, set(said) - names
    try:
        json.dumps(said, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        message = "JSON parse error: missing low surrogate character in surrogate pair"
        raise _Refused(HTTPStatus.BAD_REQUEST, message) from exc
    if any(not content for _, content in files):
        message = "FileContent is a required field for each attachment in Attachments"
        raise _Refused(HTTPStatus.BAD_REQUEST, message)
    return said, files
