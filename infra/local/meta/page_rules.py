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
from infra.local.meta.records import Customer, Media, Message
from infra.local.meta.send import Send

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
_MOST_CHOICES: Final = 13  #: quick replies
_ALREADY_REPLIED: Final = 10900
_CONTROLLED: Final = 2018300


def comment_of(body: Mapping[str, Any]) -> str:
    """Return the comment that a call answers privately, empty for any other call."""
    addressee = body.get("recipient")
    found = addressee.get("comment_id") if isinstance(addressee, dict) else None
    return found if isinstance(found, str) else ""


def check_private_reply(comment: Message) -> None:
    """Raise GraphError where a comment cannot be answered privately (any more)."""
    if comment.details.get("private_reply"):
        raise GraphError(_ALREADY_REPLIED, f"(#{_ALREADY_REPLIED}) Activity already replied to")
    if ids.now_ms() - comment.at > _HUMAN_AGENT_MS:
        raise errors.of_code(comment.channel, 10)


def check_owner(channel: str, *, is_ours: bool) -> None:
    """Raise GraphError where another application answers the conversation."""
    if not is_ours:
        raise errors.of_code(channel, 10, http=400, subcode=_CONTROLLED)


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


def reaction(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """
    Return the message that an action reacts to, and how (empty: no more); None for any other.

    Raises:
        GraphError: it names no message.
    """
    action, payload = body.get("sender_action"), body.get("payload")
    if action not in {"react", "unreact"}:
        return None
    about = payload if isinstance(payload, dict) else {}
    message_id, kind = about.get("message_id"), about.get("reaction", "")
    if not isinstance(message_id, str) or not isinstance(kind, str):
        raise errors.invalid("Param payload[message_id] is required")
    return message_id, (kind or "love") if action == "react" else ""


def check(
    channel: str,
    body: Mapping[str, Any],
    customer: Customer,
    *,
    file: Media | None,
    is_private_reply: bool = False,
) -> Send:
    """
    Return what is sent to a customer, with the file that came along or was fetched from its link.

    No window counts for the private reply to a comment.

    Raises:
        GraphError: Meta would refuse it.
    """
    message = body.get("message")
    if not isinstance(message, dict):
        raise errors.invalid("The parameter message is required")
    kind, text = _content(channel, message)
    if kind in _FILES:
        _check_file(channel, kind, message["attachment"].get("payload"), file)
    _check_window(channel, body, None if is_private_reply else customer)
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
        details={**_offered(message), **_quoted(body)},
    )


def answer(customer: Customer, message_id: str) -> dict[str, Any]:
    """Return the answer to a send."""
    return {"recipient_id": customer.contact, "message_id": message_id}


def _content(channel: str, message: Mapping[str, Any]) -> tuple[str, str]:
    text, attachment = message.get("text"), message.get("attachment")
    if attachment and text:
        raise errors.invalid("Cannot send text and attachment in one message")
    if attachment:
        return _attachment(attachment), _template_text(attachment)
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


def _template_text(attachment: Mapping[str, Any]) -> str:
    """Return the words of a template; all others have none."""
    payload = attachment.get("payload")
    if attachment.get("type") != "template" or not isinstance(payload, dict):
        return ""
    elements = payload.get("elements")
    first = elements[0] if isinstance(elements, list) and elements else {}
    titles = (payload.get("text"), first.get("title") if isinstance(first, dict) else None)
    return next((title for title in titles if isinstance(title, str)), "")


def _offered(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the quick replies or the buttons that a message offers."""
    attachment, replies = message.get("attachment"), message.get("quick_replies", [])
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    buttons = payload.get("buttons", []) if isinstance(payload, dict) else []
    if not isinstance(replies, list) or len(replies) > _MOST_CHOICES:
        raise errors.invalid(f"Param message[quick_replies] has at most {_MOST_CHOICES} entries")
    choices = [
        {"title": str(one["title"]), "payload": str(one.get("payload", "")), "kind": kind}
        for kind, offered in (("quick_reply", replies), ("button", buttons))
        for one in (offered if isinstance(offered, list) else [])
        if isinstance(one, dict) and one.get("title")
    ]
    return {"choices": choices} if choices else {}


def _quoted(body: Mapping[str, Any]) -> dict[str, Any]:
    quoted = body.get("reply_to")
    found = quoted.get("mid") if isinstance(quoted, dict) else None
    return {"reply_to": found} if isinstance(found, str) and found else {}


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


def _check_window(channel: str, body: Mapping[str, Any], customer: Customer | None) -> None:
    kind = body.get("messaging_type", "RESPONSE")  # Instagram's calls may leave it out
    if kind not in _TYPES:
        raise errors.invalid(f"Param messaging_type must be one of {{{', '.join(_TYPES)}}}")
    if kind == "MESSAGE_TAG" and body.get("tag") != _TAG:
        raise errors.invalid("The message tag is missing or no longer supported")
    window = _HUMAN_AGENT_MS if kind == "MESSAGE_TAG" else _DAY_MS
    if customer and ids.now_ms() - customer.last_inbound_at > window:
        raise errors.of_code(channel, 10)
