"""How a text is sent on WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.domain.contact import AliasKind, Contact
from chalicelib.errors import Refused
from chalicelib.graph_api.client import message_id
from chalicelib.graph_api.error_codes import NOT_REACHABLE
from chalicelib.graph_api.fields import listing, mapping, words


def message(contact: Contact, text: str, reference: str) -> Mapping[str, Any]:
    """
    Return the body of the call; `reference` comes back in each status.

    Raises Refused where the contact has no address here. No limit of length is enforced: WhatsApp
    knows its own, and says so.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_address(contact),
        "type": "text",
        "text": {"body": words(text), "preview_url": False},
        "biz_opaque_callback_data": reference,
    }


def sent(answer: Mapping[str, Any]) -> str:
    """Return the id of the message; raise AmbiguousError where the answer names none."""
    first = next(iter(listing(answer.get("messages"))), None)
    return message_id(mapping(first).get("id"))


def _address(contact: Contact) -> Mapping[str, str]:
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
