"""The calls of Zendesk's Tickets API that we need, and what its failures mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

from chalicelib.desk_api.api import Api, meaning, refused, said
from chalicelib.desk_api.items import fields
from chalicelib.desk_api.uploads import safe_name_of
from chalicelib.domain.content import Attachment
from chalicelib.domain.envelope import compact, digest
from chalicelib.errors import Gone, Refused, ScriptaError, TransientError
from chalicelib.helpdesks.zendesk.payloads import (
    STAFF,
    Audit,
    CommentList,
    FieldRow,
    Person,
    TicketAnswer,
    TicketList,
    TicketRow,
    Uploaded,
)
from chalicelib.http_client import Raw, Response, Transport, retry_after

_PAGE: Final = 100
_MOST_PAGES: Final = 10
_CHECK_TIMEOUT: Final = 5.0


class Client:
    """
    One desk's API.

    `url` is Zendesk's address without a slash at the end. See `desk_api.api.Api` for what every
    call may raise.
    """

    def __init__(
        self, *, url: str, credentials: Sequence[Mapping[str, str]], http: Transport
    ) -> None:
        self._api = Api(url=f"{url}/api/v2", credentials=credentials, http=http, meaning=_meaning)

    def customer(self, user: Mapping[str, Any]) -> int:
        """
        Return the id of the user with an external id, who is made or brought up to date.

        Without their phone, where that is another user's own.
        """
        path = "users/create_or_update"
        try:
            return self._api.prepare("POST", path, {"user": user}, Person, within="user").id
        except Refused:
            if "phone" not in user:
                raise
        bare = {name: value for name, value in user.items() if name != "phone"}
        return self._api.prepare("POST", path, {"user": bare}, Person, within="user").id

    def upload(self, file: Attachment) -> str:
        """Take in a file, and return the token by which a comment takes it."""
        path = f"uploads?{urlencode({'filename': safe_name_of(file)}, quote_via=quote)}"
        body = Raw(mime=file.mime or "application/binary", content=file.content)
        return self._api.prepare("POST", path, body, Uploaded, within="upload").token

    def create(self, ticket: Mapping[str, Any]) -> TicketAnswer:
        """
        Create a ticket and return it.

        Zendesk makes one ticket of the same request within two hours. A changed one under the same
        key it would refuse, so that the key tells of all that is asked.
        """
        body = {"ticket": ticket}
        key = f"{ticket['external_id']}.{digest(compact(body))}"
        headers = {"idempotency-key": key}
        return self._api.write("POST", "tickets", body, TicketAnswer, headers=headers)

    def update(self, ticket_id: int, ticket: Mapping[str, Any]) -> Audit:
        """Update a ticket and return what was done to it."""
        path = f"tickets/{ticket_id}"
        return self._api.write("PUT", path, {"ticket": ticket}, Audit, within="audit")

    def ticket(self, ticket_id: int) -> TicketRow:
        """Return a ticket and how many comments it has; raise Gone where it does not exist."""
        path = f"tickets/{ticket_id}?include=comment_count"
        return self._api.read(path, TicketRow, within="ticket")

    def tickets_named(self, external_id: str) -> list[TicketRow]:
        """Return the tickets that have an external id."""
        query = urlencode({"external_id": external_id}, quote_via=quote)
        return self._api.read(f"tickets?{query}", list[TicketRow], within="tickets")

    def newest_tickets(self) -> Iterator[TicketRow]:
        """Yield the 1000 tickets that were changed last, the last one first."""
        after = ""
        for _ in range(_MOST_PAGES):
            asked = {"sort": "-updated_at", "page[size]": str(_PAGE), **_behind(after)}
            page = self._api.read(f"tickets?{urlencode(asked, quote_via=quote)}", TicketList)
            yield from page.tickets
            after = page.meta.after_cursor or ""
            if not page.meta.has_more or not after:
                return

    def comments(self, ticket_id: int) -> CommentList:
        """Return the newest 100 comments of a ticket, newest first, and who wrote them."""
        asked = {"sort": "-created_at", "page[size]": str(_PAGE), "include": "users"}
        path = f"tickets/{ticket_id}/comments?{urlencode(asked, quote_via=quote)}"
        return self._api.read(path, CommentList)

    def audit(self, ticket_id: int, audit_id: int) -> Audit:
        """Return one update of a ticket."""
        return self._api.read(f"tickets/{ticket_id}/audits/{audit_id}", Audit, within="audit")

    def me(self) -> Person:
        """Return who we are."""
        return self._api.read("users/me", Person, within="user", timeout=_CHECK_TIMEOUT)

    def is_staff(self, user_id: int) -> bool:
        """Tell whether a user is one of those who answer customers; nobody is who is not there."""
        try:
            return self._api.read(f"users/{user_id}", Person, within="user").role in STAFF
        except Gone:
            return False
        except Refused as exc:
            raise TransientError("who a user is was not told") from exc

    def check_field(self, field_id: int, option: str) -> None:
        """Return if an option's field of tickets takes texts; raise Refused where it does not."""
        try:
            field = self._api.read(
                f"ticket_fields/{field_id}",
                FieldRow,
                within="ticket_field",
                timeout=_CHECK_TIMEOUT,
            )
        except Gone as exc:
            raise Refused("desk_refused", f"the option '{option}' is no ticket field") from exc
        if not field.active or field.type not in ("text", "textarea"):
            raise Refused("desk_refused", f"the field of '{option}' is not an active text field")


def _behind(cursor: str) -> dict[str, str]:
    return {"page[after]": cursor} if cursor else {}


def _meaning(response: Response, wrote: bool) -> ScriptaError:
    """Return the error that an answer of this API stands for."""
    error = meaning(response, wrote)
    about = said(response)
    if isinstance(error, Gone) and about.get("error") != "RecordNotFound":
        # Somebody else's page, or a path that this Zendesk does not have: the address is wrong.
        return TransientError(f"HTTP {response.status}, not from the Tickets API")
    if isinstance(error, Refused):
        return refused(response, fields(about.get("details")))
    is_too_fast = response.status == HTTPStatus.TOO_MANY_REQUESTS
    if is_too_fast and retry_after(response) is None:
        reset = response.headers.get("ratelimit-reset", "")
        wait = float(reset) if reset.isascii() and reset.isdigit() else None
        return TransientError("HTTP 429", retry_after=wait)
    return error
