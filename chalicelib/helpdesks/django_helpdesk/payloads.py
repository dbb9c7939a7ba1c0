"""What is read of the answers of the helpdesk's API."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import AwareDatetime, Field

from chalicelib.desk_api.values import Payload


class FollowUp(Payload):
    """One entry of a ticket; `user` is the id of whoever wrote it, if a user did."""

    id: int
    user: int | None = None
    public: bool = False
    comment: str | None = None
    title: str | None = None


class Stored(Payload):
    """A file of an entry: where the helpdesk has it, and what it is called."""

    file: str
    filename: str = ""


class Listed(FollowUp):
    """An entry as the list of all entries shows it; `date` is when it was written."""

    ticket: int
    date: AwareDatetime
    followupattachment_set: tuple[Stored, ...] = ()


class TicketAnswer(Payload):
    """A ticket with all its entries; `conversation` is the reference we created it under."""

    id: int
    merged_to: int | None = None
    followup_set: tuple[FollowUp, ...] = ()
    conversation: str | None = Field(default=None, alias="custom_conversation_id")

    def entries(self) -> list[FollowUp]:
        """Return the entries in the order in which they were written."""
        return sorted(self.followup_set, key=lambda entry: entry.id)


_Row = TypeVar("_Row", bound=Payload)


class Page(Payload, Generic[_Row]):
    """One page of a list, oldest first; `count` is how many there are in all."""

    count: int
    results: list[_Row]


class Settable(Payload):
    """What can be set in something, by name."""

    POST: dict[str, object]


class Described(Payload):
    """What the API tells of its tickets."""

    actions: Settable

    def names(self) -> frozenset[str]:
        """Return what can be set in a ticket."""
        return frozenset(self.actions.POST)
