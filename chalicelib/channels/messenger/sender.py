"""How a text or a file is sent on Messenger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.domain.contact import AliasKind, Contact
from chalicelib.domain.content import Attachment
from chalicelib.errors import Refused
from chalicelib.graph_api import media
from chalicelib.graph_api.client import message_id
from chalicelib.graph_api.error_codes import NOT_REACHABLE
from chalicelib.graph_api.fields import words
from chalicelib.http_client import Form

# What a phone shows or plays by itself; everything else is a file to open.
_IMAGES: Final = ("image/jpeg", "image/png", "image/gif")
_LARGEST_IMAGE: Final = 8 * 1024 * 1024  #: bytes; a larger one goes as a file
_PLAYED: Final = ("audio", "video")


def message(contact: Contact, text: str, reference: str) -> Mapping[str, Any]:
    """
    Return the body of the call; `reference` comes back in the echo's metadata.

    Raises Refused where the contact has no address here. No limit of length is enforced: Messenger
    knows its own, and says so.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
    """
    return {
        "recipient": {"id": _recipient(contact)},
        "messaging_type": "RESPONSE",
        "message": {"text": words(text), "metadata": reference},
    }


def file_message(contact: Contact, file: Attachment, reference: str) -> Form:
    """
    Return the form of the call: upload and send in one, so that a lost answer leaves one doubt.

    Raises Refused where the contact has no address here.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
    """
    attachment = {"type": _type(file), "payload": {}}
    return Form(
        fields={
            "recipient": json.dumps({"id": _recipient(contact)}),
            "messaging_type": "RESPONSE",
            "message": json.dumps({"attachment": attachment, "metadata": reference}),
        },
        files=[media.upload("filedata", file)],
    )


def sent(answer: Mapping[str, Any]) -> str:
    """Return the id of the message; raise AmbiguousError where the answer names none."""
    return message_id(answer.get("message_id"))


def _recipient(contact: Contact) -> str:
    recipient = contact.address(AliasKind.PSID)
    if recipient is None:
        raise Refused(NOT_REACHABLE)
    return recipient


def _type(file: Attachment) -> str:
    kind = media.kind_of(file)
    family = kind.partition("/")[0]
    if family in _PLAYED:
        return family
    is_image = kind in _IMAGES and len(file.content) <= _LARGEST_IMAGE
    return "image" if is_image else "file"
