"""How a conversation's link to its ticket goes on: a new ticket, one more entry, a merge."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.conversation import Conversation, Link, TicketStatus
from chalicelib.domain.desk_events import TicketMerged
from chalicelib.domain.pace import Pace
from chalicelib.domain.ticket import Ticket
from chalicelib.errors import Moved


def opened(
    before: Conversation, ticket: Ticket, *, desk: str, name: str, pace: Pace | None, now: int
) -> Conversation:
    """
    Return a conversation that has got a ticket at a desk; `now` is in ms since the epoch.

    `name` is the customer's, where the conversation did not know it.
    """
    link = Link(
        desk=desk,
        ticket_id=ticket.id,
        url=ticket.url,
        last_entry=ticket.last_entry,
        changed_at=now,
        requester=ticket.requester,
        paid_until=pace.after(0, now=now) if pace else 0,
    )
    contact = replace(before.contact, name=before.contact.name or name)
    return replace(before, contact=contact, link=link, tickets=before.tickets + 1)


def written(before: Conversation, entry_id: str, *, pace: Pace | None, now: int) -> Conversation:
    """Return a conversation in whose ticket stands one more entry, which opens a closed one."""
    if before.link is None:
        return before
    paid_until = pace.after(before.link.paid_until, now=now) if pace else 0
    link = replace(before.link, last_entry=entry_id, paid_until=paid_until)
    if link.status is TicketStatus.CLOSED:
        link = replace(link, status=TicketStatus.OPEN, changed_at=now)
    return replace(before, link=link)


def followed(
    before: Conversation, into: Moved | TicketMerged, *, owner: str, now: int
) -> Conversation:
    """
    Return a conversation whose ticket went over into another one; `now` is in ms since the epoch.

    `owner` is the conversation of that other ticket, if it has one: who answers there answers its
    customer, so that this conversation needs a ticket of its own.
    """
    if before.link is None:
        return before
    if owner not in ("", before.id):
        return replace(before, link=replace(before.link, status=TicketStatus.GONE, changed_at=now))
    ticket_id = into.into if isinstance(into, TicketMerged) else into.ticket_id
    link = replace(
        before.link,
        ticket_id=ticket_id,
        url=into.url,
        status=TicketStatus.OPEN,
        changed_at=now,
    )
    return replace(before, link=link)
