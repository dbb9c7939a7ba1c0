"""The calls of Zammad's API that we need, and what its failures mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from chalicelib.desk_api.api import Api, meaning, said, said_by_the_api
from chalicelib.desk_api.pages import numbered
from chalicelib.errors import ScriptaError, TransientError
from chalicelib.helpdesks.zammad.payloads import Article, Link, Me, Ticket, Written
from chalicelib.http_client import Response, Transport

_PAGE: Final = 100
_MOST_PAGES: Final = 20  # of a list of tickets
_TAKEN: Final = "already exists"

Fields = Mapping[str, Any]


class Client:
    """One desk's API; `url` is its address without a slash at the end."""

    def __init__(
        self, *, url: str, credentials: Sequence[Mapping[str, str]], http: Transport
    ) -> None:
        self._api = Api(url=f"{url}/api/v1", credentials=credentials, http=http, meaning=_meaning)

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
        asked = urlencode({"link_object": "Ticket", "link_object_value": ticket})
        return self._api.read(f"links?{asked}", list[Link], within="links")

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
            "per_page": str(_PAGE),
        }

        def page(number: int) -> list[Ticket]:
            path = f"tickets/search?{urlencode(asked | {'page': str(number)})}"
            return self._api.read(path, list[Ticket])

        return numbered(page, size=_PAGE, most=_MOST_PAGES)

    def me(self) -> Me:
        """Return whose the token is."""
        return self._api.check("users/me", Me)


def _meaning(response: Response, wrote: bool) -> ScriptaError:
    about = str(said(response).get("error", ""))
    if response.status == HTTPStatus.UNPROCESSABLE_ENTITY and _TAKEN in about:
        # Two tickets of one new customer at once: the other one made them.
        return TransientError("the customer was made meanwhile")
    return said_by_the_api(meaning(response, wrote), response, field="error")
