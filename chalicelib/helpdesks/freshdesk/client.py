"""The calls of Freshdesk's API v2 that we need, and what its failures mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from chalicelib.desk_api.api import DeskClient, meaning, refused, said
from chalicelib.desk_api.contacts import found_or_made
from chalicelib.desk_api.uploads import with_files
from chalicelib.domain.content import Attachment
from chalicelib.errors import Gone, Refused, ScriptaError, TransientError
from chalicelib.helpdesks.freshdesk.payloads import Conversation, Identified, TicketRow
from chalicelib.http_client import Response

_PAGE: Final = 100
_MOST_PAGES: Final = 30  # of one ticket
_NEWEST: Final = 3  # pages of tickets that may not be indexed yet, when one is looked for
_UNQUOTED: Final = r"[A-Za-z0-9._-]{1,100}"  # what a search can have between its quotes
_FILES: Final = "attachments[]"
_CHECK_TIMEOUT: Final = 5.0
_DUPLICATE: Final = "HTTP 409: duplicate"


class Client(DeskClient):
    """One desk's API."""

    path = "/api/v2"

    def customer(self, contact: Mapping[str, Any]) -> int:
        """Return the id of the contact with an external id, who is made where there is none."""
        named = {"unique_external_id": contact["unique_external_id"]}
        try:
            return found_or_made(lambda: self._contact(named), lambda: self._new_contact(contact))
        except Refused as refused:
            if refused.detail != _DUPLICATE:
                raise
        # The phone is another contact's own.
        return self._new_contact({key: contact[key] for key in contact if key != "phone"})

    def _contact(self, named: Mapping[str, str]) -> int | None:
        found = self._api.read("contacts", list[Identified], asked=named)
        return found[0].id if found else None

    def _new_contact(self, contact: Mapping[str, Any]) -> int:
        return self._api.prepare("POST", "contacts", contact, Identified).id

    def create(self, ticket: Mapping[str, Any], *, files: Sequence[Attachment]) -> TicketRow:
        """Create a ticket with files in its description, and return it."""
        body = with_files(ticket, files, field=_FILES)
        return self._api.write("POST", "tickets", body, TicketRow)

    def add_note(
        self, ticket_id: int, note: Mapping[str, Any], *, files: Sequence[Attachment]
    ) -> int:
        """Add a note with files to a ticket and return its id."""
        path = f"tickets/{ticket_id}/notes"
        body = with_files(note, files, field=_FILES)
        return self._api.write("POST", path, body, Identified).id

    def set_status(self, ticket_id: int, status: int) -> None:
        """Set a ticket's status."""
        self._api.prepare("PUT", f"tickets/{ticket_id}", {"status": status}, TicketRow)

    def ticket(self, ticket_id: int) -> TicketRow:
        """Return a ticket; raise Gone where it does not exist."""
        return self._api.read(f"tickets/{ticket_id}", TicketRow)

    def named(self, field: str, value: str) -> TicketRow | None:
        """
        Return the newest ticket whose own field holds a value.

        The newest 300 are looked through, since a search does not see a new ticket for minutes.
        """
        for ticket in self.newest("created_at", pages=_NEWEST):
            if ticket.holds(field) == value:
                return ticket
        found = self.search(field, value) if re.fullmatch(_UNQUOTED, value) else []
        there = [each for each in found if each.holds(field) == value and not each.is_removed]
        return max(there, key=lambda each: each.id, default=None)

    def newest(self, order: str, *, pages: int, **also: str) -> Iterator[TicketRow]:
        """Yield the tickets that `also` asks for, the newest by `order` first, a hundred a page."""
        asked = {**also, "order_by": order, "order_type": "desc", "per_page": _PAGE}
        return self._api.pages("tickets", list[TicketRow], asked=asked, size=_PAGE, most=pages)

    def search(self, field: str, value: str) -> list[TicketRow]:
        """Return the tickets whose own field holds a value, which has no quote in it."""
        asked = {"query": f"\"{field}:'{value}'\""}
        path, rows = "search/tickets", list[TicketRow]
        return self._api.read(path, rows, asked=asked, within="results", timeout=_CHECK_TIMEOUT)

    def check_field(self, field: str, option: str) -> None:
        """Return if an option's field can be searched for texts; raise Refused where it cannot."""
        try:
            self.search(field, "none")
        except Refused as exc:
            detail = f"the option '{option}' is no single-line text field of tickets"
            raise Refused("desk_refused", detail) from exc

    def conversations(self, ticket_id: int) -> list[Conversation]:
        """Return what was written in a ticket behind its description, oldest first."""
        path, asked = f"tickets/{ticket_id}/conversations", {"per_page": _PAGE}
        rows = self._api.pages(path, list[Conversation], asked=asked, size=_PAGE, most=_MOST_PAGES)
        found = list(rows)
        if len(found) == _PAGE * _MOST_PAGES:
            raise TransientError("the ticket is too long to be looked through")
        return sorted(found, key=lambda each: each.id)

    def me(self) -> int:
        """Return who we are."""
        return self._api.read("agents/me", Identified, timeout=_CHECK_TIMEOUT).id

    def _meaning(self, response: Response, wrote: bool) -> ScriptaError:
        """Return the error that an answer of this API stands for."""
        error = meaning(response, wrote)
        errors = said(response).get("errors")
        told = (
            [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
        )
        if response.status == HTTPStatus.METHOD_NOT_ALLOWED:
            # What takes no update: a ticket that was deleted or marked as spam.
            return Gone("deleted, or marked as spam")
        if isinstance(error, Gone) and response.body.lstrip().startswith(b"<"):
            # Somebody else's page: the address is wrong.
            return TransientError("HTTP 404, not from the API")
        codes = [each.get("code") for each in told]
        if response.status == HTTPStatus.CONFLICT and "duplicate_value" in codes:
            return Refused("desk_refused", _DUPLICATE)
        if isinstance(error, Refused):
            return refused(response, {str(each.get("field", "")) for each in told})
        return error
