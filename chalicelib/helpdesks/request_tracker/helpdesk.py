"""The helpdesk port for Request Tracker, put together from its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import Adapter, is_number, number
from chalicelib.desk_api.settings import api_token, standard_secret
from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, Location
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Entry, Opening, Promise, Ticket
from chalicelib.errors import Gone, Moved, Refused

if TYPE_CHECKING:
    from chalicelib.helpdesks.request_tracker.client import Client
    from chalicelib.helpdesks.request_tracker.payloads import TicketRow

SETTINGS: Final[Sequence[Setting]] = (
    Setting(name="queue", words="name of the queue for new tickets", required=True),
    api_token("auth token of the user scripta", pattern=r"[0-9]+-[0-9]+-[0-9a-f]{20,64}"),
    standard_secret("secret that RT signs its webhooks with (whsec_…)"),
)

_QUEUE: Final = "Messaging"  # that of infra/helpdesks/request_tracker
_FILE: Final = re.compile(r"/Ticket/Attachment/[0-9]{1,18}/[0-9]{1,18}/file")
_BEGINNING: Final = "0"  # RT does not tell the number of what a ticket begins with; it is lower


class RequestTracker(Adapter):
    """
    One desk.

    Its option `queue` is the name of the queue for new tickets.
    """

    # A look goes to the database that a write went to, but RT finishes what nobody waits for any
    # more: this is how long that may take.
    promise = Promise(lookup_lag=5.0)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """Return what a webhook means; raise nothing for an odd one."""
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.request_tracker import mapper

        return mapper.event(raw, desk=self._desk.id, url=self._url, received_at=received_at)

    def create(self, opening: Opening) -> Ticket:
        """
        Create a ticket and return it; it refers to the one before, or to another of the customer.

        A note cannot be what a ticket begins with. Such a ticket is created empty, and the note
        follows: until it has, `find` does not know the ticket, and a further call completes it.
        """
        from chalicelib.helpdesks.request_tracker import mapper

        client, entry = self._client(), opening.entry
        if not entry.kind.is_public and (begun := self._named(opening.reference)):
            return self._ticket(begun.id, last_entry=self._add(begun.id, entry))
        refers_to = [opening.follows] if opening.follows else self._others_of(opening)
        body = mapper.new_ticket(
            opening, queue=self._queue(), refers_to=list(filter(is_number, refers_to))
        )
        if entry.kind.is_public:
            return self._ticket(
                client.create_ticket(body, files=entry.files), last_entry=_BEGINNING
            )
        made = client.create_ticket(body, files=())
        return self._ticket(made, last_entry=self._add(made, entry))

    def append(self, ticket_id: str, entry: Entry) -> str:
        """
        Add an entry in one call, which opens a closed ticket, and return the entry's id.

        A ticket that was merged takes it into the one that took it over, and does not tell.
        """
        return self._add(str(number(ticket_id)), entry)

    def find(self, reference: str) -> Ticket | None:
        """Return the ticket created under our reference, merged or not, if it is complete."""
        found = self._named(reference)
        if found is None:
            return None
        from chalicelib.helpdesks.request_tracker.payloads import ENTRY, FIRST_ENTRY

        if found.field(FIRST_ENTRY):
            return self._ticket(found.id, last_entry=_BEGINNING)
        written = self._client().entries(f"TicketId = {found.id} AND Type = 'Comment'")
        ours = [entry.id for entry in written if entry.field(ENTRY)]
        return self._ticket(found.id, last_entry=ours[0]) if ours else None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """
        Return the id of the entry that has our key, wherever merges have taken it.

        Raises Moved where it has none and its ticket was merged.
        """
        from chalicelib.helpdesks.request_tracker.mapper import with_value
        from chalicelib.helpdesks.request_tracker.payloads import ENTRY

        del after
        client = self._client()
        for found in client.entries(with_value(ENTRY, entry.key)):
            if found.field(ENTRY) == entry.key:
                return found.id
        # Only a query that names it finds what was merged; none finds what was deleted.
        rows = client.tickets(f"EffectiveId > 0 AND id = {number(ticket_id)}")
        if not rows:
            raise Gone("no such ticket, or none of ours")
        into = rows[0].EffectiveId
        if into not in ("", ticket_id):
            raise Moved(into, self._ticket(into, last_entry=_BEGINNING).url)
        return None

    def locate(self, file: File) -> Location:
        """Return where RT's own page has a file, which takes our token, too."""
        if not _FILE.fullmatch(file.url.removeprefix(self._url)):
            raise Refused("file_elsewhere")
        return self._location(file)

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield agents' public replies since a time, newest first; see `ports.Helpdesk`.

        Whoever has rights enough to be an agent counts as one. Ours are known by whose token it is,
        and by their keys.
        """
        from chalicelib.helpdesks.request_tracker import mapper
        from chalicelib.helpdesks.request_tracker.payloads import ENTRY, User

        client, people = self._client(), dict[str, User]()
        for entry in client.entries(f"Type = 'Correspond' AND Creator != {self._user()}"):
            # RT tells whole seconds.
            if (entry.Created.timestamp() + 1) * 1000 <= since:
                return
            if entry.field(ENTRY):
                continue
            name = entry.Creator.id
            person = people[name] = people.get(name) or client.user(name)
            if not person.Privileged:
                continue
            parts = client.parts(entry.id)
            body = mapper.body_of(parts)
            text = client.text(entry.id, body) if body else ""
            agent = person.RealName or name
            if reply := mapper.recalled(entry, agent=agent, parts=parts, text=text):
                yield reply

    def check(self) -> None:
        """Return if RT answers, takes our token, and keeps our names of tickets and entries."""
        from chalicelib.helpdesks.request_tracker.payloads import ENTRY, FIRST_ENTRY, REFERENCE

        queue = self._client().queue(self._queue())
        missing = {REFERENCE, FIRST_ENTRY, ENTRY} - queue.fields()
        if missing:
            raise Refused("desk_refused", f"no custom field {', '.join(sorted(missing))}")

    def _client(self) -> Client:
        # urllib3 and pydantic: receive loads this module and calls nobody.
        from chalicelib.helpdesks.request_tracker.client import Client

        return Client(url=self._url, credentials=self._credentials(), http=self._transport())

    def _credential(self, token: str) -> Mapping[str, str]:
        return {"authorization": f"token {token}"}

    def _add(self, ticket_id: str, entry: Entry) -> str:
        from chalicelib.helpdesks.request_tracker import mapper

        body, way = mapper.new_entry(entry), mapper.way_of(entry)
        return self._client().add_entry(ticket_id, way, body, files=entry.files)

    def _named(self, reference: str) -> TicketRow | None:
        """Return the ticket of a reference, with EffectiveId named so that merged ones count."""
        from chalicelib.helpdesks.request_tracker.mapper import with_value
        from chalicelib.helpdesks.request_tracker.payloads import REFERENCE

        query = f"EffectiveId > 0 AND {with_value(REFERENCE, reference)}"
        # How a database compares texts is its own affair.
        rows = [row for row in self._client().tickets(query) if row.field(REFERENCE) == reference]
        return rows[0] if rows else None

    def _others_of(self, opening: Opening) -> Sequence[str]:
        """Return the newest ticket that the customer has in another conversation, if any."""
        from chalicelib.helpdesks.request_tracker import mapper

        query = f"Requestor.EmailAddress = {mapper.quoted(opening.customer.address)}"
        return [row.id for row in self._client().tickets(query, newest=True)][:1]

    def _ticket(self, ticket_id: str, *, last_entry: str) -> Ticket:
        from chalicelib.helpdesks.request_tracker import mapper

        return Ticket(
            id=ticket_id, url=mapper.ticket_url(self._url, ticket_id), last_entry=last_entry
        )

    def _user(self) -> str:
        """Return the number of the user whose token is ours: a token holds it."""
        tokens = self._secret("api_tokens")
        user = tokens[0].split("-")[1:2] if tokens else []
        return user[0] if user and is_number(user[0]) else "0"

    def _queue(self) -> str:
        return self._option("queue") or _QUEUE


def create(*, desk: Desk, secrets: Secrets) -> RequestTracker:
    """Return the helpdesk of a desk."""
    return RequestTracker(desk=desk, secrets=secrets)
