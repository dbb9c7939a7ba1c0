"""What is read of Chatwoot's webhooks (leniently) and of its API's answers (strictly)."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BeforeValidator, ConfigDict

from chalicelib.desk_api.values import Count, Each, Fields, Id, Payload, Text, Time, at

REFERENCE: Final = "scripta_reference"  #: where a conversation keeps our name of it


def _is_set(value: object) -> bool:
    """Tell whether a flag is set; what is no flag at all counts as set, to be on the safe side."""
    return value not in (None, False, "")


_Flag = Annotated[bool, BeforeValidator(_is_set)]


class Sent(Payload):
    """One file of a message."""

    data_url: Text = ""
    file_type: Text = ""
    file_size: Count = 0


class Notice(Payload):
    """One webhook: about a message, or about a conversation, whose own fields then stand here."""

    event: Text = ""
    id: Id = ""
    content: Text = ""
    created_at: Time = 0
    updated_at: Time = 0
    source_id: Text = ""
    status: Text = ""
    inbox_id: Id = ""
    inbox: Annotated[Id, at("inbox", "id")] = ""
    agent: Annotated[Text, at("sender", "name")] = ""
    ticket: Annotated[Id, at("conversation", "id")] = ""
    reference: Annotated[Text, at("conversation", "custom_attributes", REFERENCE)] = ""
    deleted: Annotated[_Flag, at("content_attributes", "deleted")] = False
    quoted: Annotated[Text, at("content_attributes", "in_reply_to_external_id")] = ""
    attachments: Annotated[tuple[Annotated[Sent, Fields], ...], Each] = ()


class Message(Payload):
    """
    A message as the API shows it; the rest is what a webhook would tell of it.

    `created_at` is in seconds since the epoch.
    """

    model_config = ConfigDict(extra="allow")

    id: int
    message_type: int
    created_at: int
    private: bool = False
    source_id: str | None = None


class Conversation(Payload):
    """A conversation; `messages` holds its newest one, and `requester` is its contact."""

    id: int
    status: str
    requester: Annotated[int, at("meta", "sender", "id")]
    reference: Annotated[Text, at("custom_attributes", REFERENCE)] = ""
    last_activity_at: int = 0
    messages: tuple[Message, ...] = ()


class Contact(Payload):
    """A person, by the names that are looked for."""

    id: int
    identifier: str | None = None
    phone_number: str | None = None


class Inbox(Payload):
    """An inbox; `channel_type` says of what kind."""

    id: int
    channel_type: str
