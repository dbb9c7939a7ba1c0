"""The calls of Zammad's API that we need, and what its failures mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from chalicelib.desk_api.api import DeskClient, meaning, said, said_by_the_api
from chalicelib.errors import ScriptaError, TransientError
from chalicelib.helpdesks.zammad.payloads import Article, Link, Me, Ticket, Written
from chalicelib.http_client import Response

_PAGE: Final = 100
_MOST_PAGES: Final = 20  # of a list of tickets
_TAKEN: Final = "already exists"

Fields = Mapping[str, Any]


class Client(DeskClient):
    """One desk's API."""

    path = "/api/v1"

    def new_ticket(self, body: Fields) -> Written:
        """Create a ticket with its first article, and its customer where there is none."""
        return self._api.write("POST", "tickets?expand=true", body, Written)

    def update(self, ticket: int, body: Fields) -> Written:
        """Change a ticket, or add an article to it, and return it; raise Gone where it is not."""
        return self._api.write("PUT", f"tickets/{ticket}?expand=true", body, Written)

    def ticket(self, ticket: int) -> Ticket:
        """Return a ticket; raise Gone where there is none."""
        return self._api.read(f"tickets/{ticket}?expand=true", Ticket)

    def articles(self, ticket: int) -> list[Article]:
        """Return all articles of a ticket, oldest first."""
        found = self._api.read(f"ticket_articles/by_ticket/{ticket}", list[Article])
        return sorted(found, key=lambda article: article.id)

    def links(self, ticket: int) -> Sequence[Link]:
        """Return the links of a ticket to others."""
        asked = {"link_object": "Ticket", "link_object_value": ticket}
        return self._api.read("links", list[Link], asked=asked, within="links")

    def having(self, field: str, operator: str, value: str) -> Iterator[Ticket]:
        """
        Yield the tickets of which a field is so, the one that changed last first; at most 2000.

        Without words to look for, Zammad asks its database and not its search index.
        """
        asked = {
            f"condition[{field}][operator]": operator,
            f"condition[{field}][value]": value,
            "sort_by": "updated_at",
            "order_by": "desc",
            "expand": "true",
            "per_page": _PAGE,
        }
        return self._api.pages(
            "tickets/search", list[Ticket], asked=asked, size=_PAGE, most=_MOST_PAGES
        )

    def me(self) -> Me:
        """Return whose the token is."""
        return self._api.check("users/me", Me)

    def _meaning(self, response: Response, wrote: bool) -> ScriptaError:
        about = str(said(response).get("error", ""))
        if response.status == HTTPStatus.UNPROCESSABLE_ENTITY and _TAKEN in about:
            # Two tickets of one new customer at once: the other one made them.
            return TransientError("the customer was made meanwhile")
        return said_by_the_api(meaning(response, wrote), response, field="error")
