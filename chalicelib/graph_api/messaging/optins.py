"""To what customers agree, and what they no longer want."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.events import ConsentChanged, Noticed, UnknownEvent
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import OptIn

# https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_optins
_STOPPED: Final = "STOP_NOTIFICATIONS"
_RESUMED: Final = "RESUME_NOTIFICATIONS"


def opted_in(notice: Notice, part: object) -> ConsentChanged | Noticed | UnknownEvent:
    """Return that a customer stopped or resumed messages, or asked to be told about something."""
    opt_in = OptIn.read(part)
    status = opt_in.notification_messages_status
    if status in (_STOPPED, _RESUMED) and notice.customer:
        return ConsentChanged(
            key=notice.raw_key,
            account=notice.account,
            contact=notice.contact,
            opted_out=status == _STOPPED,
            occurred_at=notice.occurred_at,
        )
    # A visitor of a web page is named by the plugin's own reference until they answer.
    what = opt_in.title or opt_in.ref or opt_in.payload or opt_in.type
    return notice.news("opted_in_for", {"what": what or "?"})
