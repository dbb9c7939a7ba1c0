"""Signs as https://www.standardwebhooks.com asks."""

from __future__ import annotations

from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer


def standard_webhook(body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
    """Return the headers of a webhook with that body, sent now or `at`."""
    at = at or datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret).sign("msg_1", at, body.decode()),
    }
