"""The helpdesk port for django-helpdesk, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import is_allowed, origin
from chalicelib.domain.content import Attachment, File, Location
from chalicelib.domain.envelope import Item
from chalicelib.domain.events import DeskEvent
from chalicelib.domain.ports import Secrets
from chalicelib.domain.ticket import Entry, EntryKind, Opening, Promise, Ticket
from chalicelib.errors import Gone, Refused, TransientError
from chalicelib.helpdesks.django_helpdesk import webhook

if TYPE_CHECKING:
    from chalicelib.helpdesks.django_helpdesk.client import Client
    from chalicelib.helpdesks.django_helpdesk.payloads import FollowUp, TicketAnswer

# The list of tickets cannot be filtered. A ticket whose creation is in doubt is among the newest;
# 10 pages of 200 are looked at, in which nothing is missed unless 2000 came after it.
_PAGES = 10

_LONGEST_NUMBER = 18  # digits; more do not fit a database's integer


class DjangoHelpdesk:
    """
    One desk.

    Its option `queue` is the number of the queue for new tickets. Its secret `desks/<id>` holds
    `webhook_secrets` and `api_tokens`.
    """

    # A write and the look after it go to the same database.
    promise = Promise(lookup_lag=2.0)

    def __init__(self, *, desk: Desk, secrets: Secrets) -> None:
        self._desk = desk
        self._secrets = secrets
        self._url = desk.url.rstrip("/")

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if the desk signed the body; raise InvalidSignature in every other case."""
        webhook.verify(body, headers, secrets=self._secret("webhook_secrets"))

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return the one item that a webhook is."""
        return webhook.split(body, desk=self._desk.id)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """Return what a webhook means; raise nothing for an odd one."""
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.django_helpdesk import mapper

        return mapper.event(raw, desk=self._desk.id, received_at=received_at)

    def create(self, opening: Opening) -> Ticket:
        """
        Create a ticket, whose description is the first entry, and return it.

        That is one call, unless the entry has several files, of which a creation takes one. The
        ticket then says that more will come, and they follow as an entry of their own. Until they
        have, `find` does not know the ticket, and a further call completes it.
        """
        from chalicelib.helpdesks.django_helpdesk import mapper

        body, files = mapper.new_ticket(opening, queue=self._queue()), opening.entry.files
        if len(files) <= 1:
            return self._ticket(self._client().create_ticket(body, file=next(iter(files), None)))
        ticket = self._named(opening.reference)
        if ticket is None or not _is_unfinished(ticket):
            ticket = self._client().create_ticket(body, file=files[0])
        last_entry = self._add_files(ticket.id, opening.entry, files[1:])
        return replace(self._ticket(ticket), last_entry=last_entry)

    def append(self, ticket_id: str, entry: Entry) -> str:
        """Add an entry in one call, which opens a closed ticket, and return the entry's id."""
        from chalicelib.helpdesks.django_helpdesk import mapper

        body = mapper.new_entry(_number(ticket_id), entry)
        return str(self._client().add_entry(body, files=entry.files).id)

    def find(self, reference: str) -> Ticket | None:
        """
        Return the newest ticket created under our reference, looking at the newest 2000.

        One that still lacks files of its first entry is not found: `create` completes it.
        """
        ticket = self._named(reference)
        return None if ticket is None or _is_unfinished(ticket) else self._ticket(ticket)

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """
        Return the id of the first entry behind `after` that says the same and may be ours.

        In a ticket that an agent opened and we have not written in, who we are is not known: there
        it may be anybody's but that agent's.
        """
        from chalicelib.helpdesks.django_helpdesk import mapper

        ticket = self._client().ticket(_number(ticket_id))
        if ticket.merged_to is not None:
            raise Gone("merged into another ticket")
        known = int(after) if _is_number(after) else 0
        public = entry.kind is EntryKind.COMMENT
        for candidate in _perhaps_ours(ticket, known=known):
            is_same = mapper.is_same(candidate.comment, entry.text)
            if candidate.id > known and candidate.public == public and is_same:
                return str(candidate.id)
        return None

    def locate(self, file: File) -> Location:
        """
        Return the address that the desk told, if it is the desk's own; else raise Refused.

        It is asked without a token: the desk signs its links.
        """
        own = origin(self._url)
        here = (f"{own.scheme}://{own.host}:{own.port}",) if own else ()
        if not is_allowed(file.url, hosts=here):
            raise Refused("file_elsewhere")
        return Location(url=file.url, hosts=here)

    def check(self) -> None:
        """Return if the desk answers, takes our token and keeps our references."""
        self._queue()
        missing = {"custom_conversation_id", "custom_channel"} - self._client().ticket_fields()
        if missing:
            raise Refused("desk_refused", f"no field {', '.join(sorted(missing))}")

    def _client(self) -> Client:
        # urllib3 and pydantic: receive loads this module and calls nobody.
        from chalicelib.helpdesks.django_helpdesk.client import Client
        from chalicelib.http_client import shared

        return Client(url=self._url, tokens=self._secret("api_tokens"), http=shared())

    def _named(self, reference: str) -> TicketAnswer | None:
        tickets = self._client().newest_tickets(pages=_PAGES)
        return next((ticket for ticket in tickets if ticket.conversation == reference), None)

    def _add_files(self, ticket: int, entry: Entry, files: Sequence[Attachment]) -> str:
        """
        Add the files that the first entry still lacks, and return the id of their entry.

        The entry stands already, so that files which the desk refuses can only be named.
        """
        from chalicelib.helpdesks.django_helpdesk import mapper

        client = self._client()
        try:
            body = mapper.new_entry(ticket, replace(entry, text="", files=()))
            return str(client.add_entry(body, files=files).id)
        except Refused:
            names = "\n".join(f"✗ {file.name}" for file in files)
            body = mapper.new_entry(ticket, replace(entry, text=names, files=()))
            return str(client.add_entry(body).id)

    def _secret(self, field: str) -> tuple[str, ...]:
        return self._secrets.get(f"desks/{self._desk.id}", field)

    def _queue(self) -> int:
        queue = self._desk.options.get("queue", "")
        if not _is_number(queue):
            # The desk's row can be corrected, and the messages wait for that.
            raise TransientError("the desk's option 'queue' is no number")
        return int(queue)

    def _ticket(self, answer: TicketAnswer) -> Ticket:
        ours = _ours(answer, known=0)
        return Ticket(
            id=str(answer.id),
            url=f"{self._url}/tickets/{answer.id}/",
            last_entry=str(ours[-1].id) if ours else "",
        )


