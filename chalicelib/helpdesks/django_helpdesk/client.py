"""The calls of django-helpdesk's REST API that we need, and what its failures mean."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, TypeVar

from pydantic import BaseModel

from chalicelib.desk_api.api import Api, said
from chalicelib.domain.content import Attachment
from chalicelib.domain.file_names import safe_name
from chalicelib.errors import (
    Gone,
    Refused,
    ScriptaError,
    TransientError,
)
from chalicelib.helpdesks.django_helpdesk.payloads import (
    Described,
    FollowUp,
    Listed,
    Page,
    TicketAnswer,
)
from chalicelib.http_client import (
    Form,
    Response,
    Transport,
    Upload,
    failure,
)

_PAGE_SIZE = 200

_BAD_REQUEST = 400

# Seconds. The helpdesk reads all its tickets to answer for one page of them; all pages together may
# take no more than a worker can wait for.
_LOOK_UP_TIMEOUT = 10.0
_LONGEST_LOOK_UP = 15.0
_CHECK_TIMEOUT = 5.0

_Answer = TypeVar("_Answer", bound=BaseModel)
_Row = TypeVar("_Row", TicketAnswer, Listed)


class Client:
    """
    One desk's API.

    `url` is the helpdesk's address without a slash at the end; `tokens` are tried in their order.
    Every call may raise what `failure` gives; reads raise TransientError instead of
    AmbiguousError.
    """

    def __init__(self, *, url: str, tokens: Sequence[str], http: Transport) -> None:
        self._api = Api(
            url=f"{url}/api",
            credentials=[{"authorization": f"Token {token}"} for token in tokens],
            http=http,
            meaning=_meaning,
        )

    def create_ticket(
        self, body: Mapping[str, Any], *, file: Attachment | None = None
    ) -> TicketAnswer:
        """Create a ticket, with a file in its first entry, and return it."""
        files = [] if file is None else [_upload(file, field="attachment")]
        return self._write("tickets/", body, files=files, answer=TicketAnswer)

    def add_entry(self, body: Mapping[str, Any], *, files: Sequence[Attachment] = ()) -> FollowUp:
        """
        Add an entry with files to a ticket and return it.

        Raises Gone where the ticket does not exist.
        """
        uploads = [_upload(file, field="attachments") for file in files]
        return self._write("followups/", body, files=uploads, answer=FollowUp)

    def ticket(self, ticket_id: int) -> TicketAnswer:
        """Return a ticket; raise Gone where it does not exist."""
        return self._api.read(f"tickets/{ticket_id}/", TicketAnswer, timeout=_LOOK_UP_TIMEOUT)

    def newest_tickets(self, *, pages: int) -> Iterator[TicketAnswer]:
        """
        Yield the newest tickets, newest first: those of the last `pages` pages of the list.

        Raises TransientError where that takes too long.
        """
        yield from self._newest("tickets", Page[TicketAnswer], pages=pages)

    def newest_entries(self, *, pages: int) -> Iterator[Listed]:
        """Yield the newest entries of all tickets; takes and raises what `newest_tickets` does."""
        yield from self._newest("followups", Page[Listed], pages=pages)

    def _newest(self, path: str, answer: type[Page[_Row]], *, pages: int) -> Iterator[_Row]:
        until = time.monotonic() + _LONGEST_LOOK_UP
        page = self._page(path, "last", answer=answer)
        yield from reversed(page.results)
        last = ceil(page.count / _PAGE_SIZE)
        for number in range(last - 1, max(last - pages, 0), -1):
            if time.monotonic() > until:
                raise TransientError("the helpdesk is too slow to be searched")
            yield from reversed(self._page(path, str(number), answer=answer).results)

    def _page(self, path: str, number: str, *, answer: type[Page[_Row]]) -> Page[_Row]:
        try:
            return self._api.read(
                f"{path}/?page_size={_PAGE_SIZE}&page={number}", answer, timeout=_LOOK_UP_TIMEOUT
            )
        except Gone as exc:
            raise TransientError("the list became shorter while it was read") from exc

    def ticket_fields(self) -> frozenset[str]:
        """Return the names of what can be set in a ticket."""
        return self._api.options("tickets/", Described, timeout=_CHECK_TIMEOUT).names()

    def _write(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        files: Sequence[Upload],
        answer: type[_Answer],
    ) -> _Answer:
        return self._api.write("POST", path, _form(body, files) if files else body, answer)


def _form(body: Mapping[str, Any], files: Sequence[Upload]) -> Form:
    """Return a request with files: a form's texts mean what the values of JSON do."""
    fields = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in body.items()
    }
    return Form(fields=fields, files=files)


def _upload(file: Attachment, *, field: str) -> Upload:
    name = safe_name(file.name, mime=file.mime, fallback=file.kind)
    return Upload(field, name, file.mime, file.content)


def _meaning(response: Response, wrote: bool) -> ScriptaError:
    """Return the error that an answer of this API stands for."""
    error = failure(response, wrote=wrote)
    about = said(response)
    if isinstance(error, Gone) and "detail" not in about:
        # Somebody else's page: the address is wrong, or the helpdesk is not up behind its proxy.
        return TransientError(f"HTTP {response.status}, not from the helpdesk's API")
    if response.status == _BAD_REQUEST:
        # The only fault that a ticket's id can have, since it is a number, is to be nobody's.
        if "ticket" in about:
            return Gone("no such ticket")
        # The names of the fields only: what is said of them quotes what they held.
        return Refused("desk_refused", f"HTTP 400: {', '.join(sorted(about))}")
    return error
