"""
What Messenger and Instagram let a business send, and to whom.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from infra.local.meta import errors, ids
from infra.local.meta.accounts import INSTAGRAM, MESSENGER
from infra.local.meta.errors import GraphError
from infra.local.meta.send import Send
from infra.local.meta.store import Customer, Media

_DAY_MS: Final = 24 * 3_600_000
_HUMAN_AGENT_MS: Final = 7 * _DAY_MS
_MAX_CHARACTERS: Final = 2000  #: of Messenger
_MAX_BYTES: Final = 1000  #: of Instagram, in UTF-8
_TYPES: Final = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_TAG: Final = "HUMAN_AGENT"  #: the only one left since 2026-04-27
_FILES: Final = ("image", "video", "audio", "file")
_ATTACHMENTS: Final = (*_FILES, "template", "like_heart", "MEDIA_SHARE")
_MB: Final = 1024 * 1024
_LARGEST: Final = 25 * _MB
_LARGEST_IMAGE: Final = 8 * _MB
#: https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload
_INSTAGRAM_TYPES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "image": ("image/png", "image/jpeg", "image/gif"),
        "audio": ("audio/aac", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav"),
        "video": ("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"),
        "file": ("application/pdf",),
    }
)
_NOT_FETCHED: Final = 2018008
_NOT_OF_ITS_TYPE: Final = 2018047
_TOO_LARGE: Final = 2018109
_ACTIONS: Final = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


def recipient(body: Mapping[str, Any]) -> str:
    """Return the id that a call is addressed to; raise GraphError where there is none."""
    addressee = body.get("recipient")
    name = addressee.get("id") if isinstance(addressee, dict) else None
    if not isinstance(name, str | int) or isinstance(name, bool) or not str(name):
        raise errors.invalid("The parameter recipient is required")
    return str(name)


def is_action(body: Mapping[str, Any]) -> bool:
    """
    Return whether a call is a sender action (typing, seen), which sends nothing.

    Raises:
        GraphError: the action is unknown, or stands in one call with a message.
    """
    action = body.get("sender_action")
    if action is None:
        return False
    if action not in _ACTIONS:
        raise errors.invalid(f"Param sender_action must be one of {{{', '.join(_ACTIONS)}}}")
    if body.get("message") is not None:
        raise errors.invalid("A sender_action goes without a message")
    return True


def check(channel: str, body: Mapping[str, Any], customer: Customer, *, file: Media | None) -> Send:
    """
    Return what is sent to a customer, with the file that came along or was fetched from its link.

    Raises:
        GraphError: Meta would refuse it.
    """
    message = body.get("message")
    if not isinstance(message, dict):
        raise errors.invalid("The parameter message is required")
    kind, text = _content(channel, message)
    if kind in _FILES:
        _check_file(channel, kind, message["attachment"].get("payload"), file)
    _check_window(channel, body, customer)
    metadata = message.get("metadata", "")
    if not isinstance(metadata, str):
        raise errors.invalid("Param message[metadata] must be a string.")
    return Send(
        channel=channel,
        contact=customer.contact,
        type=kind,
        text=text,
        file=file if kind in _FILES else None,
        tracking=metadata,
    )


def answer(customer: Customer, message_id: str) -> dict[str, Any]:
    """Return the answer to a send."""
    return {"recipient_id": customer.contact, "message_id": message_id}


def _content(channel: str, message: Mapping[str, Any]) -> tuple[str, str]:
    text, attachment = message.get("text"), message.get("attachment")
    if attachment and text:
        raise errors.invalid("Cannot send text and attachment in one message")
    if attachment:
        return _attachment(attachment), ""
    if text is not None and not isinstance(text, str):
        raise errors.invalid("Param message[text] must be a string.")
    if not text:
        raise errors.invalid("Message cannot be empty, must provide valid attachment or text")
    if channel == MESSENGER and len(text) > _MAX_CHARACTERS:
        raise _too_long(_MAX_CHARACTERS)
    # A lone surrogate takes the three bytes that any character of its plane takes.
    if channel == INSTAGRAM and len(text.encode("utf-8", "surrogatepass")) > _MAX_BYTES:
        raise _too_long(_MAX_BYTES)
    return "text", text


def _too_long(limit: int) -> GraphError:
    return errors.invalid(f"Length of param message[text] must be less than or equal to {limit}")


def _attachment(attachment: object) -> str:
    kind = attachment.get("type") if isinstance(attachment, dict) else None
    if not isinstance(attachment, dict) or kind not in _ATTACHMENTS:
        raise errors.invalid("Param message[attachment][type] must be a known type")
    return str(kind)


def _check_file(channel: str, kind: str, payload: object, file: Media | None) -> None:
    """Raise GraphError where a file cannot be had, or is not what the channel takes as its kind."""
    source = payload if isinstance(payload, dict) else {}
    if file is None:
        if source.get("attachment_id"):
            return
        if source.get("url"):
            raise _bad_file(_NOT_FETCHED, "Failed to fetch the file from the url")
        raise errors.invalid("Param message[attachment][payload] has no url and no file came along")
    if len(file.content) > (_LARGEST_IMAGE if kind == "image" else _LARGEST):
        raise _bad_file(_TOO_LARGE, "Attachment size exceeds allowable limit")
    if channel == INSTAGRAM:
        fits = file.mime in _INSTAGRAM_TYPES[kind]
    else:
        fits = kind == "file" or file.mime.startswith(f"{kind}/")
    if not fits or not file.content:
        raise _bad_file(_NOT_OF_ITS_TYPE, "Upload attachment failure.")


def _bad_file(subcode: int, message: str) -> GraphError:
    return GraphError(100, f"(#100) {message}", subcode=subcode)


def _check_window(channel: str, body: Mapping[str, Any], customer: Customer) -> None:
    kind = body.get("messaging_type", "RESPONSE")  # Instagram's calls may leave it out
    if kind not in _TYPES:
        raise errors.invalid(f"Param messaging_type must be one of {{{', '.join(_TYPES)}}}")
    if kind == "MESSAGE_TAG" and body.get("tag") != _TAG:
        raise errors.invalid("The message tag is missing or no longer supported")
    window = _HUMAN_AGENT_MS if kind == "MESSAGE_TAG" else _DAY_MS
    if ids.now_ms() - customer.last_inbound_at > window:
        raise errors.of_code(channel, 10)
