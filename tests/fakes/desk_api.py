"""
The REST API of a django-helpdesk in memory, as far as our adapter uses it.

tests/integration/helpdesks/test_the_fake.py asks it and a real one the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from chalicelib.http_client import Body, Form, Response, Upload

BRIDGE, ALICE = 2, 1  #: the users that we and an agent are
_QUEUE: Final = "1"
_FIELDS: Final = (
    *("queue", "title", "description", "priority", "submitter_email", "attachment"),
    *("custom_conversation_id", "custom_channel"),
)
_REOPENS: Final = "1"
#: How a comment protects what Django would render: a string literal comes out as itself.
_LITERAL: Final = re.compile(r'\{\{ "([^"]*)" \}\}')


@dataclass(slots=True, kw_only=True)
class FollowUp:
    """An entry of a ticket; the API shows it from `seen_from` on, in ms since the epoch."""

    id: int
    user: int
    public: bool
    comment: str
    files: tuple[Upload, ...] = ()
    seen_from: int = 0


@dataclass(slots=True, kw_only=True)
class ApiTicket:
    """A ticket; `status` is django-helpdesk's number for it, `reference` what we named it by."""

    id: int
    reference: str
    status: int = 1
    merged_to: int | None = None
    entries: list[FollowUp] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Refused(Exception):
    status: int
    about: Mapping[str, Any]


