"""A helpdesk's ticket and what we write into it, as far as we need them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.content import Attachment


class EntryKind(StrEnum):
    """For whom an entry of a ticket is."""

    COMMENT = "comment"  #: part of the conversation with the customer
    NOTE = "note"  #: for agents only


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to write into a ticket; the text is never empty."""

    kind: EntryKind
    text: str
    author: str = ""
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """
    A ticket to create, with its first entry.

    `reference` is ours, unique per ticket: the helpdesk keeps it, and a ticket is found by it again.
    `requester` is an address that stands for the customer and can never be reached by mail.
    """

    reference: str
    subject: str
    channel: str
    requester: str
    name: str
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as the helpdesk knows it; `last_entry` is the id of the newest entry of ours."""

    id: str
    url: str
    last_entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """
    What a helpdesk lets an adapter promise.

    `lookup_lag` is how many seconds it takes until a write that may have happened can be seen.
    """

    lookup_lag: float
