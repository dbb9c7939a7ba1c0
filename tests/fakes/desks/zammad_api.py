"""Zammad's REST API in memory, as far as our adapter uses it, its triggers, and its agents."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from tests.fakes.desks.vendor import Answered, Asked, Vendor, iso

FIELDS: Final = ("scripta_reference", "scripta_channel", "scripta_account")
GROUP: Final = "Phones"
MERGED: Final = "merged"
_CONDITION: Final = "condition["


@dataclass(slots=True, kw_only=True)
class Article:
    """An article of a ticket; the API shows it from `seen_from` on."""

    id: int
    kind: str
    sender: str
    author: str
    body: str
    created_at: float
    internal: bool = False
    content_type: str = "text/plain"
    message_id: str | None = None
    in_reply_to: str | None = None
    origin_by_id: int | None = None
    files: Sequence[tuple[str, bytes]] = ()
    seen_from: float = 0.0


@dataclass(slots=True, kw_only=True)
class ApiTicket:
    """A ticket; `own` are the attributes that an administrator made."""

    id: int
    title: str
    customer: int
    created_at: float
    updated_at: float
    state: str = "new"
    tags: tuple[str, ...] = ()
    own: dict[str, str] = field(default_factory=dict)
    articles: list[Article] = field(default_factory=list)
    links: list[tuple[str, int]] = field(default_factory=list)


class ZammadApi(Vendor):
    """Zammad, with a trigger on whatever happens; what gets into a merged ticket is seen by nobody."""

    root = "/api/v1/"

    def __init__(self, *, tokens: Sequence[str], **said: Any) -> None:
        super().__init__("zammad", **said)
        self._tokens = tokens
        self.tickets: dict[int, ApiTicket] = {}
        self.users: dict[int, dict[str, Any]] = {}

    # --- who asks

    def _admit(self, headers: Mapping[str, str]) -> None:
        token = headers.get("authorization", "").removeprefix("Token token=")
        if token not in self._tokens:
            raise _failed(HTTPStatus.UNAUTHORIZED, "Invalid BasicAuth credentials")

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """See Vendor."""
        self._admit(asked.headers)
        said = asked.body if isinstance(asked.body, Mapping) else {}
        match asked.method, asked.path:
            case "POST", ("tickets",):
                return HTTPStatus.CREATED, self._create(said)
            case "GET", ("tickets", "search"):
                return HTTPStatus.OK, self._search(asked.query)
            case "PUT", ("tickets", number):
                return HTTPStatus.OK, self._update(self._there(int(number)), said)
            case "GET", _:
                return HTTPStatus.OK, self._look(asked.path, asked.query)
            case _:
                raise _failed(HTTPStatus.NOT_FOUND, "No route matches")

    def _look(self, path: Sequence[str], query: Mapping[str, str]) -> Any:
        match tuple(path):
            case ("tickets", number):
                return self._shown(self._there(int(number)))
            case ("ticket_articles", "by_ticket", number):
                ticket = self._there(int(number))
                return [self._article(ticket, article) for article in self._seen(ticket)]
            case ("links",):
                return {"links": self._links(int(query["link_object_value"])), "assets": {}}
            case ("users", "me"):
                return {"id": 3, "login": "scripta@acme.test"}
            case _:
                raise _failed(HTTPStatus.NOT_FOUND, "No route matches")

    # --- what it does

    def _create(self, said: Mapping[str, Any]) -> dict[str, Any]:
        if said["group"] != GROUP:
            about = f"No value found for 'group' with name '{said['group']}'"
            raise _failed(HTTPStatus.UNPROCESSABLE_ENTITY, about)
        ticket = self.open(said["title"], customer=self._customer(said["customer"]))
        ticket.tags = tuple(said["tags"].split(","))
        ticket.own |= {name: said[name] for name in FIELDS if name in said}
        ticket.links += [("normal", other) for other in self._linked(said)]
        self._new(ticket, said["article"])
        return self._shown(ticket)

    def _linked(self, said: Mapping[str, Any]) -> list[int]:
        links: Mapping[str, list[int]] = said.get("links", {}).get("Ticket", {})
        return links.get("normal", [])

    def _customer(self, said: Mapping[str, Any]) -> int:
        for number, user in self.users.items():
            if user["login"] == said["login"].lower():
                return number
        return self.new_user(**said)

    def new_user(self, **said: Any) -> int:
        """Create a user and return their number."""
        number = self._number()
        self.users[number] = {"id": number, "firstname": "", "lastname": "", **said}
        return number

    def open(self, title: str, *, customer: int) -> ApiTicket:
        """Create a ticket without articles."""
        now = self.now()
        own = dict.fromkeys(FIELDS, "")
        ticket = ApiTicket(
            id=self._number(),
            title=title,
            customer=customer,
            created_at=now,
            updated_at=now,
            own=own,
        )
        self.tickets[ticket.id] = ticket
        return ticket

    def _update(self, ticket: ApiTicket, said: Mapping[str, Any]) -> dict[str, Any]:
        if "state" in said:
            self.set_state(ticket.id, said["state"])
        if "article" in said:
            self._new(ticket, said["article"])
        return self._shown(ticket)

    def _new(self, ticket: ApiTicket, said: Mapping[str, Any]) -> None:
        # An article of somebody else's origin is a customer's, whatever it says.
        origin = said.get("origin_by_id")
        is_customers = said["sender"] == "Customer" or origin is not None
        user = self.users[origin or ticket.customer]
        article = self.add(
            ticket.id,
            kind=said["type"],
            sender="Customer" if is_customers else "Agent",
            author=f"{user['firstname']} {user['lastname']}".strip() if is_customers else "Scripta",
            origin_by_id=(origin or ticket.customer) if is_customers else None,
            body=said["body"],
            internal=said["internal"],
            content_type=said["content_type"],
            message_id=said["message_id"],
            in_reply_to=said.get("in_reply_to"),
            files=[(f["filename"], b64decode(f["data"])) for f in said.get("attachments", [])],
        )
        if ticket.state != MERGED:
            self.wrote(ticket, article)

    def add(self, ticket_id: int, *, state: str = "", **said: Any) -> Article:
        """Add an article, with a new state if there is one, and tell of both in one webhook."""
        ticket, now = self.tickets[ticket_id], self.now()
        article = Article(id=self._number(), created_at=now, seen_from=now + self._lag, **said)
        ticket.articles.append(article)
        ticket.state = state or ticket.state
        self._touch(ticket)
        self._tell(ticket, article)
        return article

    def set_state(self, ticket_id: int, state: str) -> None:
        """Give a ticket a state, and tell of it where it had another."""
        ticket = self.tickets[ticket_id]
        if ticket.state != state:
            ticket.state = state
            self._touch(ticket)
            self._tell(ticket, None)

    def merge(self, ticket_id: int, *, into: int) -> None:
        """Do what an agent does who merges a ticket into another one."""
        ticket, other = self.tickets[ticket_id], self.tickets[into]
        other.articles = sorted(other.articles + ticket.articles, key=lambda each: each.id)
        ticket.articles = []
        ticket.links.append(("parent", into))
        self._touch(other)
        self._tell(other, None)
        said = {"kind": "note", "sender": "Agent", "author": "Alice Smith", "body": "merged"}
        self.add(ticket_id, state=MERGED, **said)

    def _touch(self, ticket: ApiTicket) -> None:
        ticket.updated_at = max(self.now(), ticket.updated_at + 0.001)

    # --- what it shows and tells

    def _there(self, number: int) -> ApiTicket:
        if number not in self.tickets:
            raise _failed(HTTPStatus.NOT_FOUND, f"Couldn't find Ticket with 'id'={number}")
        return self.tickets[number]

    def _seen(self, ticket: ApiTicket) -> list[Article]:
        return [each for each in ticket.articles if each.seen_from <= self.now()]

    def _search(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        found = list(self.tickets.values())
        for name, value in query.items():
            if name.startswith(_CONDITION) and name.endswith("[value]"):
                asked = name.removeprefix(_CONDITION).partition("]")[0]
                found = [ticket for ticket in found if self._is(ticket, asked, value)]
        found.sort(key=lambda ticket: ticket.updated_at, reverse=True)
        first = (int(query["page"]) - 1) * int(query["per_page"])
        return [self._shown(each) for each in found[first : first + int(query["per_page"])]]

    def _is(self, ticket: ApiTicket, asked: str, value: str) -> bool:
        table, _, name = asked.partition(".")
        if table == "article":
            return any(getattr(article, name) == value for article in self._seen(ticket))
        return ticket.updated_at > datetime.fromisoformat(value).timestamp()

    def _links(self, number: int) -> list[dict[str, Any]]:
        links = self._there(number).links
        return [
            {"link_type": kind, "link_object": "Ticket", "link_object_value": other}
            for kind, other in links
        ]

    def _shown(self, ticket: ApiTicket) -> dict[str, Any]:
        return {
            "id": ticket.id,
            "number": f"2{ticket.id:04}",
            "title": ticket.title,
            "group": GROUP,
            "state": ticket.state,
            "customer": self.users[ticket.customer]["login"],
            "customer_id": ticket.customer,
            # Zammad promises no order.
            "article_ids": [each.id for each in reversed(ticket.articles)],
            "created_at": iso(ticket.created_at),
            "updated_at": iso(ticket.updated_at),
            **ticket.own,
        }

    def _article(self, ticket: ApiTicket, article: Article) -> dict[str, Any]:
        return {
            "id": article.id,
            "ticket_id": ticket.id,
            "type": article.kind,
            "sender": article.sender,
            "from": article.author,
            "internal": article.internal,
            "content_type": article.content_type,
            "body": article.body,
            "message_id": article.message_id,
            "in_reply_to": article.in_reply_to,
            "origin_by_id": article.origin_by_id,
            "created_by": "scripta@acme.test",
            "created_at": iso(article.created_at),
            "attachments": [
                {"id": article.id * 100 + place, "filename": name, "size": str(len(content))}
                for place, (name, content) in enumerate(article.files)
            ],
        }

    def _tell(self, ticket: ApiTicket, article: Article | None) -> None:
        told = self._shown(ticket) | {"customer": self.users[ticket.customer]}
        said = self._article(ticket, article) if article else {}
        self._post({"ticket": told, "article": said})

    def file(self, url: str, headers: Mapping[str, str]) -> bytes:
        """Return what a file's address gives; raise LookupError where that is refused."""
        try:
            self._admit(headers)
        except Answered as failed:
            raise LookupError(failed.status) from failed
        wanted = urlsplit(url).path.split("/")[-2:]
        for ticket in self.tickets.values():
            for article in ticket.articles:
                for place, (_, content) in enumerate(article.files):
                    if wanted == [str(article.id), str(article.id * 100 + place)]:
                        return content
        raise LookupError(url)


def _failed(status: int, about: str) -> Answered:
    return Answered(status, {"error": about})
