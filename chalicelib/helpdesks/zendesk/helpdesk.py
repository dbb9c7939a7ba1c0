"""The helpdesk port for Zendesk, put together from its parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Final

from chalicelib.domain.account import Desk
from chalicelib.domain.addresses import is_allowed, origin
from chalicelib.domain.content import File, Location
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten
from chalicelib.domain.envelope import Item
from chalicelib.domain.pace import Pace
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Authenticity, Entry, EntryKind, Opening, Promise, Ticket
from chalicelib.errors import Gone, Refused, TransientError
from chalicelib.helpdesks.zendesk import webhook

if TYPE_CHECKING:
    from chalicelib.helpdesks.zendesk.client import Client
    from chalicelib.helpdesks.zendesk.mapper import Place
    from chalicelib.helpdesks.zendesk.payloads import TicketRow
    from chalicelib.http_client import Transport

_NUMBER: Final = r"[1-9][0-9]{0,17}"
SETTINGS: Final[Sequence[Setting]] = (
    Setting(name="email", words="address of the bridge's own agent", required=True),
    Setting(name="agent", words="user id of that agent", required=True, pattern=_NUMBER),
    Setting(name="api_tokens", words="API token", required=True, secret=True),
    Setting(
        name="webhook_secrets", words="the webhook's signing secret", required=True, secret=True
    ),
    Setting(name="group", words="id of the group that gets new tickets", pattern=_NUMBER),
    Setting(name="channel_field", words="id of the ticket field for the channel", pattern=_NUMBER),
    Setting(name="account_field", words="id of the ticket field for the account", pattern=_NUMBER),
    Setting(name="reference_field", words="id of the ticket field for our name", pattern=_NUMBER),
    Setting(name="handle_field", words="id of the ticket field for the handle", pattern=_NUMBER),
)

_FILE_HOST: Final = ".zdusercontent.com"  # where an attachment's address leads on to
_MOST_LOOKED_AT: Final = 25  # comments, when one of ours is looked for


class Zendesk:
    """
    One desk.

    Its options `email` and `agent` are the address and the number of the bridge's own agent;
    docs/helpdesks/zendesk.md has the others. Its secret `desks/<id>` holds `webhook_secrets` and
    `api_tokens`. `http` is the process's shared client unless another is given.
    """

    # 30 updates in 10 minutes, of which a customer's messages may take 28: 8 at once, then one each
    # 30 s. Creation has a key too, but Zendesk keeps that for 2 hours, and an entry can wait longer.
    promise = Promise(
        lookup_lag=5.0,
        authenticity=Authenticity.SIGNED,
        names_authors=True,
        pace=Pace(burst=8, interval=30.0),
    )

    def __init__(self, *, desk: Desk, secrets: Secrets, http: Transport | None = None) -> None:
        self._desk = desk
        self._secrets = secrets
        self._http = http
        self._url = desk.url.rstrip("/")

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if Zendesk signed the body about now; raise InvalidSignature or Replayed."""
        webhook.verify(body, headers, secrets=self._secret("webhook_secrets"))

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return the one item that a webhook is."""
        return webhook.split(body, desk=self._desk.id)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """
        Return what a webhook means; raise nothing for an odd one.

        One about a file says by its number alone who linked it, which is asked for. Raises
        TransientError where nobody answers.
        """
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.zendesk import mapper

        event = mapper.event(raw, place=self._place(), received_at=received_at)
        actor = mapper.linked_by(raw) if isinstance(event, ReplyWritten) else ""
        if not actor or (_is_number(actor) and self._client().is_staff(int(actor))):
            return event
        return mapper.ignored(raw, "not_staff", self._place())

    def create(self, opening: Opening) -> Ticket:
        """
        Create a ticket whose first comment is the opening's entry, and return it.

        The customer is one user by their external id, made by the first ticket. Where the ticket
        before is closed for good, the new one is a follow-up of it.
        """
        from chalicelib.helpdesks.zendesk import entries, standing

        agent, client = self._agent(), self._client()
        requester = client.customer(entries.person(opening.customer))
        body = entries.new_ticket(
            opening,
            requester=requester,
            agent=agent,
            uploads=[client.upload(file) for file in opening.entry.files],
            follows=standing.followable(client, opening.follows),
            options=self._numbers(),
        )
        answer = client.create(body)
        return self._ticket(answer.ticket, last_entry=answer.audit.comment())

    def append(self, ticket_id: str, entry: Entry) -> str:
        """
        Add a comment in one call, which opens a solved ticket, and return the comment's id.

        Raises Moved where a closed ticket was merged, Gone where it is closed for another reason or
        is full.
        """
        from chalicelib.helpdesks.zendesk import entries, standing

        number, client, agent = _number(ticket_id), self._client(), self._agent()
        by_customer = entry.kind is EntryKind.COMMENT and _is_number(entry.requester)
        author = int(entry.requester) if by_customer else agent
        try:
            return entries.add(client, number, entry, author=author)
        except Refused:
            ticket = client.ticket(number)
            standing.must_be_open(client, ticket, self._place())
            if not by_customer or ticket.requester_id in (author, agent):
                raise
        # The customer's user was merged into another one, whom the ticket has now.
        return entries.add(client, number, entry, author=ticket.requester_id)

    def find(self, reference: str) -> Ticket | None:
        """Return the newest ticket that was created under our reference."""
        from chalicelib.helpdesks.zendesk import mapper

        client, agent = self._client(), self._agent()
        rows = client.tickets_named(f"{mapper.OURS}{reference}")
        there = [row for row in rows if row.status != "deleted"]
        if not there:
            return None
        ticket = max(there, key=lambda row: row.id)
        ours = (agent, ticket.requester_id)
        written = (c for c in client.comments(ticket.id).comments if c.author_id in ours)
        last = next(written, None)
        return self._ticket(ticket, last_entry=str(last.id) if last else "")

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return the id of the comment whose update has the entry's key, if it is behind `after`."""
        from chalicelib.helpdesks.zendesk import entries
        from chalicelib.helpdesks.zendesk.payloads import STAFF

        number, client = _number(ticket_id), self._client()
        listed, agent = client.comments(number), self._agent()
        others = {user.id for user in listed.users if user.role in STAFF} - {agent}
        behind = takewhile(lambda each: str(each.id) != after, listed.comments)
        public = entry.kind.is_public
        candidates = (c for c in behind if c.public is public and c.author_id not in others)
        for comment in islice(candidates, _MOST_LOOKED_AT):
            custom = client.audit(number, comment.audit_id).metadata.custom
            if entry.key and custom.get(entries.KEY) == entry.key:
                return str(comment.id)
        return None

    def locate(self, file: File) -> Location:
        """Return the address that Zendesk told, if it is the desk's own or its file host's."""
        own = origin(self._url)
        here = (f"{own.scheme}://{own.host}:{own.port}",) if own else ()
        hosts = (*here, _FILE_HOST)
        if not is_allowed(file.url, hosts=hosts):
            raise Refused("file_elsewhere")
        headers = {}
        if is_allowed(file.url, hosts=here) and (tokens := self._secret("api_tokens")):
            from chalicelib.helpdesks.zendesk.client import credential

            headers = credential(self._email(), tokens[0])
        return Location(url=file.url, hosts=hosts, headers=headers)

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield agents' public replies since a time; of each ticket the newest comes first.

        Looks at those of our tickets that are among the 1000 that were changed last, and at the
        newest 100 comments of each.
        """
        from chalicelib.helpdesks.zendesk import mapper
        from chalicelib.helpdesks.zendesk.payloads import STAFF

        client, agent = self._client(), self._agent()
        for ticket in client.newest_tickets():
            if ticket.updated_at.timestamp() * 1000 < since:
                return
            if not (ticket.external_id or "").startswith(mapper.OURS):
                continue
            listed = client.comments(ticket.id)
            staff = {u.id: u.name for u in listed.users if u.role in STAFF}
            for comment in listed.comments:
                if comment.created_at.timestamp() * 1000 < since:
                    break
                if comment.public and comment.author_id in staff.keys() - {agent}:
                    name = staff[comment.author_id]
                    yield from mapper.recalled(ticket, comment, agent=name)

    def check(self) -> None:
        """Return if Zendesk knows us as the configured agent and has the configured fields."""
        from chalicelib.helpdesks.zendesk import entries
        from chalicelib.helpdesks.zendesk.payloads import STAFF

        client, agent = self._client(), self._agent()
        me = client.me()
        if me.id != agent or me.role not in STAFF:
            raise Refused("desk_refused", "the option 'agent' is not the agent of this email")
        for option, number in self._numbers().items():
            if option in entries.FIELDS:
                client.check_field(int(number), option)

    def _client(self) -> Client:
        # urllib3 and pydantic: receive loads this module and calls nobody.
        from chalicelib.helpdesks.zendesk.client import Client
        from chalicelib.http_client import shared

        tokens = self._secret("api_tokens")
        http = self._http or shared()
        return Client(url=self._url, email=self._email(), tokens=tokens, http=http)

    def _place(self) -> Place:
        from chalicelib.helpdesks.zendesk.mapper import Place

        return Place(desk=self._desk.id, url=self._url, agent=self._desk.options.get("agent", ""))

    def _secret(self, field: str) -> tuple[str, ...]:
        return self._secrets.get(f"desks/{self._desk.id}", field)

    # The desk's row can be corrected, and the messages wait for that.
    def _email(self) -> str:
        if not (email := self._desk.options.get("email", "")):
            raise TransientError("the desk's option 'email' is missing")
        return email

    def _agent(self) -> int:
        """Return who we are: without that our own words could not be told from an agent's."""
        if not _is_number(agent := self._desk.options.get("agent", "")):
            raise TransientError("the desk's option 'agent' is no number")
        return int(agent)

    def _numbers(self) -> Mapping[str, str]:
        """Return the options that are numbers of Zendesk's."""
        chosen = {
            name: value
            for name, value in self._desk.options.items()
            if value and (name == "group" or name.endswith("_field"))
        }
        if wrong := [name for name, value in chosen.items() if not _is_number(value)]:
            raise TransientError(f"the desk's option '{wrong[0]}' is no number")
        return chosen

    def _ticket(self, row: TicketRow, *, last_entry: str) -> Ticket:
        return Ticket(
            id=str(row.id),
            url=self._place().ticket_url(str(row.id)),
            last_entry=last_entry,
            requester=str(row.requester_id),
        )


def create(*, desk: Desk, secrets: Secrets) -> Zendesk:
    """Return the helpdesk of a desk."""
    return Zendesk(desk=desk, secrets=secrets)


def _number(ticket_id: str) -> int:
    """Return the id as a number; raise Gone where no ticket can have it."""
    if not _is_number(ticket_id):
        raise Gone("no such ticket")
    return int(ticket_id)


def _is_number(text: str) -> bool:
    return re.fullmatch(_NUMBER, text) is not None
