"""What is read of Chatwoot's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from chalicelib.desk_api.values import Count, Each, Fields, Id, Payload, Text, Time

#: The names of what we keep with a conversation, in its custom attributes.
REFERENCE = "scripta_reference"
CHANNEL = "scripta_channel"
ACCOUNT = "scripta_account"
FOLLOWS = "scripta_follows"


def _is_set(value: object) -> bool:
    """Tell whether a flag is set; what is no flag at all counts as set, to be on the safe side."""
    return value not in (None, False, "")


class Attributes(Payload):
    """The custom attributes of a conversation that are ours."""

    reference: Annotated[Text, Field(alias=REFERENCE)] = ""


class Sent(Payload):
    """One file of a message."""

    data_url: Text = ""
    file_type: Text = ""
    file_size: Count = 0


class Sender(Payload):
    """Who wrote a message."""

    name: Text = ""


class About(Payload):
    """What a message says of itself."""

    deleted: Annotated[bool, BeforeValidator(_is_set)] = False
    in_reply_to_external_id: Text = ""


class Place(Payload):
    """The inbox of a message."""

    id: Id = ""


class Thread(Payload):
    """The conversation of a message."""

    id: Id = ""
    custom_attributes: Annotated[Attributes, Fields] = Attributes()


class Notice(Payload):
    """One webhook: about a message, or about a conversation, whose own fields then stand here."""

    event: Text = ""
    id: Id = ""
    content: Text = ""
    content_attributes: Annotated[About, Fields] = About()
    created_at: Time = 0
    updated_at: Time = 0
    message_type: Text = ""
    source_id: Text = ""
    status: Text = ""
    inbox_id: Id = ""
    inbox: Annotated[Place, Fields] = Place()
    sender: Annotated[Sender, Fields] = Sender()
    conversation: Annotated[Thread, Fields] = Thread()
    attachments: Annotated[tuple[Annotated[Sent, Fields], ...], Each] = ()


class Message(Payload):
    """A message in a conversation; `created_at` is in seconds since the epoch."""

    id: int
    message_type: int
    created_at: int
    private: bool = False
    source_id: str | None = None
    content: str | None = None
    content_attributes: dict[str, Any] | None = None
    sender: dict[str, Any] | None = None
    attachments: tuple[dict[str, Any], ...] = ()


class Who(Payload):
    """The contact of a conversation."""

    id: int


class Meta(Payload):
    """Whose a conversation is."""

    sender: Who


class Conversation(Payload):
    """A conversation; `messages` holds its newest one."""

    id: int
    status: str
    meta: Meta
    last_activity_at: int = 0
    messages: tuple[Message, ...] = ()
    custom_attributes: Annotated[Attributes, Fields] = Attributes()


class Contact(Payload):
    """A person."""

    id: int
    identifier: str | None = None
    phone_number: str | None = None


class Inbox(Payload):
    """An inbox; `channel_type` says of what kind."""

    id: int
    channel_type: str
