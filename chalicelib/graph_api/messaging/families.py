"""The families of events that Messenger and Instagram have in common, by the key they stand under."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chalicelib.graph_api.messaging import (
    edits,
    forms,
    handovers,
    optins,
    policy,
    postbacks,
    reactions,
    receipts,
    referrals,
)
from chalicelib.graph_api.messaging.dispatch import Family

COMMON: Final[Mapping[str, Family]] = MappingProxyType(
    {
        "message_edit": edits.edited,
        "reaction": reactions.reacted,
        "postback": postbacks.pressed,
        "referral": referrals.referred,
        "optin": optins.opted_in,
        "response_feedback": forms.rated,
        "pass_thread_control": handovers.passed,
        "take_thread_control": handovers.taken,
        "request_thread_control": handovers.asked,
        "app_roles": handovers.roles,
        "policy_enforcement": policy.enforced,
        # As it is really spelled, against the documentation.
        "policy-enforcement": policy.enforced,
        "delivery": receipts.delivered,
        "read": receipts.read,
    }
)
