"""Calls on WhatsApp, which nobody here can answer."""

from __future__ import annotations

from typing import Final

from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.payloads import Call
from chalicelib.domain.events import AccountChanged, Noticed
from chalicelib.graph_api import keys

_BEGINS, _ENDS = "connect", "terminate"
_OURS: Final = "BUSINESS_INITIATED"


def parse(notice: Notice) -> Noticed | AccountChanged:
    """Return that a customer called or how a call ended; other steps are only counted."""
    call = Call.read(notice.item)
    ended = call.event == _ENDS
    if not notice.aliases or not (ended or (call.event == _BEGINS and call.direction != _OURS)):
        return notice.recorded(f"call:{call.event or 'other'}")
    length = f"{call.duration} s" if call.duration else ""
    how = ", ".join(text for text in (call.status or call.event, length) if text)
    return Noticed(
        key=notice.key(keys.call(call.id, call.event)) if call.id else notice.raw_key,
        account=notice.account,
        contact=notice.contact,
        word="call" if ended else "missed_call",
        values={"what": how} if ended else {},
        occurred_at=notice.occurred_at,
    )
