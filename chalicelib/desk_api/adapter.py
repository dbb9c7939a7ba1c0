"""What an adapter has of its desk: where that answers, its secrets and options, and numbers in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import origin
from chalicelib.domain.ports import Secrets
from chalicelib.errors import Gone, TransientError

if TYPE_CHECKING:
    from chalicelib.http_client import Transport

LONGEST_NUMBER: Final = 18  #: digits; more do not fit a database's integer


class Adapter:
    """
    What adapters begin with.

    The desk's secret is `desks/<id>`. `http` is the process's shared client unless another is given.
    """

    def __init__(self, *, desk: Desk, secrets: Secrets, http: Transport | None = None) -> None:
        self._desk = desk
        self._secrets = secrets
        self._http = http
        self._url = desk.url.rstrip("/")

    def _secret(self, field: str) -> tuple[str, ...]:
        return self._secrets.get(f"desks/{self._desk.id}", field)

    def _option(self, name: str) -> str:
        return self._desk.options.get(name, "").strip()

    def _number(self, option: str) -> int:
        """Return an option that is a number; raise TransientError where it is none."""
        value = self._option(option)
        if not is_number(value):
            # The desk's row can be corrected, and the messages wait for that.
            raise TransientError(f"the desk's option '{option}' is no number")
        return int(value)

    def _hosts(self) -> tuple[str, ...]:
        """Return the desk's own origin, as `Location.hosts` has it; nothing where it has none."""
        own = origin(self._url)
        return (f"{own.scheme}://{own.host}:{own.port}",) if own else ()

    def _transport(self) -> Transport:
        # urllib3: receive loads adapters and calls nobody.
        from chalicelib.http_client import shared

        return self._http or shared()


def number(ticket_id: str) -> int:
    """Return a ticket's id as a number; raise Gone where no ticket can have it."""
    if not is_number(ticket_id):
        raise Gone("no such ticket")
    return int(ticket_id)


def number_or_zero(entry_id: str) -> int:
    """Return an entry's id as a number, 0 where it is none: what is behind that is all there is."""
    return int(entry_id) if is_number(entry_id) else 0


def is_number(text: str) -> bool:
    """Tell whether a text is a number that a database can have given."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
