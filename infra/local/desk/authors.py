"""The bridge writes for the customer, and the ticket page says so."""

from __future__ import annotations

from typing import Any

from helpdesk.models import FollowUp

from infra.local.credentials import DESK_BRIDGE


def is_from_submitter(followup: Any) -> bool:
    """
    Return whether a comment came from outside: the bridge's did.

    django-helpdesk goes by rights: its API is open to staff only, and staff are agents, so every
    customer's message would be shown as one "to submitter".
    """
    return followup.user is not None and followup.user.get_username() == DESK_BRIDGE


def install() -> None:
    """Decide the direction of comments by `is_from_submitter`; there is no setting for it."""
    FollowUp.is_from_submitter = property(is_from_submitter)
