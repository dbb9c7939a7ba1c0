"""The helpdesk port for Zammad, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import Adapter, behind, number, number_or_zero
from chalicelib.desk_api.settings import api_token, ticket_fields, webhook_secret
from chalicelib.domain import ticket as domain
from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, Location
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, TicketChanged, TicketMerged
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Authenticity, Entry, Opening, Promise
from chalicelib.errors import AmbiguousError, Gone, Moved, Refused, ScriptaError
from chalicelib.helpdesks.zammad import webhook

if TYPE_CHECKING:
    from chalicelib.helpdesks.zammad.client import Client
    from chalicelib.helpdesks.zammad.mapper import Own
    from chalicelib.helpdesks.zammad.payloads import Article, Ticket

_FIELDS: Final = ("reference_field", "channel_field", "account_field")
_FIELD: Final = r"[a-z][a-z0-9_]{0,99}"
_NOBODYS: Final = "nobody.0"  # the key of no entry

SETTINGS: Final[Sequence[Setting]] = (
    Setting(name="group", words="name of the group that takes new tickets", required=True),
    *ticket_fields("name of the attribute", pattern=_FIELD, names=_FIELDS),
    Setting(name="closed_states", words="states that are closed, with commas between"),
    api_token("access token of the bridge's own user", pattern=r"[A-Za-z0-9_-]{10,200}"),
    webhook_secret(
        "HMAC SHA1 signature token of the webhook",
        pattern=r"[!-~]{16,200}",
        generate=webhook.new_secret,
    ),
)


class Zammad(Adapter):
    """One desk: new tickets go to the option `group`."""

    webhooks = webhook
    ticket_page = "/#ticket/zoom/{}"
    promise = Promise(
        # A look asks the database that was written to; a write that was cut off may still go on.
        lookup_lag=2.0,
        authenticity=Authenticity.SIGNED_TIMELESS,
        names_authors=True,
    )

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """
        Return what an item means; raise nothing for an odd one.

        A webhook does not tell into which ticket another one was merged: that is asked for. Raises
        TransientError where nobody answers.
        """
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.zammad import mapper

        event = mapper.event(
            raw, desk=self._desk.id, url=self._url, own=self._own(), received_at=received_at
        )
        return self._followed(event) if isinstance(event, TicketMerged) else event

    def create(self, opening: Opening) -> domain.Ticket:
        """
        Create a ticket, with its first article and its customer, in one call, and return it.

        It is linked to the ticket before.
        """
        from chalicelib.helpdesks.zammad import mapper

        body = mapper.new_ticket(opening, group=self._needed("group"), own=self._own())
        made = self._client().new_ticket(body)
        return self._ticket_of(made, last_entry=str(max(made.article_ids)))

    def append(self, ticket_id: str, entry: Entry) -> str:
        """
        Add an article to a ticket and return its id: one call, and another one opens it.

        Only the answer tells whether the ticket is closed or merged. What got into a merged one is
        seen by nobody, and does not count.
        """
        from chalicelib.helpdesks.zammad import mapper

        client = self._client()
        written = client.update(number(ticket_id), mapper.new_entry(entry))
        if written.state == webhook.MERGED:
            into = self._into(client, written.id)
            raise (
                Moved(str(into), self._page_of(str(into))) if into else Gone("merged, and unlinked")
            )
        try:
            self._open(client, written, entry)
        except ScriptaError as exc:
            raise AmbiguousError("written, but the ticket may be closed") from exc
        return str(max(written.article_ids))

    def find(self, reference: str) -> domain.Ticket | None:
        """Return the ticket with an article that replies to our reference, if there is one."""
        from chalicelib.helpdesks.zammad import mapper

        client, name = self._client(), mapper.name_of(reference)
        for found in client.having("article.in_reply_to", "is", name):
            articles = client.articles(found.id)
            if any(article.in_reply_to == name for article in articles):
                ours = [each.id for each in articles if mapper.is_ours(each.message_id)]
                return self._ticket_of(found, last_entry=str(max(ours, default="")))
        return None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """
        Return the id of the article that has the entry's key, if it stands behind `after`.

        That of a merged ticket stands in the one that took it over. A ticket that holds the entry
        and is closed is opened: the attempt that wrote it did not come to that.
        """
        client, known = self._client(), number_or_zero(after)
        ticket = client.ticket(number(ticket_id))
        if ticket.state == webhook.MERGED:
            into = self._into(client, ticket.id)
            return self._named(client.articles(into), known, entry) if into else None
        found = self._named(client.articles(ticket.id), known, entry)
        if found is not None:
            self._open(client, ticket, entry)
        return found

    def locate(self, file: File) -> Location:
        """Return the address of a file of the desk, and our token for it; else raise Refused."""
        return self._location(file)

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield agents' public replies since a time: of each ticket the newest first.

        See `ports.Helpdesk`. Looks at the 2000 tickets that changed last.
        """
        from chalicelib.desk_api.values import milliseconds
        from chalicelib.helpdesks.zammad import mapper

        client, own = self._client(), self._own()
        when = datetime.fromtimestamp(since / 1000, UTC).isoformat(timespec="seconds")
        for ticket in client.having("ticket.updated_at", "after (absolute)", when):
            for article in reversed(client.articles(ticket.id)):
                if milliseconds(article.created_at) < since:
                    break
                told = mapper.recalled(article, ticket, own=own)
                if webhook.is_reply(told) and not mapper.is_ours(article.message_id):
                    yield told

    def check(self) -> None:
        """Return if the desk answers, takes our token, and finds by conditions."""
        from chalicelib.helpdesks.zammad import mapper

        self._needed("group")
        client = self._client()
        client.me()
        if any(client.having("article.message_id", "is", mapper.name_of(_NOBODYS))):
            raise Refused("desk_refused", "a search takes no notice of its condition")

    def _followed(self, event: TicketMerged) -> TicketMerged | TicketChanged:
        """Return the event with the ticket that took the other one over; gone where none did."""
        into = 0
        with suppress(Gone, Refused):
            into = self._into(self._client(), number(event.ticket_id))
        if into:
            return replace(event, into=str(into), url=self._page_of(str(into)))
        return TicketChanged(
            key=event.key,
            ticket_id=event.ticket_id,
            status=TicketStatus.GONE,
            occurred_at=event.occurred_at,
        )

    def _into(self, client: Client, ticket: int) -> int:
        """Return the ticket that a merged one went over into; 0 where nothing links them."""
        # Merging makes the other ticket the parent; our own links are of another type.
        parents = [
            link.link_object_value
            for link in client.links(ticket)
            if (link.link_type, link.link_object) == ("parent", "Ticket")
        ]
        return parents[-1] if parents else 0

    def _open(self, client: Client, ticket: Ticket, entry: Entry) -> None:
        from chalicelib.helpdesks.zammad import mapper

        if mapper.is_closed(ticket, entry, own=self._own()):
            client.update(ticket.id, {"state": mapper.OPEN})

    def _named(self, articles: Sequence[Article], known: int, entry: Entry) -> str | None:
        from chalicelib.helpdesks.zammad import mapper

        name = mapper.name_of(entry.key)
        return behind(known, articles, lambda article: article.message_id == name)

    def _client(self) -> Client:
        from chalicelib.helpdesks.zammad.client import Client

        return Client(url=self._url, credentials=self._credentials(), http=self._transport())

    def _credential(self, token: str) -> Mapping[str, str]:
        return {"authorization": f"Token token={token}"}

    def _own(self) -> Own:
        from chalicelib.helpdesks.zammad.mapper import CLOSED, Own

        fields = self._own_fields(_FIELD, options=_FIELDS)
        return Own(fields=fields, closed=frozenset(self._listed("closed_states")) or CLOSED)


def create(*, desk: Desk, secrets: Secrets) -> Zammad:
    """Return the helpdesk of a desk."""
    return Zammad(desk=desk, secrets=secrets)
