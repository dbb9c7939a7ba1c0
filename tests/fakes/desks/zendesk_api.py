"""Zendesk's Tickets API in memory, as far as our adapter uses it, with its agents and its webhooks."""

from __future__ import annotations

import base64
import hmac
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from chalicelib.http_client import Raw
from tests.desks.bench import SeenFile
from tests.fakes.desks.vendor import Answered, Asked, Vendor

URL: Final = "https://example.zendesk.com"
BRIDGE, ALICE = 11, 12  #: the bridge's own agent, and another one
CUSTOM_FIELDS: Final = {501: "text", 502: "text", 503: "text", 504: "tagger"}

_MOST_UPDATES: Final = 30  # of a ticket by one user
_WINDOW: Final = 600.0  # seconds
_FULL: Final = 5000
_KEPT_FOR: Final = 7200.0  # seconds, an idempotency key


@dataclass(slots=True, kw_only=True)
class Comment:
    """One comment, and the update that it came with."""

    id: int
    audit: int
    author: int
    public: bool
    body: str
    html_body: str
    at: float
    seen_from: float
    files: tuple[tuple[int, SeenFile, str], ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Ticket:
    """One ticket."""

    id: int
    subject: str
    requester: int
    external_id: str | None
    status: str
    at: float
    seen_from: float
    tags: list[str] = field(default_factory=list)
    custom_fields: Mapping[int, str] = field(default_factory=dict)
    follows: int | None = None
    comments: list[Comment] = field(default_factory=list)
    updates: list[float] = field(default_factory=list)


class ZendeskApi(Vendor):
    """
    One account.

    Whoever has one of `tokens` is the bridge's own agent.
    """

    root = "/api/v2/"

    def __init__(self, *, tokens: Sequence[str], **said: Any) -> None:
        super().__init__("zendesk", **said)
        self.tickets: dict[int, Ticket] = {}
        self.users: dict[int, dict[str, Any]] = {
            BRIDGE: {"id": BRIDGE, "role": "agent", "name": "Scripta"},
            ALICE: {"id": ALICE, "role": "agent", "name": "Alice"},
        }
        self.files: dict[int, SeenFile] = {}
        self.full_at = _FULL
        self.taken_phones: set[str] = set()
        self._accepted = [_basic(token) for token in tokens]
        self._uploads: dict[str, tuple[SeenFile, str]] = {}
        self.keys: dict[str, tuple[float, Any, int]] = {}

    # --- what the API does

    def answer(self, asked: Asked) -> tuple[int, Mapping[str, Any]]:
        """See Vendor."""
        if asked.headers.get("authorization") not in self._accepted:
            raise Answered(HTTPStatus.UNAUTHORIZED, {"error": "Couldn't authenticate you"})
        said = self._read(asked) if asked.method == "GET" else self._written(asked)
        return (HTTPStatus.CREATED if asked.method == "POST" else HTTPStatus.OK), said

    def _read(self, asked: Asked) -> Mapping[str, Any]:
        match asked.path:
            case ("users", "me"):
                said: Mapping[str, Any] = {"user": self.users[BRIDGE]}
            case ("users", number):
                if int(number) not in self.users:
                    raise Answered(HTTPStatus.NOT_FOUND, {"error": "RecordNotFound"})
                said = {"user": self.users[int(number)]}
            case ("ticket_fields", number):
                said = {"ticket_field": _field(int(number))}
            case ("tickets",):
                said = self._list(asked.query)
            case ("tickets", number):
                said = {"ticket": self._told(self._there(int(number)))}
            case ("tickets", number, "comments"):
                said = self._comments(self._there(int(number)))
            case ("tickets", number, "audits", audit):
                said = {"audit": self._audit(self._there(int(number)), int(audit))}
            case _:
                raise Answered(HTTPStatus.NOT_FOUND, {"error": "InvalidEndpoint"})
        return said

    def _written(self, asked: Asked) -> Mapping[str, Any]:
        match asked.method, asked.path:
            case "POST", ("users", "create_or_update"):
                said: Mapping[str, Any] = {"user": self._user(asked.body["user"])}
            case "POST", ("uploads",):
                said = {"upload": {"token": self._upload(asked)}}
            case "POST", ("tickets",):
                said = self._create(asked)
            case "PUT", ("tickets", number):
                said = self._update(int(number), asked.body["ticket"])
            case _:
                raise Answered(HTTPStatus.NOT_FOUND, {"error": "InvalidEndpoint"})
        return said

    def _user(self, said: Mapping[str, Any]) -> dict[str, Any]:
        if said.get("phone") in self.taken_phones:
            raise _invalid("phone", "Phone: is already being used by another user")
        known = (u for u in self.users.values() if u.get("external_id") == said["external_id"])
        user = next(known, None) or {"id": self._number()}
        user |= said
        self.users[user["id"]] = user
        return user

    def _upload(self, asked: Asked) -> str:
        assert isinstance(asked.body, Raw)
        if not asked.body.content:
            raise _invalid("base", "Attachment: cannot be empty")
        token = f"token-{self._number()}"
        file = SeenFile(asked.query["filename"], asked.body.content)
        self._uploads[token] = (file, asked.body.mime)
        return token

    def _create(self, asked: Asked) -> Mapping[str, Any]:
        said, key = asked.body["ticket"], asked.headers["idempotency-key"]
        kept = self.keys.get(key)
        if kept and kept[0] > self.now() - _KEPT_FOR:
            if kept[1] != said:
                raise Answered(HTTPStatus.BAD_REQUEST, {"error": "IdempotentRequestError"})
            ticket = self.tickets[kept[2]]
            return self._answer(ticket, ticket.comments[0])
        follows = said.get("via_followup_source_id")
        if follows is not None and self._there(follows).status != "closed":
            raise _invalid("base", "Followup source: is not closed")
        ticket = Ticket(
            id=self._number(),
            subject=said["subject"],
            requester=said["requester_id"],
            external_id=said["external_id"],
            status="new",
            at=self.now(),
            seen_from=self.now() + self._lag,
            tags=list(said["tags"]),
            custom_fields={each["id"]: each["value"] for each in said["custom_fields"]},
            follows=follows,
        )
        comment = self._write(ticket, said["comment"], metadata=said["metadata"])
        self.tickets[ticket.id] = ticket
        self.keys[key] = (self.now(), said, ticket.id)
        self.wrote(ticket, comment)
        return self._answer(ticket, comment)

    def _update(self, number: int, said: Mapping[str, Any]) -> Mapping[str, Any]:
        ticket = self._there(number)
        recent = [at for at in ticket.updates if at > self.now() - _WINDOW]
        if len(recent) >= _MOST_UPDATES:
            wait = round(recent[0] + _WINDOW - self.now()) + 1
            error = {"error": "TooManyRequests"}
            raise Answered(HTTPStatus.TOO_MANY_REQUESTS, error, {"retry-after": str(wait)})
        if ticket.status == "closed":
            raise _invalid("status", "Status: closed prevents ticket update")
        if len(ticket.comments) >= self.full_at:
            raise _invalid("base", "Ticket: has too many comments")
        comment = self._write(ticket, said["comment"], metadata=said["metadata"])
        ticket.updates = [*recent, self.now()]
        self._set(ticket, said["status"], by=BRIDGE)
        self.wrote(ticket, comment)
        return self._answer(ticket, comment)

    def _write(
        self, ticket: Ticket, said: Mapping[str, Any], *, metadata: Mapping[str, Any]
    ) -> Comment:
        if said["author_id"] not in self.users:
            raise _invalid("base", "Author: is invalid")
        tokens = said.get("uploads", ())
        files = tuple((self._number(), *self._uploads.pop(token)) for token in tokens)
        return self.add(
            ticket,
            by=said["author_id"],
            html_body=said["html_body"],
            public=said["public"],
            files=files,
            metadata=metadata,
        )

    def _there(self, number: int) -> Ticket:
        ticket = self.tickets.get(number)
        if ticket is None or ticket.status == "deleted":
            raise Answered(HTTPStatus.NOT_FOUND, {"error": "RecordNotFound"})
        return ticket

    # --- what the API shows

    def _list(self, query: Mapping[str, str]) -> Mapping[str, Any]:
        seen = [t for t in self.tickets.values() if t.seen_from <= self.now()]
        if "external_id" in query:
            named = [t for t in seen if t.external_id == query["external_id"]]
            return {"tickets": [self._told(t) for t in named], "count": len(named)}
        there = [t for t in seen if t.status != "deleted"]
        there.sort(key=lambda t: (t.at, t.id), reverse=True)
        begin = int(query.get("page[after]", 0))
        end = begin + int(query["page[size]"])
        meta = {"has_more": end < len(there), "after_cursor": str(end), "before_cursor": None}
        return {"tickets": [self._told(t) for t in there[begin:end]], "meta": meta}

    def _told(self, ticket: Ticket) -> Mapping[str, Any]:
        return {
            "id": ticket.id,
            "status": ticket.status,
            "requester_id": ticket.requester,
            "external_id": ticket.external_id,
            "subject": ticket.subject,
            "tags": ticket.tags,
            "updated_at": _time(ticket.at),
            "comment_count": len(ticket.comments),
        }

    def _comments(self, ticket: Ticket) -> Mapping[str, Any]:
        seen = [c for c in reversed(ticket.comments) if c.seen_from <= self.now()][:100]
        authors = {comment.author for comment in seen}
        return {
            "comments": [self._shown(comment) for comment in seen],
            "users": [self.users[author] for author in sorted(authors & self.users.keys())],
            "meta": {"has_more": False, "after_cursor": None, "before_cursor": None},
        }

    def _shown(self, comment: Comment) -> Mapping[str, Any]:
        return {
            "id": comment.id,
            "audit_id": comment.audit,
            "author_id": comment.author,
            "public": comment.public,
            "body": comment.body,
            "html_body": comment.html_body,
            "created_at": _time(comment.at),
            "attachments": [
                {
                    "id": number,
                    "file_name": file.name,
                    "content_url": self.file_url(number),
                    "content_type": mime,
                    "size": len(file.content),
                }
                for number, file, mime in comment.files
            ],
            "via": {"channel": "api", "source": dict(comment.source)},
        }

    def _audit(self, ticket: Ticket, number: int) -> Mapping[str, Any]:
        for comment in ticket.comments:
            if comment.audit == number:
                return {
                    "id": number,
                    "author_id": comment.author,
                    "events": [
                        {"id": number + 1000, "type": "Change"},
                        {"id": comment.id, "type": "Comment"},
                    ],
                    "metadata": {"system": {}, "custom": dict(comment.metadata)},
                }
        raise Answered(HTTPStatus.NOT_FOUND, {"error": "RecordNotFound"})

    def _answer(self, ticket: Ticket, comment: Comment) -> Mapping[str, Any]:
        return {"ticket": self._told(ticket), "audit": self._audit(ticket, comment.audit)}

    # --- what happens in the account

    def open(self, text: str) -> Ticket:
        """Do what an agent does who opens a ticket of their own."""
        ticket = Ticket(
            id=self._number(),
            subject=text,
            requester=ALICE,
            external_id=None,
            status="open",
            at=self.now(),
            seen_from=self.now(),
        )
        self.tickets[ticket.id] = ticket
        self.add(ticket, by=ALICE, html_body=page_of(text), public=True)
        return ticket

    def add(
        self,
        ticket: Ticket,
        *,
        by: int,
        html_body: str,
        public: bool,
        files: Sequence[tuple[int, SeenFile, str]] = (),
        metadata: Mapping[str, Any] | None = None,
        source: Mapping[str, Any] | None = None,
    ) -> Comment:
        """Add a comment, and tell of it and of each of its files."""
        lag = self._lag if by != ALICE else 0
        comment = Comment(
            id=self._number(),
            audit=self._number(),
            author=by,
            public=public,
            body=_plain(html_body),
            html_body=html_body,
            at=self.now(),
            seen_from=self.now() + lag,
            files=tuple(files),
            metadata=metadata or {},
            source=source or {},
        )
        ticket.comments.append(comment)
        ticket.at = self.now()
        self.files |= {number: file for number, file, _ in files}
        author = self.users[by]
        about = {"id": str(by), "is_staff": author["role"] != "end-user", "name": author["name"]}
        told = {"id": str(comment.id), "author": about, "body": comment.body, "is_public": public}
        self.post(ticket, "comment_added", {"comment": told}, by=by)
        for number, file, mime in files:
            attached = {
                "id": str(number),
                "content_url": self.file_url(number),
                "content_type": mime,
                "filename": file.name,
                "is_public": public,
            }
            linked = {"comment": {"id": str(comment.id), "attachment": attached}}
            self.post(ticket, "attachment_linked_to_comment", linked, by=by)
        return comment

    def attach(self, file: SeenFile, mime: str) -> tuple[int, SeenFile, str]:
        """Return a file as a comment has it."""
        return self._number(), file, mime

    def set_status(self, ticket: Ticket, status: str) -> None:
        """Do what an agent does who changes a ticket's status."""
        self._set(ticket, status, by=ALICE)

    def _set(self, ticket: Ticket, status: str, *, by: int) -> None:
        before, ticket.status = ticket.status, status
        ticket.at = self.now()
        if before != status:
            change = {"current": status.upper(), "previous": before.upper()}
            self.post(ticket, "status_changed", change, by=by)

    def remove(self, ticket: Ticket) -> None:
        """Do what an agent does who deletes a ticket."""
        ticket.status = "deleted"
        self.post(ticket, "soft_deleted", {}, by=ALICE)

    def merge(self, ticket: Ticket, into: Ticket) -> None:
        """Do what an agent does who merges a ticket into another one, unseen by its requester."""
        ticket.tags.append("closed_by_merge")
        source = {"rel": "merge", "from": {"ticket_id": into.id}, "to": {}}
        words = page_of(f"This request was closed and merged into request #{into.id}.")
        self.add(ticket, by=ALICE, html_body=words, public=False, source=source)
        self.set_status(ticket, "closed")
        self.post(ticket, "merged", {"target_ticket_id": str(into.id)}, by=ALICE)
        origin = {"rel": "merge", "from": {"ticket_id": ticket.id}, "to": {}}
        words = page_of(f"Request #{ticket.id} was closed and merged into this request.")
        self.add(into, by=ALICE, html_body=words, public=False, source=origin)

    def file_url(self, number: int) -> str:
        """Return where a file is to be had."""
        return f"{URL}/attachments/token/{number}/?name={quote(self.files[number].name)}"

    def is_known(self, authorization: str) -> bool:
        """Tell whether a header shows who we are."""
        return authorization in self._accepted

    def post(self, ticket: Ticket, kind: str, event: Mapping[str, Any], *, by: int) -> None:
        """Let the webhook tell of an event."""
        self._post(_event(ticket, kind, event, number=self._number(), by=by, at=self.now()))


def sign(body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
    """Return the headers of a webhook that an account with a secret posts, now or `at`."""
    stamp = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    signature = base64.b64encode(hmac.digest(secret.encode(), stamp.encode() + body, "sha256"))
    return {
        "x-zendesk-webhook-signature": signature.decode(),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }


def _event(
    ticket: Ticket, kind: str, event: Mapping[str, Any], *, number: int, by: int, at: float
) -> Mapping[str, Any]:
    return {
        "type": f"zen:event-type:ticket.{kind}",
        "account_id": 22129848,
        "id": f"cbe4028c-7239-495d-b020-{number:012d}",
        "time": datetime.fromtimestamp(at, tz=UTC).isoformat().replace("+00:00", "123Z"),
        "zendesk_event_version": "2022-11-06",
        "subject": f"zen:ticket:{ticket.id}",
        "detail": {
            "id": str(ticket.id),
            "actor_id": str(by),
            "requester_id": str(ticket.requester),
            "external_id": ticket.external_id,
            "status": ticket.status.upper(),
            "subject": ticket.subject,
            "tags": ticket.tags,
            "updated_at": _time(at),
            "via": {"channel": "web_service"},
        },
        "event": {**event, "meta": {"sequence": {"id": f"seq-{number}", "position": 1}}},
    }


def _basic(token: str) -> str:
    return f"Basic {base64.b64encode(f'bridge@example.com/token:{token}'.encode()).decode()}"


def _field(number: int) -> Mapping[str, Any]:
    if number not in CUSTOM_FIELDS:
        raise Answered(HTTPStatus.NOT_FOUND, {"error": "RecordNotFound"})
    return {"id": number, "type": CUSTOM_FIELDS[number], "active": True, "title": "a field"}


def _invalid(name: str, why: str) -> Answered:
    said = {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {name: [{"description": why}]},
    }
    return Answered(HTTPStatus.UNPROCESSABLE_ENTITY, said)


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page_of(text: str) -> str:
    return f"<p>{html.escape(text, quote=False).replace(chr(10), '<br>')}</p>"


def _plain(page: str) -> str:
    text = re.sub(r"<br\s*/?>", "\n", page)
    return html.unescape(re.sub(r"</?(?:p|div)>", "", text)).replace("\xa0", " ")
