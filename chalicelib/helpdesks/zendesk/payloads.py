"""What is read of Zendesk's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, Field

from chalicelib.desk_api.values import Each, Fields, Id, Payload, Text, Time


def _is_certain(value: object) -> bool:
    """Tell whether a flag is set for certain; what is no flag at all is not."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


Certain = Annotated[bool, BeforeValidator(_is_certain)]


class Author(Payload):
    """Who wrote a comment; `is_staff` is False where that is not certain."""

    id: Id = ""
    is_staff: Certain = False
    name: Text = ""


class Attached(Payload):
    """A file of a comment; `is_public` is False where that is not certain."""

    id: Id = ""
    content_url: Text = ""
    content_type: Text = ""
    filename: Text = ""
    is_public: Certain = False


class Written(Payload):
    """The comment of an event: the whole one, or what a file was linked to."""

    id: Id = ""
    author: Annotated[Author, Fields] = Author()
    body: Text = ""
    is_public: Certain = False
    attachment: Annotated[Attached, Fields] = Attached()


class Event(Payload):
    """What happened: each type of webhook has some of it."""

    comment: Annotated[Written, Fields] = Written()
    current: Text = ""
    target_ticket_id: Id = ""


class Detail(Payload):
    """The ticket as it was then, as far as the webhook tells."""

    id: Id = ""
    actor_id: Id = ""
    external_id: Text = ""
    status: Text = ""
    tags: Annotated[tuple[Text, ...], Each] = ()


class Notice(Payload):
    """One webhook; `time` is in ms since the epoch, 0 where it told none."""

    type: Text = ""
    subject: Text = ""
    time: Time = 0
    detail: Annotated[Detail, Fields] = Detail()
    event: Annotated[Event, Fields] = Event()


STAFF: Final = ("agent", "admin")  #: the roles of those who answer customers


class Person(Payload):
    """A user; `role` is `end-user` for customers."""

    id: int
    role: str = ""
    name: str = ""


class TicketRow(Payload):
    """A ticket."""

    id: int
    status: str
    requester_id: int
    updated_at: AwareDatetime
    external_id: str | None = None
    tags: tuple[str, ...] = ()
    comment_count: int = 0


class AuditEvent(Payload):
    """One thing that an update did."""

    id: int
    type: str = ""


class AuditMetadata(Payload):
    """What an update was given to keep."""

    custom: Annotated[dict[str, Any], Fields] = Field(default_factory=dict)


class Audit(Payload):
    """One update of a ticket."""

    events: tuple[AuditEvent, ...] = ()
    metadata: AuditMetadata = AuditMetadata()

    def comment(self) -> str:
        """Return the id of the comment that the update wrote; empty where it wrote none."""
        return next((str(event.id) for event in self.events if event.type == "Comment"), "")


class TicketAnswer(Payload):
    """A ticket, and after a write the update that was made of it."""

    ticket: TicketRow
    audit: Audit = Audit()


class Meta(Payload):
    """Whether a page is followed by another, and how that is asked for."""

    has_more: bool = False
    after_cursor: str | None = None


class TicketList(Payload):
    """Some tickets."""

    tickets: list[TicketRow]
    meta: Meta = Meta()


class Stored(Payload):
    """A file of a comment, as the API lists it."""

    id: int
    file_name: str
    content_url: str
    content_type: str = ""


class Source(Payload):
    """Where a comment came from; after a merge `rel` is `merge`."""

    rel: Text = ""
    origin: Annotated[dict[str, Any], Fields] = Field(default_factory=dict, alias="from")


class Via(Payload):
    """How a comment was made."""

    source: Annotated[Source, Fields] = Source()


class Comment(Payload):
    """A comment, as the API lists it."""

    id: int
    audit_id: int
    author_id: int
    public: bool
    created_at: AwareDatetime
    body: str = ""
    attachments: tuple[Stored, ...] = ()
    via: Annotated[Via, Fields] = Via()


class CommentList(Payload):
    """Comments of a ticket, and the users who wrote them if they were asked for."""

    comments: list[Comment]
    users: tuple[Person, ...] = ()


class Uploaded(Payload):
    """What stands for a file until a comment takes it."""

    token: str


class FieldRow(Payload):
    """A field of tickets."""

    id: int
    active: bool
    type: str
