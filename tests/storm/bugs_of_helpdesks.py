"""Mistakes in what each helpdesk's adapter does in its own way: keys, looks, echoes, merges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final

from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.ticket import Entry, EntryKind, Ticket
from chalicelib.errors import Moved
from chalicelib.helpdesks.chatwoot.helpdesk import Chatwoot
from chalicelib.helpdesks.freshdesk.helpdesk import Freshdesk
from chalicelib.helpdesks.request_tracker.helpdesk import RequestTracker
from chalicelib.helpdesks.standard_webhooks.helpdesk import StandardWebhooks
from chalicelib.helpdesks.zammad.helpdesk import Zammad
from chalicelib.helpdesks.zendesk.helpdesk import Zendesk
from chalicelib.http_client import Response
from tests.storm.bug_wiring import Instead
from tests.storm.bugs_at_the_edge import made
from tests.storm.world import Bug

_NUMBERS: Final = count(1)


class _ForgetsTheKey(Zendesk):
    """Writes updates under no key, so that no look can find them."""

    def append(self, ticket_id: str, entry: Entry) -> str:
        return super().append(ticket_id, replace(entry, key=""))


class _TakesWhoeverLinksForStaff(Zendesk):
    """Sends on every public file, customers' own too."""

    def _is_staff(self, user_id: int) -> bool:
        del user_id
        return True


class _LooksForNoTicket(Freshdesk):
    """Does not look for a ticket that may have been created."""

    def find(self, reference: str) -> Ticket | None:
        del reference
        return None


class _LooksForWordsAlone(Freshdesk):
    """Takes an older note of the same words for the one in doubt."""

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        del after
        return super().find_entry(ticket_id, after="", entry=replace(entry, kind=EntryKind.NOTE))


class _TakesItsOwnForAgents(Chatwoot):
    """Sends on what it wrote itself of what was said elsewhere."""

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        return super().parse({**raw, "source_id": None}, received_at=received_at)


class _LooksForNoName(Chatwoot):
    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        del ticket_id, after, entry
        return None


class _LeavesItInMergedTickets(Zammad):
    """Takes an article in a merged ticket for one that somebody reads."""

    def append(self, ticket_id: str, entry: Entry) -> str:
        try:
            return super().append(ticket_id, entry)
        except Moved:
            return "0"


class _NamesNoArticle(Instead):
    """Gives articles other names each time, under which they are not found again."""

    def request(self, method: str, url: str, **more: Any) -> Response:
        body = more.get("body")
        if isinstance(body, Mapping) and "article" in body:
            name = f"<{next(_NUMBERS)}@scripta.invalid>"
            more["body"] = {**body, "article": {**body["article"], "message_id": name}}
        answer: Response = self._real.request(method, url, **more)
        return answer


class _LeavesTheFieldEmpty(RequestTracker):
    """Leaves the field for our key empty, so that no look can find an entry."""

    def append(self, ticket_id: str, entry: Entry) -> str:
        return super().append(ticket_id, replace(entry, key=""))


class _NumbersEachAttempt(StandardWebhooks):
    """Gives each attempt an id of its own, by which the receiver takes it for another message."""

    def append(self, ticket_id: str, entry: Entry) -> str:
        return super().append(ticket_id, replace(entry, key=f"{entry.key}-{next(_NUMBERS)}"))


OF_HELPDESKS: Final[dict[str, Bug]] = {
    "Zendesk: forget the key of an update": made(helpdesk=_ForgetsTheKey, cast="zendesk"),
    "Zendesk: take a customer's file for an agent's": made(
        helpdesk=_TakesWhoeverLinksForStaff, cast="zendesk"
    ),
    "Freshdesk: do not look for a ticket": made(helpdesk=_LooksForNoTicket, cast="freshdesk"),
    "Freshdesk: look among other notes": made(helpdesk=_LooksForWordsAlone, cast="freshdesk"),
    "Chatwoot: take its own messages for agents'": made(
        helpdesk=_TakesItsOwnForAgents, cast="chatwoot"
    ),
    "Chatwoot: do not look for a message": made(helpdesk=_LooksForNoName, cast="chatwoot"),
    "Zammad: write into merged tickets": made(helpdesk=_LeavesItInMergedTickets, cast="zammad"),
    "Zammad: give an article another name each time": made(http=_NamesNoArticle, cast="zammad"),
    "RT: forget the key of an entry": made(helpdesk=_LeavesTheFieldEmpty, cast="request_tracker"),
    "webhooks: number each attempt anew": made(
        helpdesk=_NumbersEachAttempt, cast="standard_webhooks"
    ),
}
