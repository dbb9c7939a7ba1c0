"""Where an entry is today whose ticket was merged into another one, perhaps twice, or deleted since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.domain.ticket import Entry
from chalicelib.errors import Gone
from chalicelib.helpdesks.django_helpdesk import entries
from chalicelib.helpdesks.django_helpdesk.client import Client
from chalicelib.helpdesks.django_helpdesk.payloads import TicketAnswer

_FURTHEST: Final = 5  #: tickets in a row, each merged into the next, that are looked at


def still_there(client: Client, ticket_id: int) -> TicketAnswer | None:
    """Return a ticket, None where it does not exist."""
    try:
        return client.ticket(ticket_id)
    except Gone:
        return None


def entry_of(
    client: Client, ticket: TicketAnswer | None, *, known: int, entry: Entry
) -> str | None:
    """
    Return the id of the first entry of ours behind `known` that says the same, wherever it went.

    It went with its ticket, into the ticket that this one was merged into; or earlier, to where the
    entry `known` is now, which also tells who we are. None says that it is nowhere there.
    """
    try:
        before = client.entry(known) if known else None
    except Gone:
        before = None
    if before is None:
        return entries.entry_in(ticket, known=known, entry=entry) if ticket else None
    places = {each.id: each for each in _and_beyond(client, ticket)}
    if before.ticket not in places:
        there = still_there(client, before.ticket)
        places |= {each.id: each for each in _and_beyond(client, there)}
    found = (entries.by(before.user, place, known=known, entry=entry) for place in places.values())
    return next((each for each in found if each is not None), None)


def _and_beyond(client: Client, ticket: TicketAnswer | None) -> Iterator[TicketAnswer]:
    """Yield a ticket, and what it was merged into, and that one."""
    for _ in range(_FURTHEST):
        if ticket is None:
            return
        yield ticket
        into = ticket.merged_to
        ticket = still_there(client, into) if into is not None else None
