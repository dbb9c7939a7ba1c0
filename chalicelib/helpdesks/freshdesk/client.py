"""The calls of Freshdesk's API v2 that we need, and what its failures mean."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

from chalicelib.desk_api.api import Api, said
from chalicelib.domain.content import Attachment
from chalicelib.domain.file_names import safe_name
from chalicelib.errors import AmbiguousError, Gone, Refused, ScriptaError, TransientError
from chalicelib.helpdesks.freshdesk.payloads import (
    Agent,
    Contact,
    Conversation,
    Found,
    TicketRow,
    Written,
)
from chalicelib.http_client import Body, Form, Response, Transport, Upload, failure

_PAGE: Final = 100
_MOST_PAGES: Final = 30  # of one ticket
_NEWEST: Final = 3  # pages of tickets that may not be indexed yet, when one is looked for
_UNQUOTED: Final = r"[A-Za-z0-9._-]{1,100}"  # what a search can have between its quotes
_CHECK_TIMEOUT: Final = 5.0
_DUPLICATE: Final = "HTTP 409: duplicate"


class Client:
    """
    One desk's API.

    `url` is Freshdesk's address without a slash at the end; `keys` are tried in their order. Every
    call may raise what `failure` gives; reads raise TransientError instead of AmbiguousError.
    """

    def __init__(self, *, url: str, keys: Sequence[str], http: Transport) -> None:
        credentials = [credential(key) for key in keys]
        self._api = Api(url=f"{url}/api/v2", credentials=credentials, http=http, meaning=_meaning)

    def customer(self, contact: Mapping[str, Any]) -> int:
        """Return the id of the contact with an external id, who is made where there is none."""
        named = {"unique_external_id": contact["unique_external_id"]}
        if (known := self._contact(named)) is not None:
            return known
        try:
            return self._new_contact(contact)
        except Refused as refused:
            if refused.detail != _DUPLICATE:
                raise
        # Somebody was faster, or the phone is another contact's own.
        if (known := self._contact(named)) is not None:
            return known
        return self._new_contact({key: contact[key] for key in contact if key != "phone"})

    def _contact(self, named: Mapping[str, str]) -> int | None:
        found = self._api.read(f"contacts?{urlencode(named, quote_via=quote)}", list[Contact])
        return found[0].id if found else None

    def _new_contact(self, contact: Mapping[str, Any]) -> int:
        try:
            return self._api.write("POST", "contacts", contact, Contact).id
        except AmbiguousError as exc:
            # No agent sees it twice: it is looked for first.
            raise TransientError("no whole answer to a preparation") from exc

    def create(self, ticket: Mapping[str, Any], *, files: Sequence[Attachment]) -> TicketRow:
        """Create a ticket with files in its description, and return it."""
        return self._api.write("POST", "tickets", _body(ticket, files), TicketRow)

    def add_note(
        self, ticket_id: int, note: Mapping[str, Any], *, files: Sequence[Attachment]
    ) -> int:
        """Add a note with files to a ticket and return its id."""
        path = f"tickets/{ticket_id}/notes"
        return self._api.write("POST", path, _body(note, files), Written).id

    def set_status(self, ticket_id: int, status: int) -> None:
        """Set a ticket's status."""
        try:
            self._api.write("PUT", f"tickets/{ticket_id}", {"status": status}, TicketRow)
        except AmbiguousError as exc:
            raise TransientError("no whole answer to a preparation") from exc

    def ticket(self, ticket_id: int) -> TicketRow:
        """Return a ticket; raise Gone where it does not exist."""
        return self._api.read(f"tickets/{ticket_id}", TicketRow)

    def named(self, field: str, value: str) -> TicketRow | None:
        """
        Return the newest ticket whose own field holds a value.

        The newest 300 are looked through, since a search does not see a new ticket for minutes.
        """
        for ticket in self._tickets({"order_by": "created_at"}, pages=_NEWEST):
            if ticket.holds(field) == value:
                return ticket
        found = self.search(field, value) if re.fullmatch(_UNQUOTED, value) else ()
        there = [each for each in found if each.holds(field) == value]
        there = [each for each in there if not (each.deleted or each.spam)]
        return max(there, key=lambda each: each.id, default=None)

    def tickets_since(self, since: str, *, pages: int) -> Iterator[TicketRow]:
        """Yield the tickets that changed since a time, the last one first, a hundred a page."""
        yield from self._tickets({"updated_since": since, "order_by": "updated_at"}, pages=pages)

    def _tickets(self, asked: Mapping[str, str], *, pages: int) -> Iterator[TicketRow]:
        for number in range(1, pages + 1):
            query = urlencode(
                {**asked, "order_type": "desc", "per_page": _PAGE, "page": number}, quote_via=quote
            )
            page = self._api.read(f"tickets?{query}", list[TicketRow])
            yield from page
            if len(page) < _PAGE:
                return

    def search(self, field: str, value: str) -> tuple[TicketRow, ...]:
        """Return the tickets whose own field holds a value, which has no quote in it."""
        query = urlencode({"query": f"\"{field}:'{value}'\""}, quote_via=quote)
        return self._api.read(f"search/tickets?{query}", Found, timeout=_CHECK_TIMEOUT).results

    def check_field(self, field: str, option: str) -> None:
        """Return if an option's field can be searched for texts; raise Refused where it cannot."""
        try:
            self.search(field, "none")
        except Refused as exc:
            detail = f"the option '{option}' is no single-line text field of tickets"
            raise Refused("desk_refused", detail) from exc

    def conversations(self, ticket_id: int) -> list[Conversation]:
        """Return what was written in a ticket behind its description, oldest first."""
        found: list[Conversation] = []
        for number in range(1, _MOST_PAGES + 1):
            path = f"tickets/{ticket_id}/conversations?per_page={_PAGE}&page={number}"
            page = self._api.read(path, list[Conversation])
            found += page
            if len(page) < _PAGE:
                return sorted(found, key=lambda each: each.id)
        raise TransientError("the ticket is too long to be looked through")

    def me(self) -> int:
        """Return who we are."""
        return self._api.read("agents/me", Agent, timeout=_CHECK_TIMEOUT).id


