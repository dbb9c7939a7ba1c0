"""The helpdesk port for Zendesk, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import Adapter, author_of, basic, in_the_name_of, number
from chalicelib.desk_api.items import OURS
from chalicelib.desk_api.settings import NUMBER, api_token, ticket_fields, webhook_secret
from chalicelib.domain.content import File, Location
from chalicelib.domain.desk_events import DeskEvent, TicketMerged
from chalicelib.domain.pace import Pace
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Authenticity, Entry, Opening, Promise, Ticket
from chalicelib.errors import Gone, Moved, Refused
from chalicelib.helpdesks.zendesk import webhook

if TYPE_CHECKING:
    from chalicelib.helpdesks.zendesk.client import Client

SETTINGS: Final[Sequence[Setting]] = (
    Setting(name="email", words="address of the bridge's own agent", required=True),
    Setting(name="agent", words="user id of that agent", required=True, pattern=NUMBER),
    api_token("API token"),
    webhook_secret("the webhook's signing secret"),
    Setting(name="group", words="id of the group that gets new tickets", pattern=NUMBER),
    *ticket_fields("id of the ticket field", pattern=NUMBER),
)

_FILE_HOST: Final = ".zdusercontent.com"  # where an attachment's address leads on to
_MOST_LOOKED_AT: Final = 25  # comments, when one of ours is looked for
_MOST_COMMENTS: Final = 5000  # of a ticket, which then takes no other


class Zendesk(Adapter):
    """
    One desk.

    Its options `email` and `agent` are the address and the number of the bridge's own agent;
    docs/helpdesks/zendesk.md has the others.
    """

    webhooks = webhook
    ticket_page = "/agent/tickets/{}"

    # 30 updates in 10 minutes, of which a customer's messages may take 28: 8 at once, then one each
    # 30 s. Creation has a key too, but Zendesk keeps that for 2 hours, and an entry can wait longer.
    promise = Promise(
        lookup_lag=5.0,
        authenticity=Authenticity.SIGNED,
        asks_back=True,
        names_authors=True,
        pace=Pace(burst=8, interval=30.0),
    )

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """
        Return what a webhook means; raise nothing for an odd one.

        One about a file says by its number alone who linked it, which is asked for. Raises
        TransientError where nobody answers.
        """
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.zendesk import mapper

        event = mapper.event(raw, desk=self._desk, is_staff=self._is_staff, received_at=received_at)
        if isinstance(event, TicketMerged) and event.into:
            return replace(event, url=self._page_of(event.into))
        return event

    def create(self, opening: Opening) -> Ticket:
        """
        Create a ticket whose first comment is the opening's entry, and return it.

        The customer is one user by their external id, made by the first ticket. Where the ticket
        before is closed for good, the new one is a follow-up of it.
        """
        from chalicelib.helpdesks.zendesk import mapper

        client, agent = self._client(), self._agent()
        requester = client.customer(mapper.person(opening.customer))
        fields = self._own_fields(NUMBER)
        entry = replace(opening.entry, requester=str(requester))
        wanted = {
            **mapper.new_ticket(opening, requester=requester, fields=fields),
            **self._update(client, entry, author=author_of(entry, us=agent)),
            "group_id": self._number_if_any("group"),
            "via_followup_source_id": client.followable(opening.follows),
        }
        made = client.create({name: value for name, value in wanted.items() if value is not None})
        return self._ticket_of(made.ticket, last_entry=made.audit.comment())

    def append(self, ticket_id: str, entry: Entry) -> str:
        """
        Add a comment in one call, which opens a solved ticket, and return the comment's id.

        Raises Moved where a closed ticket was merged, Gone where it is closed for another reason or
        is full.
        """
        client, ticket, us = self._client(), number(ticket_id), self._agent()

        def write(author: int) -> str:
            update = self._update(client, entry, author=author)
            return client.update(ticket, update | {"status": "open"})

        return in_the_name_of(entry, write, lambda: self._requester_of(client, ticket), us=us)

    def find(self, reference: str) -> Ticket | None:
        """Return the newest ticket that was created under our reference."""
        client, agent = self._client(), self._agent()
        rows = client.tickets_named(f"{OURS}{reference}")
        there = (row for row in rows if row.status != "deleted")
        ticket = max(there, key=lambda row: row.id, default=None)
        if ticket is None:
            return None
        ours = (agent, ticket.requester_id)
        written = (str(c.id) for c in client.comments(ticket.id).comments if c.author_id in ours)
        return self._ticket_of(ticket, last_entry=next(written, ""))

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return the id of the comment whose update has the entry's key, if it is behind `after`."""
        ticket, client = number(ticket_id), self._client()
        listed = client.comments(ticket)
        others = listed.staff(but=self._agent())
        behind = takewhile(lambda each: str(each.id) != after, listed.comments)
        public = entry.kind.is_public
        candidates = (c for c in behind if c.is_public is public and c.author_id not in others)
        for comment in islice(candidates, _MOST_LOOKED_AT):
            if entry.key and client.audit(ticket, comment.audit_id).key == entry.key:
                return str(comment.id)
        return None

    def locate(self, file: File) -> Location:
        """Return the address that Zendesk told, if it is the desk's own or its file host's."""
        return self._location(file, also=(_FILE_HOST,))

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield agents' public replies since a time; of each ticket the newest comes first.

        Looks at those of our tickets that are among the 1000 that were changed last, and at the
        newest 100 comments of each.
        """
        from chalicelib.helpdesks.zendesk import mapper

        client, agent = self._client(), self._agent()
        newest = takewhile(lambda row: row.updated_at >= since, client.newest_tickets())
        for ticket in (row for row in newest if row.external_id.startswith(OURS)):
            listed = client.comments(ticket.id)
            agents = listed.staff(but=agent)
            for comment in takewhile(lambda each: each.created_at >= since, listed.comments):
                if comment.is_public and comment.author_id in agents:
                    yield from mapper.recalled(ticket, comment, agent=agents[comment.author_id])

    def check(self) -> None:
        """Return if Zendesk knows us as the configured agent and has the configured fields."""
        client, agent = self._client(), self._agent()
        me = client.me()
        if me.id != agent or not me.is_staff:
            raise Refused("desk_refused", "the option 'agent' is not the agent of this email")
        self._number_if_any("group")
        for option, field in self._own_fields(NUMBER).items():
            client.check_field(field, option)

    def _is_staff(self, user_id: int) -> bool:
        return user_id > 0 and self._client().is_staff(user_id)

    def _update(self, client: Client, entry: Entry, *, author: int) -> dict[str, Any]:
        """Return the update that adds an entry, whose files are up then."""
        from chalicelib.helpdesks.zendesk import mapper

        return mapper.update(entry, author=author, uploads=list(map(client.upload, entry.files)))

    def _requester_of(self, client: Client, ticket_id: int) -> int:
        """Return whose a ticket is; raise Moved or Gone where it takes nothing more."""
        ticket = client.ticket(ticket_id)
        into = client.merged_into(ticket)
        if into not in ("", str(ticket.id)):
            raise Moved(into, self._page_of(into))
        if ticket.status == "closed":
            raise Gone("closed for good")
        if ticket.status == "deleted" or ticket.comment_count >= _MOST_COMMENTS:
            raise Gone("deleted, or full")
        return ticket.requester_id

    def _client(self) -> Client:
        # urllib3 and pydantic: receive loads this module and calls nobody.
        from chalicelib.helpdesks.zendesk.client import Client

        return Client(url=self._url, credentials=self._credentials(), http=self._transport())

    def _credential(self, token: str) -> Mapping[str, str]:
        return basic(f"{self._needed('email')}/token", token)


#: Makes the helpdesk of a desk.
create = Zendesk
