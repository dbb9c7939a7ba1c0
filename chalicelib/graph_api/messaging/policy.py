"""What the platform does to an account because of its rules."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.events import AccountChanged
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.messaging.payloads import Policy

_LIFTED: Final = "unblock"


def enforced(notice: Notice, part: object) -> AccountChanged:
    """Return that an account was warned or blocked, which an operator must see, or unblocked."""
    action = Policy.read(part).action
    return notice.about_the_account(f"policy:{action or 'other'}", alarm=action != _LIFTED)
