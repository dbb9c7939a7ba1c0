"""The calls of RT's REST API that we need, and what its failures mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from chalicelib.desk_api.api import DeskClient, meaning, said, said_by_the_api
from chalicelib.desk_api.uploads import upload
from chalicelib.domain.content import Attachment
from chalicelib.errors import AmbiguousError, Gone, ScriptaError
from chalicelib.helpdesks.request_tracker.payloads import (
    Created,
    Part,
    Queue,
    TicketRow,
    Transaction,
    User,
)
from chalicelib.http_client import Body, Form, Response

_PAGE: Final = 100  # what RT shows at most
_MOST_PAGES: Final = 20

# RT says the same of a ticket that is not there and of one that we may not write in: that is, which
# was moved into a queue where we have no rights.
_NOT_THERE: Final = "Permission Denied"


class Client(DeskClient):
    """One desk's API."""

    path = "/REST/2.0"

    def create_ticket(self, body: Mapping[str, Any], *, files: Sequence[Attachment]) -> str:
        """Create a ticket, with files in its first entry, and return its id."""
        return self._api.write("POST", "ticket", _body(body, files), Created).id

    def add_entry(
        self, ticket_id: str, way: str, body: Mapping[str, Any], *, files: Sequence[Attachment]
    ) -> str:
        """
        Add an entry with files to a ticket by a `way`, correspond or comment, and return its id.

        A merged ticket's entry goes to the one that took it over, untold. Raises Gone where the
        ticket does not exist or is out of our reach.
        """
        answer = self._api.send("POST", f"ticket/{ticket_id}/{way}", _body(body, files))
        number = answer.headers.get("location", "").rpartition("/transaction/")[2]
        if not number.isdigit():
            # Written, but under which id?
            raise AmbiguousError("the answer to a write is not understood")
        return number

    def tickets(self, query: str, *, newest: bool = False) -> Sequence[TicketRow]:
        """Return the first, or the newest, tickets that a query finds; deleted ones are left out."""
        order = "DESC" if newest else "ASC"
        asked = {**_asked(query, "EffectiveId,CustomFields", order=order), "page": 1}
        return self._api.read("tickets", list[TicketRow], asked=asked, within="items")

    def entries(self, query: str) -> Iterator[Transaction]:
        """Yield what a query finds of what happened in tickets, newest first."""
        query = f"ObjectType = 'RT::Ticket' AND {query}"
        asked = _asked(query, "ObjectId,Creator,Created,CustomFields", order="DESC")
        return self._api.pages(
            "transactions",
            list[Transaction],
            asked=asked,
            within="items",
            size=_PAGE,
            most=_MOST_PAGES,
        )

    def parts(self, entry_id: str) -> Sequence[Part]:
        """Return what an entry is made of, without the contents."""
        path = f"transaction/{entry_id}/attachments"
        asked = {"fields": "Filename,ContentType", "per_page": _PAGE}
        return self._api.read(path, list[Part], asked=asked, within="items")

    def text(self, entry_id: str, part: Part) -> str:
        """Return the text of a part of an entry."""
        query = json.dumps([{"field": "id", "value": part.id}])
        asked = {"query": query, "fields": "Content,TransactionId"}
        found = self._api.read("attachments", list[Part], asked=asked, within="items")
        return next((each.Content for each in found if each.TransactionId == entry_id), "")

    def user(self, name: str) -> User:
        """Return somebody by name, as far as we may see them."""
        return self._api.read(f"user/{quote(name, safe='')}", User)

    def queue(self, name: str) -> Queue:
        """Return a queue; raise Unauthorised where it is not there or we may not see it."""
        return self._api.read(f"queue/{quote(name, safe='')}", Queue)

    def _meaning(self, response: Response, wrote: bool) -> ScriptaError:
        about = said(response).get("message")
        if response.status == HTTPStatus.BAD_REQUEST and about == _NOT_THERE:
            return Gone("no such ticket, or none of ours")
        return said_by_the_api(meaning(response, wrote), response, field="message")


def _asked(query: str, fields: str, *, order: str) -> dict[str, object]:
    return {
        "query": query,
        "fields": fields,
        "orderby": "id",
        "order": order,
        "per_page": _PAGE,
    }


def _body(body: Mapping[str, Any], files: Sequence[Attachment]) -> Body:
    """Return a request; with files it is a form, in which the JSON is one field."""
    if not files:
        return body
    uploads = [upload(file, field="Attachments") for file in files]
    return Form(fields={"JSON": json.dumps(body)}, files=uploads)
