"""Whether a ticket takes anything more, and what happened to one that does not."""

from __future__ import annotations

from typing import Final

from chalicelib.desk_api.adapter import number
from chalicelib.errors import Gone, Moved
from chalicelib.helpdesks.zendesk import mapper
from chalicelib.helpdesks.zendesk.client import Client
from chalicelib.helpdesks.zendesk.payloads import TicketRow

_MOST_COMMENTS: Final = 5000  #: of a ticket, which then takes no other


def followable(client: Client, ticket_id: str) -> int | None:
    """Return the ticket that can be followed up: one that is closed for good."""
    try:
        ticket = client.ticket(number(ticket_id))
    except Gone:
        return None
    return ticket.id if ticket.status == mapper.CLOSED else None


def must_be_open(client: Client, ticket: TicketRow, place: mapper.Place) -> None:
    """Raise Moved or Gone where a ticket takes nothing more."""
    if ticket.status == mapper.CLOSED:
        into = ""
        if mapper.MERGED in ticket.tags:
            into = mapper.merged_into(client.comments(ticket.id).comments)
        if into and into != str(ticket.id):
            raise Moved(into, place.ticket_url(into))
        raise Gone("closed for good")
    if ticket.status == "deleted" or ticket.comment_count >= _MOST_COMMENTS:
        raise Gone("deleted, or full")