def create(*, desk: Desk, secrets: Secrets) -> DjangoHelpdesk:
    """Return the helpdesk of a desk."""
    return DjangoHelpdesk(desk=desk, secrets=secrets)


def _is_unfinished(ticket: TicketAnswer) -> bool:
    """Tell whether a ticket lacks files of its first entry: they are our second one there."""
    from chalicelib.helpdesks.django_helpdesk import mapper

    ours = _ours(ticket, known=0)
    return len(ours) == 1 and mapper.has_more_files(ours[0].comment)


def _perhaps_ours(ticket: TicketAnswer, *, known: int) -> list[FollowUp]:
    """Return the entries of a ticket that we may have written, oldest first."""
    entries = ticket.entries()
    if ticket.conversation or any(entry.id == known for entry in entries):
        return _ours(ticket, known=known)
    return [entry for entry in entries if entry.user != entries[0].user]


def _ours(ticket: TicketAnswer, *, known: int) -> list[FollowUp]:
    """
    Return the entries of a ticket that we wrote, oldest first.

    The API does not tell who we are, but we wrote the entry `known`, or, where it is not there,
    the first one, with which we created the ticket.
    """
    entries = ticket.entries()
    marked = [entry for entry in entries if entry.id == known] or entries[:1]
    return [entry for entry in entries if entry.user == marked[0].user]


def _number(ticket_id: str) -> int:
    """Return the id as a number; raise Gone where no ticket can have it."""
    if not _is_number(ticket_id):
        raise Gone("no such ticket")
    return int(ticket_id)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
