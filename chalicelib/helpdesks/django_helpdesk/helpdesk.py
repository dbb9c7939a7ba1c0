"""The helpdesk port for django-helpdesk, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import Adapter, number, number_or_zero
from chalicelib.desk_api.settings import NUMBER, api_token, standard_secret
from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, Location
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Entry, Opening, Promise, Ticket
from chalicelib.errors import Gone, Refused

if TYPE_CHECKING:
    from chalicelib.helpdesks.django_helpdesk.client import Client
    from chalicelib.helpdesks.django_helpdesk.payloads import TicketAnswer

# The list of tickets cannot be filtered. A ticket whose creation is in doubt is among the newest;
# 10 pages of 200 are looked at, in which nothing is missed unless 2000 came after it.
_PAGES = 10

SETTINGS: Final[Sequence[Setting]] = (
    Setting(
        name="queue", words="number of the queue for new tickets", required=True, pattern=NUMBER
    ),
    api_token("API token of the bridge's own user", pattern=r"[A-Za-z0-9._~+/=-]{10,200}"),
    standard_secret("secret that the desk signs its webhooks with (whsec_…)"),
)


class DjangoHelpdesk(Adapter):
    """
    One desk.

    Its option `queue` is the number of the queue for new tickets.
    """

    # A write and the look after it go to the same database.
    promise = Promise(lookup_lag=2.0)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """Return what a webhook means; raise nothing for an odd one."""
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.django_helpdesk import mapper

        return mapper.event(raw, desk=self._desk.id, url=self._url, received_at=received_at)

    def create(self, opening: Opening) -> Ticket:
        """
        Create a ticket, whose description is the first entry, and return it.

        That is one call, unless the entry is a note, which a description cannot be, or has several
        files, of which a creation takes one. The ticket then begins with an entry that shows
        nothing, and the whole one follows. Until it has, `find` does not know the ticket, and a
        further call completes it.
        """
        from chalicelib.helpdesks.django_helpdesk import entries, mapper

        body, entry = mapper.new_ticket(opening, queue=self._number("queue")), opening.entry
        if mapper.is_description(entry):
            file = next(iter(entry.files), None)
            return self._ticket(self._client().create_ticket(body, file=file))
        ticket = self._named(opening.reference)
        if ticket is None or not entries.is_unfinished(ticket):
            ticket = self._client().create_ticket(body)
        last_entry = self._complete(ticket.id, entry)
        return replace(self._ticket(ticket), last_entry=last_entry)

    def append(self, ticket_id: str, entry: Entry) -> str:
        """Add an entry in one call, which opens a closed ticket, and return the entry's id."""
        from chalicelib.helpdesks.django_helpdesk import mapper

        body = mapper.new_entry(number(ticket_id), entry)
        return str(self._client().add_entry(body, files=entry.files).id)

    def find(self, reference: str) -> Ticket | None:
        """
        Return the newest ticket created under our reference, looking at the newest 2000.

        One that still lacks its first entry is not found: `create` completes it.
        """
        from chalicelib.helpdesks.django_helpdesk import entries

        ticket = self._named(reference)
        if ticket is None:
            return None
        if ticket.merged_to is None:
            return None if entries.is_unfinished(ticket) else self._ticket(ticket)
        # What stood in it went over into the other, where the beginning may still be all there is.
        whole = self._client().ticket(ticket.merged_to)
        return None if entries.ends_with_a_beginning(whole) else self._ticket(ticket)

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """
        Return the id of the first entry of ours behind `after` that says the same.

        A ticket that was merged, perhaps deleted since, is looked at together with those that took
        its entries over, and gone where the entry stands in none: it still takes entries, from
        whoever knows it.
        """
        from chalicelib.helpdesks.django_helpdesk import entries, merged

        client, known = self._client(), number_or_zero(after)
        ticket = merged.still_there(client, number(ticket_id))
        if ticket is not None and ticket.merged_to is None:
            return entries.entry_in(ticket, known=known, entry=entry)
        found = merged.entry_of(client, ticket, known=known, entry=entry)
        if found is None:
            raise Gone("merged into another ticket, or deleted")
        return found

    def locate(self, file: File) -> Location:
        """
        Return the address that the desk told, if it is the desk's own; else raise Refused.

        The desk signs the links of its webhooks. One that its API told is not signed, and is asked
        for with our token.
        """
        return self._location(file, is_open="?" in file.url)

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield agents' public replies since a time, newest first; see `ports.Helpdesk`.

        Looks at the newest 2000 entries. The API does not tell who we are, but we wrote the first
        entry of every ticket that we created; whoever else wrote is an agent.
        """
        from chalicelib.helpdesks.django_helpdesk import entries, mapper

        client = self._client()
        ours = entries.authors(client.newest_tickets(pages=_PAGES))
        for entry in client.newest_entries(pages=_PAGES) if ours else ():
            if entry.date.timestamp() * 1000 < since:
                return
            reply = mapper.recalled(entry)
            if reply and entry.user is not None and entry.user not in ours:
                yield reply

    def check(self) -> None:
        """Return if the desk answers, takes our token and keeps our references."""
        self._number("queue")
        missing = {"custom_conversation_id", "custom_channel"} - self._client().ticket_fields()
        if missing:
            raise Refused("desk_refused", f"no field {', '.join(sorted(missing))}")

    def _client(self) -> Client:
        # urllib3 and pydantic: receive loads this module and calls nobody.
        from chalicelib.helpdesks.django_helpdesk.client import Client

        return Client(url=self._url, credentials=self._credentials(), http=self._transport())

    def _credential(self, token: str) -> Mapping[str, str]:
        return {"authorization": f"Token {token}"}

    def _named(self, reference: str) -> TicketAnswer | None:
        tickets = self._client().newest_tickets(pages=_PAGES)
        return next((ticket for ticket in tickets if ticket.conversation == reference), None)

    def _complete(self, ticket: int, entry: Entry) -> str:
        """
        Add the first entry that a ticket still lacks, and return its id.

        The ticket stands already, so that files which the desk refuses can only be named.
        """
        from chalicelib.helpdesks.django_helpdesk import mapper

        client = self._client()
        try:
            return str(client.add_entry(mapper.new_entry(ticket, entry), files=entry.files).id)
        except Refused:
            if not entry.files:
                raise
            names = "\n".join(f"✗ {file.name}" for file in entry.files)
            bare = replace(entry, text=f"{entry.text}\n{names}", files=())
            return str(client.add_entry(mapper.new_entry(ticket, bare)).id)

    def _ticket(self, answer: TicketAnswer) -> Ticket:
        from chalicelib.helpdesks.django_helpdesk import entries, mapper

        ours = entries.ours_in(answer, known=0)
        return Ticket(
            id=str(answer.id),
            url=mapper.ticket_url(self._url, str(answer.id)),
            last_entry=str(ours[-1].id) if ours else "",
        )


def create(*, desk: Desk, secrets: Secrets) -> DjangoHelpdesk:
    """Return the helpdesk of a desk."""
    return DjangoHelpdesk(desk=desk, secrets=secrets)
