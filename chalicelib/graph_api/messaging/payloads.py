"""The fields that Messenger and Instagram share, as far as they are read."""

from __future__ import annotations

from typing import Annotated

from chalicelib.graph_api.payload import (
    AsObject,
    AsObjects,
    Flag,
    Identifier,
    Kind,
    Payload,
    Words,
)


class Reply(Payload):
    """To which message another one answers."""

    mid: Identifier = ""


class AttachmentPayload(Payload):
    """What an attachment is; `sticker_id` is on stickers alone, whatever type they come as."""

    url: Words = ""
    sticker_id: Identifier = ""


class Attachment(Payload):
    """Something other than text in a message."""

    type: Kind = ""
    payload: Annotated[AttachmentPayload, AsObject] = AttachmentPayload()


class Message(Payload):
    """A message, to or from the customer."""

    mid: Identifier = ""
    text: Words = ""
    is_deleted: Flag = False
    is_unsupported: Flag = False
    reply_to: Annotated[Reply, AsObject] = Reply()
    attachments: Annotated[tuple[Attachment, ...], AsObjects] = ()


class Postback(Payload):
    """A button that a customer pressed; test events and old formats have no id."""

    mid: Identifier = ""
    title: Words = ""


class Read(Payload):
    """Up to where a customer has read, on Instagram: up to a message."""

    mid: Identifier = ""
