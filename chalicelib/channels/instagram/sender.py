"""How a text or a file is sent on Instagram."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from chalicelib.domain.contact import AliasKind
from chalicelib.domain.content import Attachment
from chalicelib.domain.sending import Sending
from chalicelib.errors import Refused
from chalicelib.graph_api import media
from chalicelib.graph_api.error_codes import CONTENT
from chalicelib.graph_api.fields import words
from chalicelib.graph_api.messaging.outgoing import manner, quoted, recipient

# The formats that Instagram takes, under all the types that programs give them.
# https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(("image/jpeg", "image/png", "image/gif"), "image")
    | dict.fromkeys(("audio/aac", "audio/mp4", "audio/x-m4a", "audio/m4a"), "audio")
    | dict.fromkeys(("audio/wav", "audio/x-wav", "audio/vnd.wave"), "audio")
    | dict.fromkeys(("video/mp4", "video/ogg", "video/webm", "video/quicktime"), "video")
    | dict.fromkeys(("video/avi", "video/x-msvideo"), "video")
    | {"application/pdf": "file"}
)


def message(sending: Sending) -> Mapping[str, Any]:
    """
    Return the body of the call that sends a text; Instagram gives no reference back, so none is sent.

    Raises Refused where the contact has no address here. No limit of length is enforced: Instagram
    knows its own, and says so.
    https://developers.facebook.com/documentation/business-messaging/instagram-messaging
    """
    return _body(sending, {"text": words(sending.text)})


def file_message(sending: Sending, file: Attachment) -> Mapping[str, Any]:
    """
    Return the body of the call: Instagram fetches the file from its link.

    Raises Refused where the contact has no address here, or where Instagram does not take the
    file: of all documents only PDF.
    """
    kind = _TYPES.get(media.kind_of(file))
    if kind is None or not file.link:
        raise Refused(CONTENT)
    return _body(sending, {"attachment": {"type": kind, "payload": {"url": file.link}}})


def _body(sending: Sending, content: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "recipient": recipient(sending, AliasKind.IGSID),
        **manner(sending),
        **quoted(sending),
        "message": content,
    }
