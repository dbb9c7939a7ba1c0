"""The fields of WhatsApp's webhooks, as far as they are read."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from chalicelib.graph_api import fields
from chalicelib.graph_api.payload import (
    AsObject,
    Identifier,
    Kind,
    Payload,
    Words,
)

_SHA256_BYTES: Final = 32
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


class Profile(Payload):
    """What a customer shows to everybody."""

    name: Words = ""


class Card(Payload):
    """The contact that comes with a message."""

    profile: Annotated[Profile, AsObject] = Profile()


class Context(Payload):
    """To which message another one answers; a forwarded message has one without an id."""

    id: Identifier = ""


class TextBody(Payload):
    """What was written."""

    body: Words = ""


class Button(Payload):
    """The button of a template, as it reads."""

    text: Words = ""


class Choice(Payload):
    """A button or a row of a list, as it reads."""

    title: Words = ""


class Interactive(Payload):
    """What was chosen instead of written."""

    type: Kind = ""
    button_reply: Annotated[Choice, AsObject] = Choice()
    list_reply: Annotated[Choice, AsObject] = Choice()


class Unsupported(Payload):
    """What the platform would not pass on."""

    type: Kind = ""


def _sha256(value: Any) -> str:
    """Return a hash in hex: Base64 in webhooks; empty where it is none."""
    text = fields.words(value)
    if _HEX.fullmatch(text):
        return text.lower()
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return ""
    return decoded.hex() if len(decoded) == _SHA256_BYTES else ""


class Media(Payload):
    """
    A file: the id is good for seven days, the address for five minutes and with a token only.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/image
    """

    id: Identifier = ""
    url: Words = ""
    mime_type: Words = ""
    sha256: Annotated[str, BeforeValidator(_sha256)] = ""
    filename: Words = ""
    caption: Words = ""


class Message(Payload):
    """
    A message from a customer, or news about one.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
    """

    id: Identifier = ""
    type: Kind = ""
    context: Annotated[Context, AsObject] = Context()
    text: Annotated[TextBody, AsObject] = TextBody()
    button: Annotated[Button, AsObject] = Button()
    interactive: Annotated[Interactive, AsObject] = Interactive()
    unsupported: Annotated[Unsupported, AsObject] = Unsupported()


def _error_code(value: Any) -> int:
    return value if type(value) is int else -1


def _reference(value: Any) -> str:
    return fields.reference(value)


class Failure(Payload):
    """Why a message failed; the wording is read by `error_codes.wording`."""

    code: Annotated[int, BeforeValidator(_error_code)] = -1


class Status(Payload):
    """
    How far a message to a customer has come.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
    """

    id: Identifier = ""
    status: Kind = ""
    biz_opaque_callback_data: Annotated[str, BeforeValidator(_reference)] = ""
    recipient_participant_id: Identifier = ""
    recipient_participant_user_id: Identifier = ""
