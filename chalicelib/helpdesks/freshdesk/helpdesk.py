"""The helpdesk port for Freshdesk, put together from its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import Adapter, basic, in_the_name_of, number, number_or_zero
from chalicelib.desk_api.own_fields import FIELDS
from chalicelib.desk_api.settings import NUMBER, api_token, webhook_secret
from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import is_allowed
from chalicelib.domain.content import File, Location
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.envelope import Item
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Authenticity, Entry, EntryKind, Opening, Promise, Ticket
from chalicelib.errors import Gone, Refused, TransientError
from chalicelib.helpdesks.freshdesk import webhook

if TYPE_CHECKING:
    from chalicelib.helpdesks.freshdesk.client import Client
    from chalicelib.helpdesks.freshdesk.payloads import Conversation, Notice, TicketRow
    from chalicelib.http_client import Transport

_FIELD: Final = r"[a-z0-9_]{1,100}"

SETTINGS: Final[Sequence[Setting]] = (
    Setting(name="agent", words="id of the bridge's own agent", required=True, pattern=NUMBER),
    Setting(
        name="reference_field", words="ticket field for our name", required=True, pattern=_FIELD
    ),
    api_token("API key of that agent"),
    webhook_secret("what the webhook brings", pattern=".{16,}"),
    Setting(name="group", words="id of the group that gets new tickets", pattern=NUMBER),
    Setting(name="channel_field", words="ticket field for the channel", pattern=_FIELD),
    Setting(name="account_field", words="ticket field for the account", pattern=_FIELD),
    Setting(name="handle_field", words="ticket field for the handle", pattern=_FIELD),
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

    ticket_page = "/a/tickets/{}"

    promise = Promise(
        lookup_lag=5.0,
        authenticity=Authenticity.COMES_ALONG,
        asks_back=True,
        names_authors=True,
    )

    def __init__(self, *, desk: Desk, secrets: Secrets, http: Transport | None = None) -> None:
        super().__init__(desk=desk, secrets=secrets, http=http)
        self._recalled: tuple[TicketRow, Conversation] | None = None

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if one of our secrets came along; raise InvalidSignature in every other case."""
        del body
        webhook.verify(headers, secrets=self._secret("webhook_secrets"))

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return the one item that a webhook is."""
        return webhook.split(body, desk=self._desk.id)

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
        begun = None if whole else self._look(client, opening.reference)
        if begun and entries.is_unfinished(*begun):
            ticket, _ = begun
        else:
            requester = client.customer(entries.person(opening.customer))
            body = entries.new_ticket(
                opening,
                requester=requester,
                fields=self._fields(),
                group=self._number_if_any("group"),
            )
            ticket = client.create(body, files=entry.files if whole else ())
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
        from chalicelib.helpdesks.freshdesk import entries

        found = self._look(self._client(), reference)
        if found is None or entries.is_unfinished(*found):
            return None
        ticket, written = found
        last = str(written[-1].id) if written else entries.DESCRIPTION
        return self._ticket_of(ticket, last_entry=last)

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return the id of the first note of ours behind `after` that says the same to the same."""
        from chalicelib.helpdesks.freshdesk import entries

        client, known = self._client(), number_or_zero(after)
        ticket = client.ticket(number(ticket_id))
        ours = entries.ours(client.conversations(ticket.id), ticket, agent=self._agent())
        same = (each for each in ours if each.id > known and entries.is_same(each, entry))
        found = next(same, None)
        return str(found.id) if found else None

    def locate(self, file: File) -> Location:
        """Return the address that Freshdesk told, if it is one of its own; none gets credentials."""
        is_own = is_allowed(file.url, hosts=(_FILE_HOST,)) or (
            is_allowed(file.url, hosts=(_BUCKET_HOST,)) and file.url.startswith(_BUCKET)
        )
        if not is_own:
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
        for ticket in client.tickets_since(began, pages=_RECALLED):
            if not ticket.holds(field):
                continue
            for conversation in reversed(client.conversations(ticket.id)):
                if conversation.created_at.timestamp() * 1000 < since:
                    break
                if mapper.is_agents(conversation, ticket, agent=agent):
                    self._recalled = (ticket, conversation)
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

        known = self._recalled
        if known and mapper.is_named(known, about):
            ticket, found = known
        else:
            client, agent = self._client(), self._agent()
            ticket = client.ticket(int(about.ticket_id))
            said = client.conversations(ticket.id)
            if (chosen := mapper.meant(said, ticket, about, agent=agent, at=received_at)) is None:
                return None
            found = chosen
        reference = ticket.holds(self._reference_field())
        return mapper.reply(
            found, ticket, desk=self._desk.id, reference=reference, comment=about.comment
        )

    def _look(self, client: Client, reference: str) -> tuple[TicketRow, list[Conversation]] | None:
        """Return the ticket of a reference and what we wrote into it behind its description."""
        from chalicelib.helpdesks.freshdesk import entries

        row = client.named(self._reference_field(), reference)
        if row is None:
            return None
        ticket = client.ticket(row.id)
        return ticket, entries.ours(client.conversations(row.id), ticket, agent=self._agent())

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
        chosen = {option: field for option in FIELDS if (field := self._option(option))}
        for option, field in chosen.items():
            if not re.fullmatch(_FIELD, field):
                raise TransientError(f"the desk's option '{option}' names no field")
        return chosen


def create(*, desk: Desk, secrets: Secrets) -> Freshdesk:
    """Return the helpdesk of a desk."""
    return Freshdesk(desk=desk, secrets=secrets)
