"""The calls of django-helpdesk's REST API that we need, and what its failures mean."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any, TypeVar

from chalicelib.desk_api.api import DeskClient, meaning, refused, said, said_by_the_api
from chalicelib.desk_api.uploads import with_files
from chalicelib.domain.content import Attachment
from chalicelib.errors import Gone, ScriptaError, TransientError
from chalicelib.helpdesks.django_helpdesk.payloads import (
    Described,
    FollowUp,
    Listed,
    Page,
    TicketAnswer,
)
from chalicelib.http_client import Response

_PAGE_SIZE = 200

# Seconds. The helpdesk reads all its tickets to answer for one page of them; all pages together may
# take no more than a worker can wait for.
_LOOK_UP_TIMEOUT = 10.0
_LONGEST_LOOK_UP = 15.0
_CHECK_TIMEOUT = 5.0

_Row = TypeVar("_Row", TicketAnswer, Listed)


class Client(DeskClient):
    """One desk's API."""

    path = "/api"

    def create_ticket(
        self, body: Mapping[str, Any], *, file: Attachment | None = None
    ) -> TicketAnswer:
        """Create a ticket, with a file in its first entry, and return it."""
        sent = with_files(body, [file] if file else [], field="attachment")
        return self._api.write("POST", "tickets/", sent, TicketAnswer)

    def add_entry(self, body: Mapping[str, Any], *, files: Sequence[Attachment] = ()) -> FollowUp:
        """
        Add an entry with files to a ticket and return it.

        Raises Gone where the ticket does not exist.
        """
        sent = with_files(body, files, field="attachments")
        return self._api.write("POST", "followups/", sent, FollowUp)

    def ticket(self, ticket_id: int) -> TicketAnswer:
        """Return a ticket; raise Gone where it does not exist."""
        return self._api.read(f"tickets/{ticket_id}/", TicketAnswer, timeout=_LOOK_UP_TIMEOUT)

    def entry(self, entry_id: int) -> Listed:
        """Return an entry, which names its ticket; raise Gone where it does not exist."""
        return self._api.read(f"followups/{entry_id}/", Listed, timeout=_LOOK_UP_TIMEOUT)

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

    def _meaning(self, response: Response, wrote: bool) -> ScriptaError:
        """Return the error that an answer of this API stands for."""
        about = said(response)
        if response.status == HTTPStatus.BAD_REQUEST:
            # The only fault that a ticket's id can have, since it is a number, is to be nobody's.
            return Gone("no such ticket") if "ticket" in about else refused(response, about)
        return said_by_the_api(meaning(response, wrote), response, field="detail")
