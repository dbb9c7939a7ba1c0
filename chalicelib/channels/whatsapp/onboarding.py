"""What a WhatsApp number must have; docs/channels/whatsapp.md says why."""

from __future__ import annotations

from typing import Final

from chalicelib.domain.account import Account
from chalicelib.domain.standing import Finding, green, red
from chalicelib.errors import TransientError
from chalicelib.graph_api.client import Graph
from chalicelib.graph_api.fields import words
from chalicelib.graph_api.onboarding import LIMITS, Connect, Demands, MetaOnboarding, told_by

#: Fields are chosen in the app's dashboard: a business account is subscribed, or it is not.
DEMANDS: Final = Demands(
    permissions=("whatsapp_business_messaging", "whatsapp_business_management")
)
_BUSINESS: Final = "business_id"
_ASKED: Final = ("quality_rating", "messaging_limit_tier", "status")
_GOOD_STATES: Final = ("", "CONNECTED")


class WhatsAppOnboarding(MetaOnboarding):
    """Subscribes the business account that a number belongs to, and looks at the number's quality."""

    def __init__(self, connect: Connect) -> None:
        super().__init__(connect, DEMANDS)

    def subscribed(self, account: Account) -> str:
        """Return the business account; raise TransientError where the option is missing."""
        business = account.options.get(_BUSINESS, "")
        if not business:
            raise TransientError(f"the account's option '{_BUSINESS}' is missing")
        return business

    def _of_limits(self, graph: Graph, token: str, account: Account) -> Finding:
        told = told_by(graph.read(account.node, {"fields": ",".join(_ASKED)}, token=token))
        quality, limit, state = (words(told.get(name)) for name in _ASKED)
        said = ", ".join(
            f"{name} {value}"
            for name, value in (("quality", quality), ("limit", limit), ("state", state))
            if value
        )
        if state not in _GOOD_STATES:
            return red(LIMITS, said, "look at the number in WhatsApp Manager")
        if quality == "RED":
            return red(LIMITS, said, "send less that people did not ask for: Meta will limit it")
        return green(LIMITS, said or "Meta names none")
