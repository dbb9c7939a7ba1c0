"""How a text is sent on Instagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.contact import AliasKind, Contact
from chalicelib.errors import Refused
from chalicelib.graph_api.client import message_id
from chalicelib.graph_api.error_codes import NOT_REACHABLE
from chalicelib.graph_api.fields import words


def message(contact: Contact, text: str) -> Mapping[str, Any]:
    """
    Return the body of the call; Instagram gives no reference back, so none is sent.

    Raises Refused where the contact has no address here. No limit of length is enforced: Instagram
    knows its own, and says so.
    https://developers.facebook.com/documentation/business-messaging/instagram-messaging
    """
    recipient = contact.address(AliasKind.IGSID)
    if recipient is None:
        raise Refused(NOT_REACHABLE)
    return {"recipient": {"id": recipient}, "message": {"text": words(text)}}


def sent(answer: Mapping[str, Any]) -> str:
    """Return the id of the message; raise AmbiguousError where the answer names none."""
    return message_id(answer.get("message_id"))
