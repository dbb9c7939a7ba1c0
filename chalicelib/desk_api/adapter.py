"""What an adapter has of its desk: its webhooks, secrets and options, and where its files are."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, TypeVar

from chalicelib.desk_api import own_items
from chalicelib.desk_api.own_fields import FIELDS
from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import is_allowed, origin
from chalicelib.domain.content import File, Location
from chalicelib.domain.envelope import Item
from chalicelib.domain.ports import Secrets
from chalicelib.domain.ticket import Entry, EntryKind, Ticket
from chalicelib.errors import Gone, Refused, TransientError

if TYPE_CHECKING:
    from chalicelib.http_client import Transport

LONGEST_NUMBER: Final = 18  #: digits; more do not fit a database's integer


class Webhooks(Protocol):
    """What receive needs of a helpdesk's webhooks, without a schema: a module keeps this."""

    def verify(self, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[str]) -> None:
        """Return if a webhook shows one of `secrets`; raises as `ports.Webhook.verify`."""
        ...

    def split(self, body: Mapping[str, Any], *, desk: str) -> Sequence[Item]:
        """Return the items that a webhook is, each in the lane of its ticket."""
        ...


class TicketRow(Protocol):
    """A ticket of a desk that numbers its tickets and the people in them."""

    @property
    def id(self) -> int:
        """Return its number."""
        ...

    @property
    def requester_id(self) -> int:
        """Return whose it is."""
        ...


class Adapter:
    """
    What adapters begin with.

    The desk's secret `desks/<id>` holds `webhook_secrets` and `api_tokens`, each the newest first.
    `http` is the process's shared client unless another is given. A helpdesk whose webhooks are not
    in our own words has a module for them, `webhooks`.

    `ticket_page` is where agents see a ticket, behind the desk's address: its braces stand for the
    ticket's id. It is for those who make their tickets by `_ticket_of`.
    """

    webhooks: Webhooks = own_items
    ticket_page: ClassVar[str]

    def __init__(self, *, desk: Desk, secrets: Secrets, http: Transport | None = None) -> None:
        self._desk = desk
        self._secrets = secrets
        self._http = http
        self._url = desk.url.rstrip("/")

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if the body shows one of the desk's `webhook_secrets`; see `ports.Webhook`."""
        self.webhooks.verify(body, headers, secrets=self._secret("webhook_secrets"))

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return every item of a verified body; see `ports.Webhook`."""
        return self.webhooks.split(body, desk=self._desk.id)

    def _credential(self, token: str) -> Mapping[str, str]:
        """Return the headers that show who we are by one of our tokens: a bearer's, unless told."""
        return {"authorization": f"Bearer {token}"}

    def _credentials(self) -> list[Mapping[str, str]]:
        return [self._credential(token) for token in self._secret("api_tokens")]

    def _secret(self, field: str) -> tuple[str, ...]:
        return self._secrets.get(f"desks/{self._desk.id}", field)

    def _option(self, name: str) -> str:
        return self._desk.option(name)

    # The desk's row can be corrected, and the messages wait for that.
    def _needed(self, option: str) -> str:
        """Return an option that nothing works without; raise TransientError where it is missing."""
        if not (value := self._option(option)):
            raise TransientError(f"the desk's option '{option}' is missing")
        return value

    def _number(self, option: str) -> int:
        """Return an option that is a number; raise TransientError where it is none."""
        if not (value := number_or_zero(self._option(option))):
            raise TransientError(f"the desk's option '{option}' is no number")
        return value

    def _number_if_any(self, option: str) -> int | None:
        """Return an option that may be missing, and is a number else; raises as `_number`."""
        return self._number(option) if self._option(option) else None

    def _listed(self, option: str) -> tuple[str, ...]:
        """Return what stands in an option that has several, with commas between."""
        return tuple(filter(None, map(str.strip, self._option(option).split(","))))

    def _own_fields(self, pattern: str, *, options: Sequence[str] = FIELDS) -> dict[str, str]:
        """
        Return the names of the ticket fields that were made for us, by the options that name them.

        Raises TransientError where one is not as `pattern`, and so can name no field.
        """
        chosen = {option: name for option in options if (name := self._option(option))}
        for option, name in chosen.items():
            if not re.fullmatch(pattern, name):
                raise TransientError(f"the desk's option '{option}' names no field")
        return chosen

    def _agent(self) -> int:
        """Return who we are: without that our own words could not be told from an agent's."""
        return self._number("agent")

    def _page_of(self, ticket_id: str) -> str:
        """Return where agents see a ticket."""
        return f"{self._url}{self.ticket_page.format(ticket_id)}"

    def _ticket_of(self, row: TicketRow, *, last_entry: str) -> Ticket:
        """Return a ticket in our words."""
        return Ticket(
            id=str(row.id),
            url=self._page_of(str(row.id)),
            last_entry=last_entry,
            requester=str(row.requester_id),
        )

    def _hosts(self) -> tuple[str, ...]:
        """Return the desk's own origin, as `Location.hosts` has it; nothing where it has none."""
        own = origin(self._url)
        return (f"{own.scheme}://{own.host}:{own.port}",) if own else ()

    def _location(self, file: File, *, also: Sequence[str] = (), is_open: bool = False) -> Location:
        """
        Return where the desk has a file: at its own origin, or at one of the hosts `also`.

        Our token goes to the desk's own origin alone, and not with what is open to whoever has the
        address. Raises Refused for a file that is elsewhere.
        """
        here = self._hosts()
        if not is_allowed(file.url, hosts=(*here, *also)):
            raise Refused("file_elsewhere")
        wants_token = not is_open and is_allowed(file.url, hosts=here)
        credentials = self._credentials() if wants_token else []
        headers = credentials[0] if credentials else {}
        return Location(url=file.url, hosts=(*here, *also), headers=headers)

    def _transport(self) -> Transport:
        # urllib3: receive loads adapters and calls nobody.
        from chalicelib.http_client import shared

        return self._http or shared()


def number(ticket_id: str) -> int:
    """Return a ticket's id as a number; raise Gone where no ticket can have it."""
    if not (found := number_or_zero(ticket_id)):
        raise Gone("no such ticket")
    return found


def number_or_zero(entry_id: str) -> int:
    """Return an id as a number; 0, which no database gives, where it is none."""
    return int(entry_id) if is_number(entry_id) else 0


def is_number(text: str) -> bool:
    """Tell whether a text is a number that a database can have given."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER


class _Numbered(Protocol):
    @property
    def id(self) -> int: ...


_Row = TypeVar("_Row", bound=_Numbered)


def behind(known: int, rows: Iterable[_Row], is_it: Callable[[_Row], bool]) -> str | None:
    """Return the id of the first entry behind the entry `known` that is the one looked for."""
    return next((str(row.id) for row in rows if row.id > known and is_it(row)), None)


def author_of(entry: Entry, *, us: int) -> int:
    """Return whose words an entry is to hold: the customer's, where it is theirs and tells them."""
    requester = number_or_zero(entry.requester) if entry.kind is EntryKind.COMMENT else 0
    return requester or us


def in_the_name_of(
    entry: Entry, write: Callable[[int], str], requester: Callable[[], int], *, us: int
) -> str:
    """
    Write an entry as its author's, and return what `write` does.

    It is refused where the customer's user was merged into another one: that is who the ticket's
    `requester` is then, and it is written as theirs.
    """
    author = author_of(entry, us=us)
    try:
        return write(author)
    except Refused:
        now = requester()
        if author == us or now in (author, us):
            raise
    return write(now)


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of HTTP's basic authentication."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"authorization": f"Basic {pair}"}
