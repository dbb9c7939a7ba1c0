"""
What Messenger and Instagram let a business send, and to whom.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.local.meta import errors, ids
from infra.local.meta.accounts import INSTAGRAM, MESSENGER
from infra.local.meta.errors import GraphError
from infra.local.meta.send import Send
from infra.local.meta.store import Customer

_DAY_MS: Final = 24 * 3_600_000
_HUMAN_AGENT_MS: Final = 7 * _DAY_MS
_MAX_CHARACTERS: Final = 2000  #: of Messenger
_MAX_BYTES: Final = 1000  #: of Instagram, in UTF-8
_TYPES: Final = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_TAG: Final = "HUMAN_AGENT"  #: the only one left since 2026-04-27
_ATTACHMENTS: Final = ("image", "video", "audio", "file", "template", "like_heart", "MEDIA_SHARE")
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


def check(channel: str, body: Mapping[str, Any], customer: Customer) -> Send:
    """
    Return what is sent to a customer.

    Raises:
        GraphError: Meta would refuse it.
    """
    message = body.get("message")
    if not isinstance(message, dict):
        raise errors.invalid("The parameter message is required")
    kind, text, media = _content(channel, message)
    _check_window(channel, body, customer)
    metadata = message.get("metadata", "")
    if not isinstance(metadata, str):
        raise errors.invalid("Param message[metadata] must be a string.")
    return Send(
        channel=channel,
        contact=customer.contact,
        type=kind,
        text=text,
        media=media,
        tracking=metadata,
    )


def answer(customer: Customer, message_id: str) -> dict[str, Any]:
    """Return the answer to a send."""
    return {"recipient_id": customer.contact, "message_id": message_id}


def _content(channel: str, message: Mapping[str, Any]) -> tuple[str, str, str]:
    text, attachment = message.get("text"), message.get("attachment")
    if attachment and text:
        raise errors.invalid("Cannot send text and attachment in one message")
    if attachment:
        return _attachment(attachment)
    if text is not None and not isinstance(text, str):
        raise errors.invalid("Param message[text] must be a string.")
    if not text:
        raise errors.invalid("Message cannot be empty, must provide valid attachment or text")
    if channel == MESSENGER and len(text) > _MAX_CHARACTERS:
        raise _too_long(_MAX_CHARACTERS)
    # A lone surrogate takes the three bytes that any character of its plane takes.
    if channel == INSTAGRAM and len(text.encode("utf-8", "surrogatepass")) > _MAX_BYTES:
        raise _too_long(_MAX_BYTES)
    return "text", text, ""


def _too_long(limit: int) -> GraphError:
    return errors.invalid(f"Length of param message[text] must be less than or equal to {limit}")


def _attachment(attachment: object) -> tuple[str, str, str]:
    kind = attachment.get("type") if isinstance(attachment, dict) else None
    if not isinstance(attachment, dict) or kind not in _ATTACHMENTS:
        raise errors.invalid("Param message[attachment][type] must be a known type")
    payload = attachment.get("payload")
    url = payload.get("url", "") if isinstance(payload, dict) else ""
    return str(kind), "", str(url)


def _check_window(channel: str, body: Mapping[str, Any], customer: Customer) -> None:
    kind = body.get("messaging_type", "RESPONSE")  # Instagram's calls may leave it out
    if kind not in _TYPES:
        raise errors.invalid(f"Param messaging_type must be one of {{{', '.join(_TYPES)}}}")
    if kind == "MESSAGE_TAG" and body.get("tag") != _TAG:
        raise errors.invalid("The message tag is missing or no longer supported")
    window = _HUMAN_AGENT_MS if kind == "MESSAGE_TAG" else _DAY_MS
    if ids.now_ms() - customer.last_inbound_at > window:
        raise errors.of_code(channel, 10)
