"""What concerns a page itself, and no conversation: counted, and told to an operator if it must."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.events import AccountChanged
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.payload import Kind, Payload

#: What a template cannot be sent after.
_UNUSABLE: Final = frozenset({"REJECTED", "PAUSED", "DISABLED"})


class TemplateStatus(Payload):
    """What was decided about a template of messages."""

    event: Kind = ""
    status: Kind = ""


def template(notice: Notice, part: object) -> AccountChanged:
    """Return what became of a template; an operator must know if it can be sent no more."""
    told = TemplateStatus.read(part)
    status = (told.event or told.status or "other").upper()
    return notice.about_the_account(f"template:{status}", alarm=status in _UNUSABLE)