def credential(key: str) -> dict[str, str]:
    """Return the headers that show who we are."""
    return {"authorization": f"Basic {base64.b64encode(f'{key}:X'.encode()).decode()}"}


def _body(body: Mapping[str, Any], files: Sequence[Attachment]) -> Body:
    """Return a request; with files it is a form, whose texts mean what the values of JSON do."""
    if not files:
        return body
    fields: dict[str, str] = {}
    repeated: list[tuple[str, str]] = []
    for name, value in body.items():
        if isinstance(value, Mapping):
            fields |= {f"{name}[{key}]": str(each) for key, each in value.items()}
        elif isinstance(value, list):
            repeated += [(f"{name}[]", str(each)) for each in value]
        else:
            fields[name] = str(value).lower() if isinstance(value, bool) else str(value)
    uploads = [
        Upload(
            "attachments[]",
            safe_name(file.name, mime=file.mime, fallback=file.kind),
            file.mime,
            file.content,
        )
        for file in files
    ]
    return Form(fields=fields, repeated=repeated, files=uploads)


def _meaning(response: Response, wrote: bool) -> ScriptaError:
    """Return the error that an answer of this API stands for."""
    error = failure(response, wrote=wrote)
    errors = said(response).get("errors")
    told = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
    if response.status == HTTPStatus.METHOD_NOT_ALLOWED:
        # What takes no update: a ticket that was deleted or marked as spam.
        return Gone("deleted, or marked as spam")
    if isinstance(error, Gone) and response.body.lstrip().startswith(b"<"):
        # Somebody else's page: the address is wrong.
        return TransientError("HTTP 404, not from the API")
    if response.status == HTTPStatus.CONFLICT:
        codes = {each.get("code") for each in told}
        return Refused("desk_refused", _DUPLICATE) if "duplicate_value" in codes else error
    if isinstance(error, Refused):
        # The names of the fields only: what is said of them quotes what they held.
        names = sorted({str(each.get("field", "")) for each in told})
        return Refused("desk_refused", f"HTTP {response.status}: {', '.join(names)}")
    return error
