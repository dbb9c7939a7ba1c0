"""
Conversations that change hands between applications.

A webhook of a handover goes to the application that it concerns: that a conversation is passed is
told to who gets it, that it is taken to who loses it. So a pass is to us, and a take is from us,
without knowing which application we are; only Meta's own inboxes are known by their ids, and
what is passed to one of them is not ours. Should that once be wrong, the next message puts it
right: it comes as a message to who holds the conversation, and in standby to who does not.
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_handovers
"""

from __future__ import annotations

from typing import Final

from chalicelib.domain.events import AccountChanged, ControlChanged, Noticed, UnknownEvent
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Handover

#: Who holds a conversation, where the platform does not say.
_SOMEBODY: Final = "other"
#: The inboxes of pages and of Instagram accounts.
_INBOXES: Final = frozenset({"263902037430900", "26390203743090", "1217981644879628"})


def passed(notice: Notice, part: object) -> ControlChanged | UnknownEvent:
    """Return that a conversation was given to us, or to one of Meta's inboxes."""
    handover = Handover.read(part)
    to = handover.new_owner_app_id
    return _changed(notice, owner=to if to in _INBOXES else "", summary=handover.metadata)


def taken(notice: Notice, part: object) -> ControlChanged | UnknownEvent:
    """Return that another application took a conversation."""
    return _changed(notice, owner=Handover.read(part).new_owner_app_id or _SOMEBODY)


def asked(notice: Notice, part: object) -> Noticed | UnknownEvent:
    """Return that another application asks for a conversation that we hold."""
    owner = Handover.read(part).requested_owner_app_id or _SOMEBODY
    return notice.news("control_asked", {"owner": owner})


def roles(notice: Notice, part: object) -> AccountChanged:
    """Return that the applications of an account have other roles from now on."""
    del part  # none of the applications is known to be ours
    return notice.about_the_account("app_roles")


def _changed(notice: Notice, *, owner: str, summary: str = "") -> ControlChanged | UnknownEvent:
    if not notice.customer:
        return notice.unknown("handover_of_nobody")
    return ControlChanged(
        key=notice.raw_key,
        account=notice.account,
        contact=notice.contact,
        owner=owner,
        occurred_at=notice.occurred_at,
        summary=summary,
    )
