"""Calls of the application as Meta and a desk make them."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any, Final

from standardwebhooks import Webhook

from infra.local import credentials
from tests.channels import signature
from tests.events import http_request
from tests.fixtures.deployment import WEBHOOK_SECRET, call
from tests.webhooks import Said, entry, webhook

CHANNELS: Final = ("messenger", "instagram", "whatsapp")
CHALLENGE: Final = "1158201444"
SUBSCRIPTION: Final = {
    "hub.mode": "subscribe",
    "hub.verify_token": credentials.VERIFY_TOKEN,
    "hub.challenge": CHALLENGE,
}
UNAVAILABLE: Final = (503, "not accepted, send again")
numbers: Final = itertools.count(1)


def said(*, text: str = "hello", customers: int = 1) -> dict[str, Any]:
    """A webhook of Messenger in which each customer says something that was never said before."""
    account = credentials.PAGE_ID
    each = [Said(account, str(10_000 + n), f"m.{next(numbers)}", text) for n in range(customers)]
    return webhook("messenger", entry("messenger", each))


def encoded(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def post(
    body: bytes | str,
    *,
    channel: str = "messenger",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Post to a channel, signed unless other headers are given."""
    if headers is None:
        assert isinstance(body, bytes)
        headers = {"X-Hub-Signature-256": signature(body, credentials.APP_SECRET)}
    resource = "/webhooks/{channel}"
    parameters = {"channel": channel}
    return call(
        http_request("POST", resource, parameters=parameters, headers=headers, body=body, **more)
    )


def outcome(answer: dict[str, Any]) -> tuple[int, str]:
    return answer["statusCode"], answer["body"]


def handshake(query: dict[str, str], channel: str = "messenger") -> dict[str, Any]:
    event = http_request("GET", "/webhooks/{channel}", parameters={"channel": channel}, query=query)
    return call(event)


REPLY = {"type": "reply.send", "data": {"ticket_id": "7", "comment_id": "1", "text": "hi"}}


def signed_by_desk(
    body: bytes,
    *,
    desk: str = credentials.DESK_ID,
    secret: str = WEBHOOK_SECRET,
    at: datetime | None = None,
) -> dict[str, Any]:
    """Return the event of a desk's webhook, signed as Standard Webhooks say."""
    at = at or datetime.now(UTC)
    id_ = f"msg_{next(numbers)}"
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at, body.decode()),
    }
    return from_desk(body, headers=headers, desk=desk)


def from_desk(
    body: bytes, *, headers: dict[str, str], desk: str = credentials.DESK_ID
) -> dict[str, Any]:
    """Return the event of a desk's webhook with headers that are as they are."""
    return http_request(
        "POST",
        "/helpdesks/{desk}/webhook",
        parameters={"desk": desk},
        headers=headers,
        body=body,
    )
