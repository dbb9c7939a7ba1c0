"""What is read of Freshdesk's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from chalicelib.desk_api.values import Fields, Id, Payload, Text


class Chosen(Payload):
    """What Freshdesk's own form puts into a webhook, as far as we have it chosen."""

    ticket_id: Id = ""
    ticket_latest_public_comment: Text = ""


class Notice(Payload):
    """One webhook: `simple` out of Freshdesk's form, the others out of our template."""

    simple: Annotated[Chosen, Fields] = Field(default=Chosen(), alias="freshdesk_webhook")
    event: Text = ""
    ticket_id: Id = ""
    conversation_id: Id = ""


class Stored(Payload):
    """A file of a conversation."""

    id: int
    name: str = ""
    content_type: str = ""
    attachment_url: str = ""


class Conversation(Payload):
    """A reply or a note; `incoming` is as if it came from outside."""

    id: int
    body: str | None = None
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

    def holds(self, name: str) -> str:
        """Return what one of its own fields holds."""
        return str((self.custom_fields or {}).get(name) or "")


class Identified(Payload):
    """A note, a customer or a member of the staff: all that is read of one is which it is."""

    id: int
