"""Who answers a customer on WhatsApp: we, or another application."""

from __future__ import annotations

from typing import Final

from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.payloads import Control
from chalicelib.domain.events import AccountChanged, ControlChanged
from chalicelib.graph_api.fields import kind, mapping

_PASSED, _TAKEN = "control_passed", "control_taken"
_HUMANS: Final = "escalation"  #: the role of the application in which people answer: ours
_SOMEBODY: Final = "other"


def parse(notice: Notice) -> ControlChanged | AccountChanged:
    """
    Return who holds a conversation now, and what the one before wrote down for us.

    The new owner's role decides: `escalation` is where people answer, and that is here; every
    other one is somebody else. Where no role is told, the one that had it goes by opposites, and
    where that is not told either, control is passed *to* us and taken *from* us. An owner that is
    not us is called by the id of its application, else by its role.
    """
    told = kind(notice.item.get("type"), otherwise="")
    step = next((word for word in (told, _PASSED, _TAKEN) if word in notice.item), told)
    if not notice.aliases or step not in (_PASSED, _TAKEN):
        return notice.recorded(f"messaging_handovers:{step or 'other'}")
    control = Control.read(mapping(notice.item.get(step)))
    ours = _is_ours(control, step)
    owner = control.new_owner_app_id or control.new_owner_role or _SOMEBODY
    return ControlChanged(
        key=notice.raw_key,
        account=notice.account,
        contact=notice.contact,
        owner="" if ours else owner,
        summary=control.conversation_context.summary.text,
        occurred_at=notice.occurred_at,
    )


def _is_ours(control: Control, step: str) -> bool:
    if control.new_owner_role:
        return control.new_owner_role == _HUMANS
    if control.previous_owner_role:
        return control.previous_owner_role != _HUMANS
    return step == _PASSED
