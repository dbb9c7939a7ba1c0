"""What is read of Zendesk's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from chalicelib.desk_api.values import Each, Id, Moment, Payload, Text, Time, at

KEY: Final = "scripta_key"  #: names an entry's key in the metadata of its update
MERGED: Final = "closed_by_merge"  #: the tag that Zendesk puts on a ticket that went into another

_STAFF: Final = ("agent", "admin")  # the roles of those who answer customers

#: Whether a flag is set for certain: what is no flag at all is not.
Certain = Annotated[bool, BeforeValidator(lambda value: str(value).strip().lower() == "true")]


class Notice(Payload):
    """
    One webhook: each type has some of it.

    `time` is in ms since the epoch, 0 where it told none; flags are False where that is not certain.
    """

    time: Time = 0
    actor: Annotated[Id, at("detail", "actor_id")] = ""
    external_id: Annotated[Text, at("detail", "external_id")] = ""
    status: Annotated[Text, at("detail", "status")] = ""
    tags: Annotated[tuple[Text, ...], Each, at("detail", "tags")] = ()
    current: Annotated[Text, at("event", "current")] = ""
    into: Annotated[Id, at("event", "target_ticket_id")] = ""
    comment: Annotated[Id, at("event", "comment", "id")] = ""
    body: Annotated[Text, at("event", "comment", "body")] = ""
    is_public: Annotated[Certain, at("event", "comment", "is_public")] = False
    author: Annotated[Id, at("event", "comment", "author", "id")] = ""
    name: Annotated[Text, at("event", "comment", "author", "name")] = ""
    is_by_staff: Annotated[Certain, at("event", "comment", "author", "is_staff")] = False
    file: Annotated[Id, at("event", "comment", "attachment", "id")] = ""
    file_url: Annotated[Text, at("event", "comment", "attachment", "content_url")] = ""
    file_type: Annotated[Text, at("event", "comment", "attachment", "content_type")] = ""
    file_name: Annotated[Text, at("event", "comment", "attachment", "filename")] = ""
    file_is_public: Annotated[Certain, at("event", "comment", "attachment", "is_public")] = False


class Person(Payload):
    """A user, and whether they are one of those who answer customers."""

    id: int
    name: str = ""
    is_staff: Annotated[bool, BeforeValidator(_STAFF.__contains__), Field(alias="role")] = False


class TicketRow(Payload):
    """A ticket."""

    id: int
    status: str
    requester_id: int
    updated_at: Moment
    external_id: Text = ""
    tags: tuple[str, ...] = ()
    comment_count: int = 0


class AuditEvent(Payload):
    """One thing that an update did."""

    id: int
    type: str = ""


class Audit(Payload):
    """One update of a ticket, and the key of the entry that it was made for."""

    events: tuple[AuditEvent, ...] = ()
    key: Annotated[Text, at("metadata", "custom", KEY)] = ""

    def comment(self) -> str:
        """Return the id of the comment that the update wrote; empty where it wrote none."""
        return next((str(event.id) for event in self.events if event.type == "Comment"), "")


class Created(Payload):
    """A new ticket, and the update that made it."""

    ticket: TicketRow
    audit: Audit = Audit()


class TicketList(Payload):
    """Some tickets: whether others follow, and how they are asked for."""

    tickets: list[TicketRow]
    has_more: Annotated[bool, at("meta", "has_more")] = False
    after: Annotated[Text, at("meta", "after_cursor")] = ""


class Stored(Payload):
    """A file of a comment, as the API lists it."""

    id: int
    filename: str = Field(alias="file_name")
    content_url: str
    content_type: str = ""


class Comment(Payload):
    """A comment, as the API lists it; after a merge `cause` is `merge`, `origin` the other ticket."""

    id: int
    audit_id: int
    author_id: int
    is_public: bool = Field(alias="public")
    created_at: Moment
    body: str = ""
    attachments: tuple[Stored, ...] = ()
    cause: Annotated[Text, at("via", "source", "rel")] = ""
    origin: Annotated[Id, at("via", "source", "from", "ticket_id")] = ""


class CommentList(Payload):
    """Comments of a ticket, newest first, and the users who wrote them."""

    comments: list[Comment]
    users: tuple[Person, ...] = ()

    def staff(self, *, but: int) -> dict[int, str]:
        """Return the names of those who answer customers, by their ids."""
        return {user.id: user.name for user in self.users if user.is_staff and user.id != but}
