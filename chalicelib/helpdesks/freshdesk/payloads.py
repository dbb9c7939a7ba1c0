"""What is read of Freshdesk's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AliasChoices, AwareDatetime, Field

from chalicelib.desk_api.values import Id, Payload, Text

# As our page has it, and in Freshdesk's own form.
_COMMENT: Final = Field(validation_alias=AliasChoices("comment", "ticket_latest_public_comment"))


class Notice(Payload):
    """One webhook: that something happened in a ticket, and to what, as far as it tells."""

    event: Text = ""
    ticket_id: Id = ""
    conversation_id: Id = ""
    comment: Annotated[Text, _COMMENT] = ""


class Stored(Payload):
    """A file of a conversation."""

    id: int
    name: str = ""
    content_type: str = ""
    attachment_url: str = ""


class Conversation(Payload):
    """A reply or a note; `incoming` is as if it came from outside."""

    id: int
    body: Text = ""
    incoming: bool
    private: bool
    user_id: int | None = None
    source: int | None = None
    created_at: AwareDatetime
    attachments: tuple[Stored, ...] = ()


class TicketRow(Payload):
    """A ticket; the list leaves out what stands in it."""

    id: int
    status: int
    requester_id: int
    updated_at: AwareDatetime
    deleted: bool | None = None
    spam: bool | None = None
    custom_fields: dict[str, Any] | None = None
    description_text: str | None = None

    @property
    def is_removed(self) -> bool:
        """Tell whether it is in the bin or among spam."""
        return bool(self.deleted or self.spam)

    def holds(self, name: str) -> str:
        """Return what one of its own fields holds."""
        return str((self.custom_fields or {}).get(name) or "")


class Identified(Payload):
    """A note, a customer or a member of the staff: all that is read of one is which it is."""

    id: int
