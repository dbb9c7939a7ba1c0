"""What every message on Messenger and Instagram says of itself: to whom it goes, and as what."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.domain.contact import AliasKind
from chalicelib.domain.sending import Sending
from chalicelib.errors import Refused
from chalicelib.graph_api.error_codes import NOT_REACHABLE


def recipient(sending: Sending, person: AliasKind) -> Mapping[str, str]:
    """
    Return who gets a message: a person, or whoever wrote a public comment.

    Raises Refused where the contact has no address of this kind.
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies
    """
    if sending.private:
        return {"comment_id": sending.answers}
    known = sending.contact.address(person)
    if known is None:
        raise Refused(NOT_REACHABLE)
    return {"id": known}


def quoted(sending: Sending) -> Mapping[str, Mapping[str, str]]:
    """
    Return which message is quoted, if one is.

    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
    """
    return {"reply_to": {"mid": sending.quotes}} if sending.quotes else {}


def manner(sending: Sending) -> Mapping[str, str]:
    """
    Return as what a message is sent: an answer, or what a person wrote later than answers may be.

    HUMAN_AGENT is the only tag that is left:
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/message-tags
    """
    if sending.human_agent:
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return {"messaging_type": "RESPONSE"}
