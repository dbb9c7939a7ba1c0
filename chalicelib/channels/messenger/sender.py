"""How a text or a file is sent on Messenger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.domain.contact import AliasKind
from chalicelib.domain.content import Attachment
from chalicelib.domain.sending import Sending
from chalicelib.graph_api import media
from chalicelib.graph_api.fields import words
from chalicelib.graph_api.messaging.outgoing import manner, quoted, recipient
from chalicelib.http_client import Form

# What a phone shows or plays by itself; everything else is a file to open.
_IMAGES: Final = ("image/jpeg", "image/png", "image/gif")
_LARGEST_IMAGE: Final = 8 * 1024 * 1024  #: bytes; a larger one goes as a file
_PLAYED: Final = ("audio", "video")


def message(sending: Sending) -> Mapping[str, Any]:
    """
    Return the body of the call that sends a text; the reference comes back in the echo's metadata.

    Raises Refused where the contact has no address here. No limit of length is enforced: Messenger
    knows its own, and says so.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
    """
    return {
        "recipient": recipient(sending, AliasKind.PSID),
        **manner(sending),
        **quoted(sending),
        "message": {"text": words(sending.text), "metadata": sending.reference},
    }


def file_message(sending: Sending, file: Attachment) -> Form:
    """
    Return the form of the call: upload and send in one, so that a lost answer leaves one doubt.

    Raises Refused where the contact has no address here.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
    """
    attachment = {"type": _type(file), "payload": {}}
    return Form(
        fields={
            "recipient": json.dumps(recipient(sending, AliasKind.PSID)),
            **manner(sending),
            **{field: json.dumps(value) for field, value in quoted(sending).items()},
            "message": json.dumps({"attachment": attachment, "metadata": sending.reference}),
        },
        files=[media.upload("filedata", file)],
    )


def _type(file: Attachment) -> str:
    kind = media.kind_of(file)
    family = kind.partition("/")[0]
    if family in _PLAYED:
        return family
    is_image = kind in _IMAGES and len(file.content) <= _LARGEST_IMAGE
    return "image" if is_image else "file"
