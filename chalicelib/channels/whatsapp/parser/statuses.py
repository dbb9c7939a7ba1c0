"""How far messages on WhatsApp have come, and why they failed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.payloads import Failure
from chalicelib.channels.whatsapp.payloads import Status as Receipt
from chalicelib.domain.events import AccountChanged, StatusChanged, UnknownEvent
from chalicelib.domain.message import Status
from chalicelib.graph_api import error_codes, keys
from chalicelib.graph_api.fields import listing, mapping

_CALL: Final = "call"
_DELETED: Final = "deleted"  #: no longer sent, says the platform; a message that we sent is gone
_WORDS: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "sent": Status.SENT,
        "delivered": Status.DELIVERED,
        "read": Status.READ,
        "played": Status.PLAYED,
        "failed": Status.FAILED,
    }
)


def parse(notice: Notice) -> StatusChanged | AccountChanged | UnknownEvent:
    """
    Return how far a message has come; an unlisted status, or one of no message, is unknown.

    That a call rings or a message is deleted is only counted.
    """
    receipt = Receipt.read(notice.item)
    if receipt.type == _CALL:
        return notice.recorded(f"call:{receipt.status or 'other'}")
    if receipt.status == _DELETED:
        return notice.recorded(f"status:{_DELETED}")
    status = _WORDS.get(receipt.status)
    if status is None or not receipt.id:
        return notice.unknown(f"status:{receipt.status or 'other'}")
    participant = receipt.recipient_participant_user_id or receipt.recipient_participant_id
    reason, detail = _failure(notice) if status is Status.FAILED else ("", "")
    return StatusChanged(
        key=notice.key(keys.status(receipt.id, status, participant=participant)),
        account=notice.account,
        message_id=receipt.id,
        status=status,
        occurred_at=notice.occurred_at,
        delivery=receipt.biz_opaque_callback_data,
        reason=reason,
        detail=detail,
        pricing=receipt.pricing.category,
    )


def _failure(notice: Notice) -> tuple[str, str]:
    """Return the reason and the platform's wording of the first error; `other` without any."""
    error = mapping(next(iter(listing(notice.item.get("errors"))), None))
    wording = error_codes.wording(error)
    return error_codes.reason(Failure.read(error).code, message=wording), wording
