"""The helpdesk port for whoever takes signed webhooks, put together from its parts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import Adapter
from chalicelib.desk_api.settings import standard_secret
from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import is_public, origin
from chalicelib.domain.content import File, Location
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Entry, Idempotency, Opening, Promise, Ticket
from chalicelib.errors import Gone, TransientError

if TYPE_CHECKING:
    from chalicelib.helpdesks.standard_webhooks.client import Client

SETTINGS: Final[Sequence[Setting]] = (
    standard_secret("secret that signs the webhooks of both sides (whsec_…)"),
    Setting(
        name="api_tokens",
        words="token that the address wants besides the signature (Authorization: Bearer)",
        secret=True,
    ),
    Setting(
        name="file_hosts",
        words="where files of answers may be fetched: hosts, separated by commas",
        pattern=r"\.?[a-z0-9-]+(\.[a-z0-9-]+)+(,\.?[a-z0-9-]+(\.[a-z0-9-]+)+)*",
    ),
    Setting(
        name="local",
        words="whether http://127.0.0.1 may be asked, which is for tries on one machine only",
        choices=("on", "off"),
    ),
)

_HERE: Final = "127.0.0.1"
_LOCAL_NAMES: Final = (".local", ".localhost", ".internal", ".home.arpa")


class StandardWebhooks(Adapter):
    """
    One desk: what is said goes to its `url` as signed webhooks, and answers come back as such.

    Its `webhook_secrets` are for both ways, and there are `api_tokens` only where the address wants
    them. `http` is the process's client for public addresses unless another is given.
    """

    # The receiver knows a webhook that comes again by its id.
    promise = Promise(
        creates=Idempotency.NATIVE, appends=Idempotency.NATIVE, lookup_lag=0.0, names_authors=True
    )

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """Return what a webhook means; raise nothing for an odd one."""
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.standard_webhooks import mapper

        return mapper.event(raw, desk=self._desk.id, url=self._desk.url, received_at=received_at)

    def create(self, opening: Opening) -> Ticket:
        """
        Tell of a conversation and what it begins with; its ticket is what the receiver calls it.

        Where it calls it nothing, the ticket has the conversation's own name. The webhook is the one
        that `append` posts of that entry: whichever of both comes later, the message is there already.
        """
        from chalicelib.helpdesks.standard_webhooks import mapper

        answer = self._client().post(mapper.OPENED, mapper.opened(opening), key=opening.entry.key)
        return Ticket(
            id=answer.ticket_id or opening.reference,
            url=answer.url if origin(answer.url) else self._desk.url,
            last_entry=opening.entry.key,
            # Later messages name the conversation, too.
            requester=opening.reference,
        )

    def append(self, ticket_id: str, entry: Entry) -> str:
        """Tell of a message in a conversation, and return our key of it."""
        from chalicelib.helpdesks.standard_webhooks import mapper

        if not ticket_id:
            raise Gone("no such ticket")
        self._client().post(mapper.RECEIVED, mapper.received(ticket_id, entry), key=entry.key)
        return entry.key

    def find(self, reference: str) -> Ticket | None:
        """Return None: a creation in doubt is told again, and the receiver makes one of both."""
        del reference
        return None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return None: see `find`."""
        del ticket_id, after, entry
        return None

    def locate(self, file: File) -> Location:
        """Return the address that the desk told, if it is at the desk's own or an allowed host."""
        return self._location(file, also=self._listed("file_hosts"))

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]] | None:
        """Return None: there is nobody to ask."""
        del since
        return None

    def check(self) -> None:
        """Return if the address takes a signed webhook that says nothing."""
        from chalicelib.helpdesks.standard_webhooks import mapper

        self._client().post(mapper.PING, {}, key=str(time.time_ns()))

    def _client(self) -> Client:
        # urllib3 and pydantic: receive loads this module and calls nobody.
        from chalicelib.helpdesks.standard_webhooks.client import Client
        from chalicelib.http_client import shared, shared_public

        own = origin(self._desk.url)
        is_local = self._option("local") == "on" and own is not None and own.host == _HERE
        if not is_local and not _may_be_public(self._desk.url):
            # The desk's row can be corrected, and the messages wait for that.
            raise TransientError("the desk's url is no public https address")
        return Client(
            url=self._desk.url,
            secrets=self._secret("webhook_secrets"),
            credentials=self._credentials(),
            http=self._http or (shared() if is_local else shared_public()),
        )


def create(*, desk: Desk, secrets: Secrets) -> StandardWebhooks:
    """Return the helpdesk of a desk."""
    return StandardWebhooks(desk=desk, secrets=secrets)


def _may_be_public(url: str) -> bool:
    """Tell whether an address is one by https that is not plainly inside somebody's network."""
    place = origin(url)
    if place is None or place.scheme != "https":
        return False
    in_numbers = place.host.replace(".", "").isdigit()
    if in_numbers:
        return is_public(place.host)
    return "." in place.host and not f".{place.host}".endswith(_LOCAL_NAMES)
