"""What is read of the helpdesk's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import AwareDatetime, BeforeValidator, Field

from chalicelib.desk_api.values import Each, Fields, Id, Payload, Text, Time

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


def _is_yes(value: object) -> bool:
    """Tell whether a flag is set; what is no flag at all counts as set, to be on the safe side."""
    return value is not None and str(value).strip().lower() not in _NO


def _is_no(value: object) -> bool:
    """Tell whether a flag is there and not set; what is no flag at all counts as not set."""
    return value is not None and str(value).strip().lower() not in _YES


class Link(Payload):
    """One file of a reply; both are empty where it is told in a way that is not understood."""

    url: Text = ""
    filename: Text = ""


_Link = Annotated[Link, Fields]


class Data(Payload):
    """The `data` of every webhook; a webhook of one type has only some of it."""

    ticket_id: Id = ""
    comment_id: Id = ""
    conversation_id: Id = ""
    text: Text = ""
    agent: Text = ""
    status: Text = ""
    into: Id = ""
    attachments: Annotated[tuple[_Link, ...], Each] = ()
    not_public: Annotated[bool, BeforeValidator(_is_no)] = Field(default=False, alias="public")
    private: Annotated[bool, BeforeValidator(_is_yes)] = False

    @property
    def is_private(self) -> bool:
        """Tell whether it is anything but surely meant for the customer."""
        return self.private or self.not_public


class Notice(Payload):
    """One webhook; `timestamp` is in ms since the epoch, 0 where it told none."""

    type: Text = ""
    timestamp: Time = 0
    data: Annotated[Data, Fields] = Data()


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
