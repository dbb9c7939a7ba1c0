"""The calls of Zendesk's Tickets API that we need, and what its failures mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from chalicelib.desk_api.adapter import number
from chalicelib.desk_api.api import DeskClient, refused, said, said_by_the_api
from chalicelib.desk_api.items import fields
from chalicelib.desk_api.uploads import safe_name_of
from chalicelib.domain.content import Attachment
from chalicelib.domain.envelope import compact, digest
from chalicelib.errors import AmbiguousError, Gone, Refused, ScriptaError, TransientError
from chalicelib.helpdesks.zendesk import payloads
from chalicelib.http_client import Raw, Response

_PAGE: Final = 100
_MOST_PAGES: Final = 10


class Client(DeskClient):
    """The Tickets API of one desk."""

    path = "/api/v2"

    def customer(self, user: Mapping[str, Any]) -> int:
        """
        Return the id of the user with an external id, who is made or brought up to date.

        Without their phone, where that is another user's own.
        """
        path = "users/create_or_update"
        try:
            return self._api.prepare("POST", path, {"user": user}, int, within="user.id")
        except Refused:
            if "phone" not in user:
                raise
        return self.customer({name: user[name] for name in user if name != "phone"})

    def upload(self, file: Attachment) -> str:
        """Take in a file, and return the token by which a comment takes it."""
        path = f"uploads?filename={quote(safe_name_of(file), safe='')}"
        body = Raw(mime=file.mime or "application/binary", content=file.content)
        return self._api.prepare("POST", path, body, str, within="upload.token")

    def create(self, ticket: Mapping[str, Any]) -> payloads.Created:
        """
        Create a ticket and return it.

        Zendesk makes one ticket of the same request within two hours. A changed one under the same
        key it would refuse, so that the key tells of all that is asked.
        """
        body = {"ticket": ticket}
        headers = {"idempotency-key": f"{ticket['external_id']}.{digest(compact(body))}"}
        return self._api.write("POST", "tickets", body, payloads.Created, headers=headers)

    def update(self, ticket_id: int, ticket: Mapping[str, Any]) -> str:
        """Update a ticket and return the id of the comment that this added."""
        path = f"tickets/{ticket_id}"
        audit = self._api.write("PUT", path, {"ticket": ticket}, payloads.Audit, within="audit")
        if not (comment := audit.comment()):
            raise AmbiguousError("an update without a comment")
        return comment

    def ticket(self, ticket_id: int) -> payloads.TicketRow:
        """Return a ticket and how many comments it has; raise Gone where it does not exist."""
        path = f"tickets/{ticket_id}?include=comment_count"
        return self._api.read(path, payloads.TicketRow, within="ticket")

    def followable(self, ticket_id: str) -> int | None:
        """Return the ticket that can be followed up: one that is closed for good."""
        try:
            ticket = self.ticket(number(ticket_id))
        except Gone:
            return None
        return ticket.id if ticket.status == "closed" else None

    def tickets_named(self, external_id: str) -> list[payloads.TicketRow]:
        """Return the tickets that have an external id."""
        asked = {"external_id": external_id}
        return self._api.read("tickets", list[payloads.TicketRow], asked=asked, within="tickets")

    def newest_tickets(self) -> Iterator[payloads.TicketRow]:
        """Yield the 1000 tickets that were changed last, the last one first."""
        asked = {"sort": "-updated_at", "page[size]": str(_PAGE)}
        for _ in range(_MOST_PAGES):
            page = self._api.read("tickets", payloads.TicketList, asked=asked)
            yield from page.tickets
            if not (page.has_more and page.after):
                return
            asked["page[after]"] = page.after

    def comments(self, ticket_id: int) -> payloads.CommentList:
        """Return the newest 100 comments of a ticket, newest first, and who wrote them."""
        path = f"tickets/{ticket_id}/comments"
        asked = {"sort": "-created_at", "page[size]": _PAGE, "include": "users"}
        return self._api.read(path, payloads.CommentList, asked=asked)

    def merged_into(self, ticket: payloads.TicketRow) -> str:
        """Return the ticket that a closed one went into, empty where no merge closed it."""
        if ticket.status != "closed" or payloads.MERGED not in ticket.tags:
            return ""
        comments = self.comments(ticket.id).comments
        return next((c.origin for c in comments if c.cause == "merge" and c.origin), "")

    def audit(self, ticket_id: int, audit_id: int) -> payloads.Audit:
        """Return one update of a ticket."""
        path = f"tickets/{ticket_id}/audits/{audit_id}"
        return self._api.read(path, payloads.Audit, within="audit")

    def me(self) -> payloads.Person:
        """Return who we are."""
        return self._api.check("users/me", payloads.Person, within="user")

    def is_staff(self, user_id: int) -> bool:
        """Tell whether a user is one of those who answer customers; nobody is who is not there."""
        try:
            return self._api.read(f"users/{user_id}", payloads.Person, within="user").is_staff
        except Gone:
            return False
        except Refused as exc:
            raise TransientError("who a user is was not told") from exc

    def check_field(self, field_id: str, option: str) -> None:
        """Return if an option's field of tickets takes texts; raise Refused where it does not."""
        path = f"ticket_fields/{field_id}"
        try:
            field = self._api.check(path, dict[str, Any], within="ticket_field")
        except Gone as exc:
            raise Refused("desk_refused", f"the option '{option}' is no ticket field") from exc
        if not field.get("active") or field.get("type") not in ("text", "textarea"):
            raise Refused("desk_refused", f"the field of '{option}' is not an active text field")

    def _meaning(self, response: Response, wrote: bool) -> ScriptaError:
        error = super()._meaning(response, wrote)
        if isinstance(error, Refused):
            return refused(response, fields(said(response).get("details")))
        return said_by_the_api(error, response, field="error", word="RecordNotFound")
