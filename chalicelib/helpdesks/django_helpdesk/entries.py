"""Which entries of a django-helpdesk ticket are ours, and what they tell of our own attempts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chalicelib.desk_api.adapter import behind
from chalicelib.domain.ticket import Entry
from chalicelib.helpdesks.django_helpdesk import mapper
from chalicelib.helpdesks.django_helpdesk.payloads import FollowUp, TicketAnswer

_ENOUGH: Final = 200  #: tickets, in which those of ours tell who we are


def entry_in(ticket: TicketAnswer, *, known: int, entry: Entry) -> str | None:
    """
    Return the id of the first entry behind `known` that says the same and may be ours.

    In a ticket that an agent opened and we have not written in, who we are is not known: there it
    may be anybody's but that agent's.
    """
    return _same(_perhaps_ours(ticket, known=known), known=known, entry=entry)


def by(user: int | None, ticket: TicketAnswer, *, known: int, entry: Entry) -> str | None:
    """Return the id of the first entry behind `known` that says the same and that a user wrote."""
    theirs = [each for each in ticket.entries() if each.user == user]
    return _same(theirs, known=known, entry=entry)


def _same(candidates: Iterable[FollowUp], *, known: int, entry: Entry) -> str | None:
    def is_it(row: FollowUp) -> bool:
        return row.public == entry.kind.is_public and mapper.is_same(row.comment, entry.text)

    return behind(known, candidates, is_it)


def ends_with_a_beginning(ticket: TicketAnswer) -> bool:
    """Tell whether our last entry in a ticket is the beginning of one that lacks its first entry."""
    entries = ticket.entries()
    begun = [entry for entry in entries if entry.comment == mapper.BEGINNING]
    ours = [entry for entry in entries if begun and entry.user == begun[-1].user]
    return bool(begun) and ours[-1] is begun[-1]


def is_unfinished(ticket: TicketAnswer) -> bool:
    """Tell whether a ticket lacks its first entry: that is our second one there."""
    ours = ours_in(ticket, known=0)
    return len(ours) == 1 and mapper.is_to_come(ours[0].comment)


def _perhaps_ours(ticket: TicketAnswer, *, known: int) -> list[FollowUp]:
    """Return the entries of a ticket that we may have written, oldest first."""
    entries = ticket.entries()
    if known or ticket.conversation:
        return ours_in(ticket, known=known)
    return [entry for entry in entries if entry.user != entries[0].user]


def ours_in(ticket: TicketAnswer, *, known: int) -> list[FollowUp]:
    """
    Return the entries of a ticket that we wrote, oldest first.

    The API does not tell who we are, but we wrote the entry `known`, or, where it is not there,
    the first one, with which we created the ticket.
    """
    entries = ticket.entries()
    marked = [entry for entry in entries if entry.id == known] or entries[:1]
    return [entry for entry in entries if entry.user == marked[0].user]


def authors(tickets: Iterable[TicketAnswer]) -> frozenset[int]:
    """Return who wrote the first entries of the newest tickets that are ours: that is us."""
    found: set[int] = set()
    for place, ticket in enumerate(tickets):
        if found and place >= _ENOUGH:
            break
        written = (e for e in ticket.entries() if not mapper.is_from_elsewhere(e))
        first = next(written, None) if ticket.conversation else None
        if first is not None and first.user is not None:
            found.add(first.user)
    return frozenset(found)
