"""What a page must have so that its messages come and go; docs/channels/messenger.md says why."""

from __future__ import annotations

from typing import Final

from chalicelib.graph_api.onboarding import Demands

DEMANDS: Final = Demands(
    permissions=("pages_messaging", "pages_manage_metadata"),
    fields=(
        "messages",
        "message_echoes",
        "message_deliveries",
        "message_reads",
        "messaging_postbacks",
        "message_edits",
        "message_reactions",
        "messaging_referrals",
        "messaging_optins",
        "messaging_handovers",
        "standby",
        "messaging_policy_enforcement",
    ),
    more=("feed", "mention"),
)
