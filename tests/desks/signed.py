"""Signs as https://www.standardwebhooks.com asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook as Signer


def standard_webhook(body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
    """Return the headers of a webhook with that body, sent now or `at`."""
    at = at or datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret).sign("msg_1", at, body.decode()),
    }


class Signing:
    """What of Bench a bench does whose desk signs as Standard Webhooks and speaks our own words."""

    __slots__ = ()

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        return standard_webhook(body, secret=secret, at=at)

    def webhook(self, **said: Any) -> Mapping[str, Any]:
        """See Bench."""
        return {"type": "reply.send", "data": said}
