"""What the contract's tests share: every helpdesk there is, opened as a desk of a test."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from hypothesis import strategies as st
from standardwebhooks import Webhook

from chalicelib import registry
from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk, Secrets
from tests.fakes.desks import zendesk_api
from tests.fakes.secrets import MemorySecrets

OLD, NEW, OTHER = (f"whsec_{digit * 32}" for digit in "123")
RECEIVED_AT = 1763600000000
CHARACTERS = st.characters(exclude_categories=[])  #: all there are, halves of pairs included

Headers = dict[str, str]
Sign = Callable[..., Headers]


def standard_webhook(body: bytes, *, secret: str, at: datetime | None = None) -> Headers:
    """Sign as https://www.standardwebhooks.com asks."""
    at = at or datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }


#: How each helpdesk signs, and the options its desk needs: the one thing to add for a new one.
SIGNERS: Mapping[str, Sign] = {
    "django_helpdesk": standard_webhook,
    "zendesk": zendesk_api.sign,
}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "django_helpdesk": {"queue": "1"},
    "zendesk": {"email": "bridge@example.com", "agent": "11"},
}


def full_secrets() -> MemorySecrets:
    """Return the secrets of the desk `d`."""
    return MemorySecrets({"desks/d": {"webhook_secrets": (NEW, OLD), "api_tokens": ("t",)}})


def open_helpdesk(name: str, *, secrets: Secrets, desk: str = "d") -> Helpdesk:
    """Return a helpdesk at an address where nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    row = Desk(id=desk, helpdesk=name, url=url, options=OPTIONS[name])
    return registry.helpdesk(row, secrets=secrets)
