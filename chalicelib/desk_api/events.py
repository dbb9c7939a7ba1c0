"""What happened in a desk, as events in our words, and the files that agents sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from chalicelib.desk_api.items import fingerprint, key
from chalicelib.domain.content import File
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEventIgnored, TicketChanged
from chalicelib.domain.file_names import kind_of, mime_of, simple_mime


def ignored(raw: Mapping[str, Any], why: str, *, desk: str) -> DeskEventIgnored:
    """Return that an item tells nothing for us; `why` is a word to count it by."""
    return DeskEventIgnored(key=key(desk, "ignored", fingerprint(raw)), kind=why)


def changed(ticket_id: str, status: TicketStatus, *which: str, desk: str, at: int) -> TicketChanged:
    """
    Return that a ticket stands otherwise since `at`, in ms since the epoch.

    `which` tells this change from every other one of the ticket: it can get a status again.
    """
    return TicketChanged(
        key=key(desk, "ticket", ticket_id, *which),
        ticket_id=ticket_id,
        status=status,
        occurred_at=at,
    )


def agents_file(
    *, url: str, name: str = "", mime: str = "", number: str = "", size: int = 0
) -> File:
    """
    Return a file that an agent sent; `number` is what the desk calls it.

    Where it has no name, that is the last part of its address; where the desk tells no type, it is
    what the name tells. Without an address it cannot be had.
    """
    name = name or unquote(url.partition("?")[0]).rpartition("/")[2]
    mime = simple_mime(mime) or mime_of(name)
    problem = "" if url else "file_unavailable"
    return File(
        kind=kind_of(mime), url=url, id=number, name=name, mime=mime, size=size, problem=problem
    )
