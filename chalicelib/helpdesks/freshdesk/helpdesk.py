"""The helpdesk port for Freshdesk, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import (
    Adapter,
    basic,
    behind,
    in_the_name_of,
    number,
    number_or_zero,
)
from chalicelib.desk_api.settings import NUMBER, api_token, ticket_fields, webhook_secret
from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import is_allowed
from chalicelib.domain.content import File, Location
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Authenticity, Entry, EntryKind, Opening, Promise, Ticket
from chalicelib.errors import Gone, Refused
from chalicelib.helpdesks.freshdesk import webhook

if TYPE_CHECKING:
    from chalicelib.helpdesks.freshdesk.client import Client
    from chalicelib.helpdesks.freshdesk.payloads import Conversation, Notice, TicketRow

_FIELD: Final = r"[a-z0-9_]{1,100}"

SETTINGS: Final[Sequence[Setting]] = (
    Setting(name="agent", words="id of the bridge's own agent", required=True, pattern=NUMBER),
    *ticket_fields("ticket field", pattern=_FIELD, needed=("reference_field",)),
    api_token("API key of that agent"),
    webhook_secret("what the webhook brings", pattern=".{16,}"),
    Setting(name="group", words="id of the group that gets new tickets", pattern=NUMBER),
)

# Where Freshdesk keeps attachments: at hosts of its own, and in a bucket at somebody else's.
_FILE_HOST: Final = ".freshdesk.com"
_BUCKET_HOST: Final = "s3.amazonaws.com"
_BUCKET: Final = f"https://{_BUCKET_HOST}/cdn.freshdesk.com/"

_RECALLED: Final = 10  # pages of tickets, when it is asked what was answered


class Freshdesk(Adapter):
    """
    One desk.

    Its options `agent` and `reference_field` are the number of the bridge's own agent and the ticket
    field that holds our references; docs/helpdesks/freshdesk.md has the others.
    """

    webhooks = webhook
    ticket_page = "/a/tickets/{}"
    promise = Promise(
        lookup_lag=5.0,
        authenticity=Authenticity.COMES_ALONG,
        asks_back=True,
        names_authors=True,
    )

    # What was recalled last is parsed next, and not asked for again.
    _recalled: tuple[TicketRow, Sequence[Conversation]] | None = None

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """
        Return what a webhook means, as the API tells it: a webhook only says where to look.

        Raises nothing for an odd one, but TransientError while the API does not answer.
        """
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.desk_api.events import changed, ignored
        from chalicelib.helpdesks.freshdesk import mapper

        about, desk = mapper.told(raw), self._desk.id
        ticket = number_or_zero(about.ticket_id)
        if about.event not in (webhook.REPLY, webhook.STATUS) or not ticket:
            return ignored(raw, "unknown", desk=desk)
        try:
            if about.event == webhook.STATUS:
                return mapper.change(self._client().ticket(ticket), desk=desk)
            return self._reply(about, received_at) or ignored(raw, "no_reply", desk=desk)
        except Gone:
            status = TicketStatus.GONE
            return changed(about.ticket_id, status, status, desk=desk, at=received_at)

    def create(self, opening: Opening) -> Ticket:
        """
        Create a ticket, whose description is the first entry, and return it.

        A note, or what the business said itself, cannot be one: it follows behind a dash. Until it
        has, `find` does not know the ticket, and a further call completes it.
        """
        from chalicelib.helpdesks.freshdesk import entries

        client, entry, agent = self._client(), opening.entry, self._agent()
        whole = entries.is_description(entry)
        ticket, last = (None, "") if whole else self._look(client, opening.reference)
        if ticket is None or last:
            group = self._number_if_any("group")
            ticket = entries.begin(client, opening, fields=self._fields(), group=group)
        if whole:
            return self._ticket_of(ticket, last_entry=entries.DESCRIPTION)
        author = ticket.requester_id if entry.kind is EntryKind.COMMENT else agent
        last = entries.add(client, ticket.id, entry, author=author)
        return self._ticket_of(ticket, last_entry=last)

    def append(self, ticket_id: str, entry: Entry) -> str:
        """
        Add a note in one call, and return its id.

        A ticket that was closed is opened first, in a call of its own.
        """
        from chalicelib.helpdesks.freshdesk import entries, mapper

        client, ticket, us = self._client(), number(ticket_id), self._agent()
        if entry.reopens:
            client.set_status(ticket, mapper.OPEN)

        def write(author: int) -> str:
            return entries.add(client, ticket, entry, author=author)

        return in_the_name_of(entry, write, lambda: client.ticket(ticket).requester_id, us=us)

    def find(self, reference: str) -> Ticket | None:
        """
        Return the newest ticket that was created under our reference.

        The newest 300 are looked through, since a search does not see a new ticket for minutes; one
        that is older is searched for. One that lacks its first entry is not found.
        """
        ticket, last = self._look(self._client(), reference)
        return self._ticket_of(ticket, last_entry=last) if ticket and last else None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return the id of the first note of ours behind `after` that says the same to the same."""
        from chalicelib.helpdesks.freshdesk import entries

        client, known = self._client(), number_or_zero(after)
        ticket = client.ticket(number(ticket_id))
        ours = entries.ours(client, ticket, agent=self._agent())
        return behind(known, ours, lambda each: entries.is_same(each, entry))

    def locate(self, file: File) -> Location:
        """Return the address that Freshdesk told, if it is one of its own; none gets credentials."""
        hosts = (_FILE_HOST, _BUCKET_HOST) if file.url.startswith(_BUCKET) else (_FILE_HOST,)
        if not is_allowed(file.url, hosts=hosts):
            raise Refused("file_elsewhere")
        return Location(url=file.url, hosts=(_FILE_HOST, _BUCKET_HOST))

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield agents' public replies since a time; of each ticket the newest comes first.

        Looks at those of our tickets that are among the 1000 that changed last.
        """
        from chalicelib.helpdesks.freshdesk import mapper

        client, field, agent = self._client(), self._reference_field(), self._agent()
        began = datetime.fromtimestamp(since // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for ticket in client.newest("updated_at", pages=_RECALLED, updated_since=began):
            said = client.conversations(ticket.id) if ticket.holds(field) else []
            for conversation in reversed(said):
                if conversation.created_at.timestamp() * 1000 < since:
                    break
                if mapper.is_agents(conversation, ticket, agent=agent):
                    self._recalled = ticket, [conversation]
                    yield mapper.recalled(conversation, ticket)

    def check(self) -> None:
        """Return if Freshdesk knows us as the configured agent and has the configured fields."""
        client = self._client()
        if client.me() != self._agent():
            raise Refused("desk_refused", "the option 'agent' is not the agent of this API key")
        self._number_if_any("group")
        for option, field in self._fields().items():
            client.check_field(field, option)

    def _reply(self, about: Notice, received_at: int) -> DeskEvent | None:
        """Return the agent's reply that a webhook was sent for, if there is one."""
        from chalicelib.helpdesks.freshdesk import mapper

        client, agent, known = self._client(), self._agent(), self._recalled
        if known is None or not mapper.is_named(*known, about):
            ticket = client.ticket(int(about.ticket_id))
            known = ticket, client.conversations(ticket.id)
        ticket, said = known
        if (found := mapper.meant(said, ticket, about, agent=agent, at=received_at)) is None:
            return None
        reference = ticket.holds(self._reference_field())
        return mapper.reply(found, ticket, about, desk=self._desk.id, reference=reference)

    def _look(self, client: Client, reference: str) -> tuple[TicketRow | None, str]:
        """Return the ticket of a reference and our last entry there; see `entries.last_of`."""
        from chalicelib.helpdesks.freshdesk import entries

        if (row := client.named(self._reference_field(), reference)) is None:
            return None, ""
        ticket = client.ticket(row.id)
        return ticket, entries.last_of(entries.ours(client, ticket, agent=self._agent()), ticket)

    def _client(self) -> Client:
        # urllib3 and pydantic: receive loads this module and calls nobody.
        from chalicelib.helpdesks.freshdesk.client import Client

        return Client(url=self._url, credentials=self._credentials(), http=self._transport())

    def _credential(self, token: str) -> Mapping[str, str]:
        return basic(token, "X")

    def _reference_field(self) -> str:
        """Return the field for our references, without which nothing could be found again."""
        return self._fields()["reference_field"]

    def _fields(self) -> dict[str, str]:
        self._needed("reference_field")
        return self._own_fields(_FIELD)


def create(*, desk: Desk, secrets: Secrets) -> Freshdesk:
    """Return the helpdesk of a desk."""
    return Freshdesk(desk=desk, secrets=secrets)
