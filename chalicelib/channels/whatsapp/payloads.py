"""The fields of WhatsApp's webhooks, as far as they are read."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from chalicelib.graph_api import fields
from chalicelib.graph_api.payload import (
    AsObject,
    Flag,
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
    username: Words = ""


class Card(Payload):
    """The contact that comes with a message."""

    profile: Annotated[Profile, AsObject] = Profile()


class Product(Payload):
    """A product of the business's catalogue."""

    product_retailer_id: Identifier = ""
    catalog_id: Identifier = ""


class Context(Payload):
    """To which message or product another message answers; a forwarded one has neither."""

    id: Identifier = ""
    forwarded: Flag = False
    frequently_forwarded: Flag = False
    referred_product: Annotated[Product, AsObject] = Product()


class TextBody(Payload):
    """What was written."""

    body: Words = ""


class Button(Payload):
    """The button of a template, as it reads."""

    text: Words = ""


class Choice(Payload):
    """A button or a row of a list, as it reads."""

    title: Words = ""
    description: Words = ""


class Form(Payload):
    """The answers of a flow; `response_json` is a text that should be JSON."""

    name: Words = ""
    body: Words = ""


class CallPermission(Payload):
    """Whether we may call."""

    response: Kind = ""


class Interactive(Payload):
    """What was chosen or filled in instead of written."""

    type: Kind = ""
    button_reply: Annotated[Choice, AsObject] = Choice()
    list_reply: Annotated[Choice, AsObject] = Choice()
    nfm_reply: Annotated[Form, AsObject] = Form()
    call_permission_reply: Annotated[CallPermission, AsObject] = CallPermission()


class Unsupported(Payload):
    """What the platform would not pass on."""

    type: Kind = ""


class Reaction(Payload):
    """A sign on a message; without an emoji it was taken away."""

    message_id: Identifier = ""
    emoji: Words = ""


class Original(Payload):
    """The message that was edited or taken back."""

    original_message_id: Identifier = ""


class System(Payload):
    """What the platform tells of a customer's number, id or device."""

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
    A message from a customer or to one, or news about one.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
    """

    id: Identifier = ""
    type: Kind = ""
    origin: Words = ""
    context: Annotated[Context, AsObject] = Context()
    text: Annotated[TextBody, AsObject] = TextBody()
    button: Annotated[Button, AsObject] = Button()
    interactive: Annotated[Interactive, AsObject] = Interactive()
    unsupported: Annotated[Unsupported, AsObject] = Unsupported()
    reaction: Annotated[Reaction, AsObject] = Reaction()
    edit: Annotated[Original, AsObject] = Original()
    revoke: Annotated[Original, AsObject] = Original()
    system: Annotated[System, AsObject] = System()


def _error_code(value: Any) -> int:
    return value if type(value) is int else -1


def _reference(value: Any) -> str:
    return fields.reference(value)


class Failure(Payload):
    """Why a message failed; the wording is read by `error_codes.wording`."""

    code: Annotated[int, BeforeValidator(_error_code)] = -1


class Pricing(Payload):
    """As what a message is charged; the platform adds categories without notice."""

    category: Kind = ""


class Status(Payload):
    """
    How far a message to a customer has come.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
    """

    id: Identifier = ""
    type: Kind = ""
    status: Kind = ""
    pricing: Annotated[Pricing, AsObject] = Pricing()
    biz_opaque_callback_data: Annotated[str, BeforeValidator(_reference)] = ""
    recipient_participant_id: Identifier = ""
    recipient_participant_user_id: Identifier = ""


class Call(Payload):
    """
    A step of a call; its length is in seconds.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/calls
    """

    id: Identifier = ""
    event: Kind = ""
    direction: Kind = ""
    status: Kind = ""
    duration: Identifier = ""


class Preference(Payload):
    """
    What a customer wants to receive.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences
    """

    category: Kind = ""
    value: Kind = ""


class Summary(Payload):
    """What the one who had a conversation wrote down for the next."""

    text: Words = ""


class ConversationContext(Payload):
    """What a conversation was about so far."""

    summary: Annotated[Summary, AsObject] = Summary()


class Control(Payload):
    """
    Who had a conversation, and who has it now; any of it may be missing.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messaging_handovers
    """

    previous_owner_role: Kind = ""
    new_owner_app_id: Identifier = ""
    new_owner_role: Kind = ""
    conversation_context: Annotated[ConversationContext, AsObject] = ConversationContext()