class DeskApi:
    """
    Answers like the helpdesk at any address, to those who have one of `tokens`.

    `wrote` is called with a ticket and each entry that the API puts into it, before the answer.
    What is written is seen `lag` seconds later: 0 at a real one, whose reads go to the database
    that its writes go to.
    """

    def __init__(
        self, *, tokens: tuple[str, ...], clock: Callable[[], int], lag: float = 0
    ) -> None:
        self.tickets: dict[int, ApiTicket] = {}
        self.wrote: Callable[[ApiTicket, FollowUp], None] = lambda ticket, entry: None
        self._tokens = tokens
        self._clock = clock
        self._lag = round(lag * 1000)
        self._numbers = {"ticket": 0, "entry": 0}

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
        try:
            self._admit(headers.get("authorization", ""))
            status, said = self._answer(method, url, body)
        except _Refused as refused:
            status, said = refused.status, refused.about
        content = json.dumps(said).encode()
        return Response(status=status, headers={"content-type": "application/json"}, body=content)

    def _admit(self, authorization: str) -> None:
        if authorization.removeprefix("Token ") not in self._tokens:
            raise _Refused(HTTPStatus.UNAUTHORIZED, {"detail": "Invalid token."})

    def _answer(self, method: str, url: str, body: Body | None) -> tuple[int, Mapping[str, Any]]:
        parts = urlsplit(url)
        path = parts.path.removeprefix("/api/").strip("/").split("/")
        match method, path:
            case "POST", ["tickets"]:
                return HTTPStatus.CREATED, self._create(*_read(body, file="attachment"))
            case "POST", ["followups"]:
                return HTTPStatus.CREATED, self._append(*_read(body, file="attachments"))
            case "GET", ["tickets"]:
                asked = parse_qs(parts.query)
                return HTTPStatus.OK, self._page(asked["page"][0], size=int(asked["page_size"][0]))
            case "GET", ["tickets", number]:
                return HTTPStatus.OK, self._told(self._seen(int(number)))
            case "OPTIONS", ["tickets"]:
                return HTTPStatus.OK, {"actions": {"POST": {name: {} for name in _FIELDS}}}
            case _:
                raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED, {"detail": "not allowed"})

    # --- what it does

    def _create(self, said: Mapping[str, str], files: tuple[Upload, ...]) -> Mapping[str, Any]:
        # A description becomes what the helpdesk calls the body, and that is what is refused.
        wrong = {
            name: ["This field may not be blank."]
            for field, name in (("title", "title"), ("description", "body"))
            if not said.get(field, "").strip()
        }
        if said.get("queue") != _QUEUE:
            wrong["queue"] = ["Invalid pk - object does not exist."]
        _refuse(wrong | _bad_files(files, "attachment"))
        ticket = ApiTicket(
            id=self._number("ticket"), reference=said.get("custom_conversation_id", "").strip()
        )
        self.tickets[ticket.id] = ticket
        self._add(ticket, comment=said["description"].strip(), public=True, files=files)
        return self._told(ticket)

    def _append(self, said: Mapping[str, str], files: tuple[Upload, ...]) -> Mapping[str, Any]:
        ticket = self.tickets.get(int(said["ticket"]))
        wrong = _bad_files(files, "attachments")
        if ticket is None:
            wrong["ticket"] = ["Invalid pk - object does not exist."]
        _refuse(wrong)
        assert ticket is not None
        rendered = _LITERAL.sub(lambda found: found[1], said["comment"].strip())
        public = said["public"] in ("True", "true")
        entry = self._add(ticket, comment=rendered, public=public, files=files)
        if said.get("new_status") == _REOPENS:
            ticket.status = 1
        return _entry(ticket, entry)

    def merge(self, ticket_id: int) -> int:
        """Do what an agent does who merges a ticket into a new one, and return that one's id."""
        into, ticket = ApiTicket(id=self._number("ticket"), reference=""), self.tickets[ticket_id]
        self.tickets[into.id] = into
        into.entries, ticket.entries = ticket.entries, []
        ticket.status, ticket.merged_to = 5, into.id
        return into.id

    def write_as_agent(self, ticket_id: int, comment: str, *, public: bool = True) -> None:
        """Do what somebody at the desk does who adds an entry."""
        self.tickets[ticket_id].entries.append(
            FollowUp(id=self._number("entry"), user=ALICE, public=public, comment=comment)
        )

    def _add(self, ticket: ApiTicket, **said: Any) -> FollowUp:
        seen_from = self._clock() + self._lag
        entry = FollowUp(id=self._number("entry"), user=BRIDGE, seen_from=seen_from, **said)
        ticket.entries.append(entry)
        self.wrote(ticket, entry)
        return entry

    def _number(self, what: str) -> int:
        self._numbers[what] += 1
        return self._numbers[what]

    # --- what it shows

    def _page(self, asked: str, *, size: int) -> Mapping[str, Any]:
        seen = [each for each in self.tickets.values() if not each.entries or self._entries(each)]
        last = max(1, ceil(len(seen) / size))
        number = last if asked == "last" else int(asked)
        if not 1 <= number <= last:
            raise _Refused(HTTPStatus.NOT_FOUND, {"detail": "Invalid page."})
        page = seen[(number - 1) * size : number * size]
        return {"count": len(seen), "results": [self._told(ticket) for ticket in page]}

    def _seen(self, number: int) -> ApiTicket:
        if number not in self.tickets:
            raise _Refused(HTTPStatus.NOT_FOUND, {"detail": "No Ticket matches the given query."})
        return self.tickets[number]

    def _entries(self, ticket: ApiTicket) -> list[FollowUp]:
        return [entry for entry in ticket.entries if entry.seen_from <= self._clock()]

    def _told(self, ticket: ApiTicket) -> Mapping[str, Any]:
        # The answer to a creation tells of it even while a look would not.
        entries = self._entries(ticket) or ticket.entries[:1]
        return {
            "id": ticket.id,
            "status": ticket.status,
            "merged_to": ticket.merged_to,
            "custom_conversation_id": ticket.reference,
            "followup_set": [_entry(ticket, entry) for entry in entries],
        }


def _entry(ticket: ApiTicket, entry: FollowUp) -> dict[str, Any]:
    return {
        "id": entry.id,
        "ticket": ticket.id,
        "user": entry.user,
        "public": entry.public,
        "comment": entry.comment,
        "followupattachment_set": [{"filename": file.name} for file in entry.files],
    }


def _read(body: Body | None, *, file: str) -> tuple[dict[str, str], tuple[Upload, ...]]:
    """Return what a request says, JSON's values as a form has them, and its files."""
    if isinstance(body, Form):
        return dict(body.fields), tuple(each for each in body.files if each.field == file)
    said = body if isinstance(body, Mapping) else {}
    return {name: str(value) for name, value in said.items()}, ()


def _bad_files(files: tuple[Upload, ...], name: str) -> dict[str, Any]:
    empty = any(not file.content for file in files)
    return {name: ["The submitted file is empty."]} if empty else {}


def _refuse(wrong: Mapping[str, Any]) -> None:
    if wrong:
        raise _Refused(HTTPStatus.BAD_REQUEST, wrong)
