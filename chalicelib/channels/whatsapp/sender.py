"""How a text, a file or a template is sent on WhatsApp, and a read mark shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from chalicelib.channels.whatsapp import people, templates
from chalicelib.domain.contact import AliasKind, Contact
from chalicelib.domain.content import Attachment
from chalicelib.domain.sending import Accepted, Sending, Template
from chalicelib.errors import Refused
from chalicelib.graph_api import media
from chalicelib.graph_api.client import message_id
from chalicelib.graph_api.error_codes import CONTENT, NOT_REACHABLE
from chalicelib.graph_api.fields import listing, mapping, words
from chalicelib.http_client import Form


class _Shown(NamedTuple):
    """How a phone shows a type of file, up to so many bytes; what is larger goes as a document."""

    type: str
    largest: int


_DOCUMENT: Final = "document"
_MB: Final = 1024 * 1024
_IMAGE: Final = _Shown("image", 5 * _MB)
_VIDEO: Final = _Shown("video", 16 * _MB)
_AUDIO: Final = _Shown("audio", 16 * _MB)

# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
_SHOWN: Final[Mapping[str, _Shown]] = MappingProxyType(
    dict.fromkeys(("image/jpeg", "image/png"), _IMAGE)
    | dict.fromkeys(("video/mp4", "video/3gpp"), _VIDEO)
    | dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), _AUDIO)
)
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_UPLOADED: Final = frozenset(
    {
        *_SHOWN,
        "audio/opus",
        "image/webp",
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        f"{_OFFICE}wordprocessingml.document",
        f"{_OFFICE}spreadsheetml.sheet",
        f"{_OFFICE}presentationml.presentation",
    }
)


def message(sending: Sending) -> Mapping[str, Any]:
    """
    Return the body of the call that sends a text; the reference comes back in each status.

    Raises Refused where the contact has no address here. No limit of length is enforced: WhatsApp
    knows its own, and says so.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """
    content = {"body": words(sending.text), "preview_url": False}
    return _message(address(sending.contact), "text", content, sending)


def template_message(sending: Sending, template: Template) -> Mapping[str, Any]:
    """Return the body of the call that sends a template; raise Refused as `message` does."""
    content = templates.content(template)
    return _message(address(sending.contact), "template", content, replace(sending, quotes=""))


def read_mark(message_id: str) -> Mapping[str, Any]:
    """
    Return the body of the call that shows a message as read, and that somebody is typing.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators
    """
    return {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": message_id,
        "typing_indicator": {"type": "text"},
    }


def upload(file: Attachment) -> Form | None:
    """
    Return the form that uploads a file, None where WhatsApp takes no uploads of its type.

    Raises Refused where such a file has no link either, from which it could be fetched.
    """
    if media.kind_of(file) not in _UPLOADED:
        if not file.link:
            raise Refused(CONTENT)
        return None
    part = media.upload("file", file)
    return Form(fields={"messaging_product": "whatsapp", "type": part.mime}, files=[part])


def file_message(
    to: Mapping[str, str], file: Attachment, source: Mapping[str, str], sending: Sending
) -> Mapping[str, Any]:
    """
    Return the body of the call that sends a file.

    `to` is an `address`; `source` is the `id` of the upload or the `link` it can be fetched from.
    """
    shown = _SHOWN.get(media.kind_of(file))
    if shown and len(file.content) <= shown.largest:
        return _message(to, shown.type, source, sending)
    content = {**source, "filename": media.name_of(file)}
    return _message(to, _DOCUMENT, content, sending)


def sent(answer: Mapping[str, Any]) -> Accepted:
    """
    Return what was sent, and the names of the sole person whom the answer names.

    Raises AmbiguousError where it names no message.
    """
    first = next(iter(listing(answer.get("messages"))), None)
    contacts = listing(answer.get("contacts"))
    names = people.aliases({}, mapping(contacts[0])) if len(contacts) == 1 else ()
    return Accepted(id=message_id(mapping(first).get("id")), names=names)


def address(contact: Contact) -> Mapping[str, str]:
    """Return the fields that name the recipient; raise Refused where the contact has no address."""
    # Never a business-scoped id in `to`: it is accepted, given an id, and silently dropped. With
    # both, `to` would win anyway.
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
    number = contact.address(AliasKind.PHONE)
    if number is not None:
        return {"to": f"+{number}"}
    scoped = contact.address(AliasKind.BSUID)
    if scoped is None:
        raise Refused(NOT_REACHABLE)
    return {"recipient": scoped}


def _message(
    to: Mapping[str, str], kind: str, content: Mapping[str, Any], sending: Sending
) -> Mapping[str, Any]:
    """
    Return the body of the call that sends a content, with the message that it quotes.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/contextual-replies
    """
    quoted = {"context": {"message_id": sending.quotes}} if sending.quotes else {}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **to,
        **quoted,
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": sending.reference,
    }
