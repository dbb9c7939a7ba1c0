"""What is read of the helpdesk's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from chalicelib.helpdesks.django_helpdesk.webhook import identifier

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})


def readable(value: object) -> str:
    """Return a text; what no text can hold, half of a surrogate pair, is replaced."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _fields(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _each(value: object) -> list[object]:
    """Return a list's elements; what is there and no list counts as one element."""
    if isinstance(value, list):
        return value
    return [value] if value else []


def _milliseconds(value: object) -> int:
    """Return an RFC 3339 time in ms since the epoch; 0 where it is none."""
    try:
        when = datetime.fromisoformat(str(value))
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(int(aware.timestamp() * 1000), 0)
    except (ValueError, OverflowError):
        return 0


def _is_yes(value: object) -> bool:
    """Tell whether a flag is set; what is no flag at all counts as set, to be on the safe side."""
    return value is not None and str(value).strip().lower() not in _NO


def _is_no(value: object) -> bool:
    """Tell whether a flag is there and not set; what is no flag at all counts as not set."""
    return value is not None and str(value).strip().lower() not in _YES


_Text = Annotated[str, BeforeValidator(readable)]
_Id = Annotated[str, BeforeValidator(identifier)]


class _Model(BaseModel):
    # Errors are logged, and what did not fit may be what a customer wrote.
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Link(_Model):
    """One file of a reply; both are empty where it is told in a way that is not understood."""

    url: _Text = ""
    filename: _Text = ""


_Link = Annotated[Link, BeforeValidator(_fields)]


class Data(_Model):
    """The `data` of every webhook; a webhook of one type has only some of it."""

    ticket_id: _Id = ""
    comment_id: _Id = ""
    conversation_id: _Id = ""
    text: _Text = ""
    agent: _Text = ""
    status: _Text = ""
    attachments: Annotated[tuple[_Link, ...], BeforeValidator(_each)] = ()
    not_public: Annotated[bool, BeforeValidator(_is_no)] = Field(default=False, alias="public")
    private: Annotated[bool, BeforeValidator(_is_yes)] = False

    @property
    def is_private(self) -> bool:
        """Tell whether it is anything but surely meant for the customer."""
        return self.private or self.not_public


class Notice(_Model):
    """One webhook; `timestamp` is in ms since the epoch, 0 where it told none."""

    type: _Text = ""
    timestamp: Annotated[int, BeforeValidator(_milliseconds)] = 0
    data: Annotated[Data, BeforeValidator(_fields)] = Data()


class FollowUp(_Model):
    """One entry of a ticket; `user` is the id of whoever wrote it, if a user did."""

    id: int
    user: int | None = None
    public: bool = False
    comment: str | None = None
    title: str | None = None


class Stored(_Model):
    """A file of an entry: where the helpdesk has it, and what it is called."""

    file: str
    filename: str = ""


class Listed(FollowUp):
    """An entry as the list of all entries shows it; `date` is when it was written."""

    ticket: int
    date: AwareDatetime
    followupattachment_set: list[Stored] = []


class TicketAnswer(_Model):
    """A ticket with all its entries; `conversation` is the reference we created it under."""

    id: int
    merged_to: int | None = None
    followup_set: list[FollowUp] = []
    conversation: str | None = Field(default=None, alias="custom_conversation_id")

    def entries(self) -> list[FollowUp]:
        """Return the entries in the order in which they were written."""
        return sorted(self.followup_set, key=lambda entry: entry.id)


_Row = TypeVar("_Row", bound=_Model)


class Page(_Model, Generic[_Row]):
    """One page of a list, oldest first; `count` is how many there are in all."""

    count: int
    results: list[_Row]
