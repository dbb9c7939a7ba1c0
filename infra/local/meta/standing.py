"""How the business's accounts stand with Meta: tokens, permissions, subscriptions, and orders for them."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from infra.local import credentials
from infra.local.meta import errors
from infra.local.meta.accounts import INSTAGRAM, MESSENGER, WHATSAPP
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.orders import parse_channel

_SCOPES: Final = (
    "pages_messaging",
    "pages_manage_metadata",
    "pages_show_list",
    "instagram_basic",
    "instagram_manage_messages",
    "whatsapp_business_messaging",
    "whatsapp_business_management",
)
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    MESSENGER: (
        *("messages", "message_echoes", "message_deliveries", "message_reads"),
        *("messaging_postbacks", "message_edits", "message_reactions", "messaging_referrals"),
        *("messaging_optins", "messaging_handovers", "standby", "messaging_policy_enforcement"),
        *("feed", "mention", "ratings"),
    ),
    INSTAGRAM: (
        *("messages", "messaging_postbacks", "messaging_seen", "message_reactions"),
        *("messaging_referral", "messaging_optins", "messaging_handover", "standby"),
        *("comments", "live_comments", "mentions"),
    ),
    WHATSAPP: (),
}
_RENEWED: Final = 60 * 24 * 3600  #: seconds that a renewed token is good for
_TOKEN: Final = re.compile(rf"{re.escape(credentials.ACCESS_TOKEN)}(-renewed-[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """
    How the business's token stands: whether it is good, and what it may do.

    `ends` is when it will not be good any more, in seconds since the epoch, 0 for never.
    """

    valid: bool = True
    ends: int = 0
    scopes: tuple[str, ...] = _SCOPES

    @property
    def is_good(self) -> bool:
        """Return whether calls with it are answered."""
        return self.valid and not 0 < self.ends <= time.time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    How one account stands.

    Without `subscribed` the application is told nothing of it. `used` is how much of the calls per
    hour were made, in percent.
    """

    subscribed: bool = True
    fields: tuple[str, ...] = ()
    quality: str = "GREEN"
    used: int = 1


class Standings:
    """The token's and all accounts', as long as the process lives: well until ordered otherwise."""

    def __init__(self) -> None:
        self._renewals = 0
        self.clear()

    def of(self, channel: str) -> Standing:
        """Return how a channel's account stands."""
        return self._of[channel]

    def clear(self) -> None:
        """Let all stand well again."""
        self.token = Token()
        self._of = {channel: Standing(fields=names) for channel, names in _FIELDS.items()}

    def order(self, body: Mapping[str, Any]) -> None:
        """
        Change how a channel's account stands, by the names of Standing; without one the token.

        Raises:
            InvalidOrder: a field is unknown or wrong.
        """
        if "channel" not in body:
            self.token = replace(self.token, **_values(Token(), body))
            return
        channel = parse_channel(body)
        asked = {key: value for key, value in body.items() if key != "channel"}
        self._of[channel] = replace(self._of[channel], **_values(Standing(), asked))

    def subscribe(self, channel: str, subscribed: str) -> None:
        """Subscribe a channel's account to fields, whose names stand between commas."""
        names = tuple(filter(None, subscribed.split(",")))
        if channel != WHATSAPP and not names:
            raise errors.invalid("The parameter subscribed_fields is required.")
        if unknown := set(names) - set(_FIELDS[channel]):
            raise errors.invalid(
                f"Param subscribed_fields[0] must be one of {{…}} - got {', '.join(sorted(unknown))}"
            )
        self._of[channel] = replace(self._of[channel], subscribed=True, fields=names)

    def unsubscribe(self, channel: str) -> None:
        """Tell the application nothing more of a channel's account."""
        self._of[channel] = replace(self._of[channel], subscribed=False, fields=())

    def renew(self) -> Mapping[str, Any]:
        """Answer `GET /refresh_access_token`."""
        self._renewals += 1
        return {
            "access_token": f"{credentials.ACCESS_TOKEN}-renewed-{self._renewals}",
            "token_type": "bearer",
            "expires_in": _RENEWED,
        }

    def debugged(self) -> Mapping[str, Any]:
        """Answer `GET /debug_token`."""
        data: dict[str, Any] = {
            "app_id": credentials.APP_ID,
            "type": "PAGE",
            "application": "The shop",
            "is_valid": self.token.is_good,
            "scopes": list(self.token.scopes),
            "expires_at": self.token.ends,
            "data_access_expires_at": 0,
        }
        if not self.token.is_good:
            data["error"] = {"code": 190, "message": "The session has been invalidated"}
        return {"data": data}


def is_token(text: str) -> bool:
    """Return whether a token is the business's: the one it began with, or one that was renewed."""
    return _TOKEN.fullmatch(text) is not None


def _values(known: Token | Standing, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was ordered as fields of what it is ordered for; raise InvalidOrder."""
    values = {}
    for key, value in asked.items():
        if key not in {field.name for field in fields(known)}:
            raise InvalidOrder(f"unknown field: {key}")
        default = getattr(known, key)
        expected = list if isinstance(default, tuple) else type(default)
        if type(value) is not expected:
            raise InvalidOrder(f"{key} is a {expected.__name__}")
        values[key] = tuple(map(str, value)) if isinstance(value, list) else value
    return values
