"""
A helpdesk that takes signed webhooks, in memory: what a good receiver does, and what agents do then.

It checks signatures with the library of the Standard Webhooks project and knows a webhook that
comes again by its id.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from chalicelib.http_client import Body, Raw, Response

_OPENED: Final = {
    *("conversation_id", "ticket_id", "follows", "platform", "account", "subject", "customer"),
    *("message_id", "kind", "author", "text", "attachments"),
}
_RECEIVED: Final = {
    *("conversation_id", "ticket_id", "message_id", "kind", "author", "text", "attachments"),
}


@dataclass(slots=True, kw_only=True)
class DeskMessage:
    """Something said in a ticket."""

    id: str
    kind: str
    text: str
    author: str
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(slots=True, kw_only=True)
class WebhookTicket:
    """A ticket as agents see it; `into` is the one that took it over."""

    id: str
    about: Mapping[str, Any] = field(default_factory=dict)
    is_open: bool = True
    is_final: bool = False
    into: str = ""
    messages: list[DeskMessage] = field(default_factory=list)


class WebhookDesk:
    """
    Answers at any address to whoever signs with one of `secrets` and shows one of `tokens`, if any.

    `wrote` is called with a ticket and each message that comes into it, before the answer; `linked`
    returns what is behind a link to a file.
    """

    def __init__(
        self,
        *,
        secrets: Sequence[str],
        tokens: Sequence[str] = (),
        first: int = 0,
        linked: Callable[[str], bytes] = lambda link: b"",
    ) -> None:
        self.tickets: dict[str, WebhookTicket] = {}
        self.seen: dict[str, tuple[int, Mapping[str, Any]]] = {}
        self.files: dict[str, bytes] = {}
        self.wrote: Callable[[WebhookTicket, DeskMessage], None] = lambda ticket, message: None
        self._secrets = secrets
        self._tokens = tokens
        self._last = first
        self._linked = linked

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
        admitted = not self._tokens or headers.get("authorization", "") in {
            f"Bearer {token}" for token in self._tokens
        }
        if not admitted:
            return _answer(401, {"error": "who are you?"})
        if method == "GET":
            content = self.files.get(url)
            return Response(status=200 if content else 404, headers={}, body=content or b"")
        assert method == "POST"
        assert isinstance(body, Raw)
        if not any(_signed(body.content, headers, secret) for secret in self._secrets):
            return _answer(401, {"error": "not signed"})
        said = json.loads(body.content)
        number = headers["webhook-id"]
        if number not in self.seen:
            status, answer = self._take(said["type"], said["data"])
            if status >= 300:
                return _answer(status, answer)
            self.seen[number] = status, answer
        return _answer(*self.seen[number])

    def _take(self, kind: str, data: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        if kind == "conversation.opened":
            assert set(data) == _OPENED
            ticket = WebhookTicket(id=self._number("T"), about=data)
            self.tickets[ticket.id] = ticket
            self._add(ticket, data)
            return 201, {"ticket_id": ticket.id, "url": f"https://desk.test/tickets/{ticket.id}"}
        if kind != "message.received":
            return 200, {}
        assert set(data) == _RECEIVED
        found = self.tickets.get(data["ticket_id"])
        if found is None:
            return 404, {"error": "no_such_ticket"}
        if found.into:
            url = f"https://desk.test/tickets/{found.into}"
            return 409, {"error": "ticket_merged", "ticket_id": found.into, "url": url}
        if found.is_final:
            return 410, {"error": "ticket_closed"}
        assert data["conversation_id"] in self._conversations(found)
        found.is_open = True
        self._add(found, data)
        return 202, {}

    def _conversations(self, ticket: WebhookTicket) -> set[str]:
        """Return the conversations that a ticket is of, with those that were merged into it."""
        own = {ticket.about.get("conversation_id", "")}
        before = (each for each in self.tickets.values() if each.into == ticket.id)
        return own.union(*map(self._conversations, before))

    def _add(self, ticket: WebhookTicket, data: Mapping[str, Any]) -> None:
        message = DeskMessage(
            id=data["message_id"],
            kind=data["kind"],
            text=data["text"],
            author=data["author"],
            files=tuple(
                (
                    file["filename"],
                    base64.b64decode(file["content"])
                    if "content" in file
                    else self._linked(file["url"]),
                )
                for file in data["attachments"]
            ),
        )
        ticket.messages.append(message)
        self.wrote(ticket, message)

    # --- what agents do

    def open_as_agent(self, text: str) -> str:
        """Open a ticket that has nothing to do with us."""
        ticket = WebhookTicket(id=self._number("T"))
        self.tickets[ticket.id] = ticket
        message = DeskMessage(id=self._number("c"), kind="agent", text=text, author="Alice")
        ticket.messages.append(message)
        return ticket.id

    def write_as_agent(
        self,
        ticket_id: str,
        text: str,
        *,
        public: bool = True,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> dict[str, Any]:
        """Write in a ticket and return the webhook that tells of it."""
        ticket = self.tickets[ticket_id]
        number = self._number("c")
        kind = "agent" if public else "note"
        ticket.messages.append(DeskMessage(id=number, kind=kind, text=text, author="Alice"))
        links = []
        for name, content in files:
            url = f"https://desk.test/files/{number}/{name}"
            self.files[url] = content
            links.append({"url": url, "filename": name})
        return {
            "type": "reply.send",
            "data": {
                "ticket_id": ticket_id,
                "conversation_id": ticket.about.get("conversation_id", ""),
                "comment_id": number,
                "text": text,
                "agent": "Alice",
                "public": public,
                "attachments": links,
            },
        }

    def _number(self, prefix: str) -> str:
        self._last += 1
        return f"{prefix}-{self._last}"


def _signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers))
    except WebhookVerificationError:
        return False
    return True


def _answer(status: int, said: Mapping[str, Any]) -> Response:
    kind = {"content-type": "application/json"}
    return Response(status=status, headers=kind, body=json.dumps(said).encode())
