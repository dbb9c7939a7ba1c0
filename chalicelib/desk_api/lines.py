"""What people wrote, on its way into one line: the titles and names of a helpdesk."""

from __future__ import annotations

from chalicelib.desk_api.values import storable
from chalicelib.domain.ticket import Opening


def words(text: str) -> str:
    """Return a text as it can be compared: its words, whatever was between them."""
    return " ".join(text.split())


def one_line(text: str) -> str:
    """Return a text as one line that a database takes; empty where no word is in it."""
    return words(storable(text))


def line(text: str, *, longest: int) -> str:
    """Return a text as one line of at most so many characters, which is never empty."""
    return one_line(text)[:longest] or "-"


def title(opening: Opening, *, longest: int) -> str:
    """Return a ticket's subject with the customer's name before it, unless that is in it."""
    name, subject = one_line(opening.customer.name), one_line(opening.subject)
    parts = [subject] if name in subject else [name, subject]
    whole = ": ".join(filter(None, parts)) or one_line(opening.channel) or "-"
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"
