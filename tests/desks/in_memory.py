"""What the benches of vendors in memory share: time, mishaps, and the webhooks of a deed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from chalicelib.domain.account import Desk
from tests.desks.bench import DESK, NEW, OLD, TOKEN, SeenEntry, Webhook
from tests.desks.mishaps import Mishappening, Mishaps
from tests.fakes.desks.vendor import Told, Vendor
from tests.fakes.secrets import MemorySecrets


class InMemory(Mishappening):
    """
    The half of a bench, and of a desk of the storm, that does not depend on the vendor.

    What goes wrong with writes does so with those whose address has `seen_at` in it.
    """

    seen_at = ""
    desk: Desk

    def __init__(self, vendor: Vendor, *, desk: Desk) -> None:
        self.desk = desk
        self.behind = vendor
        self.mishaps = Mishaps(vendor, is_seen=lambda url: self.seen_at in url)
        self.secrets = MemorySecrets(
            {f"desks/{DESK}": {"webhook_secrets": (NEW, OLD), "api_tokens": (TOKEN,)}}
        )
        self.wrote: Callable[[str, SeenEntry], None] = lambda ticket_id, entry: None
        vendor.wrote = self._wrote

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        raise NotImplementedError

    def seen(self, ticket: Any, entry: Any) -> SeenEntry | None:
        """Return an entry of a vendor's ticket as agents see it; None for what they do not."""
        raise NotImplementedError

    def echoes(self) -> Sequence[Webhook]:
        """See Bench."""
        return self.news()

    def news(self) -> Sequence[Webhook]:
        """See Played."""
        told, self.behind.told = self.behind.told, []
        return [self._posted(each) for each in told]

    def of(self, deed: Callable[[], object]) -> Sequence[Webhook]:
        """Return the webhooks about one deed, and leave what was told before."""
        before, self.behind.told = self.behind.told, []
        deed()
        told, self.behind.told = self.behind.told, before
        return [self._posted(each) for each in told]

    def let_pass(self, seconds: float) -> None:
        """See Bench."""
        now = self.behind.now
        self.behind.now = lambda: now() + seconds

    def _posted(self, told: Told) -> Webhook:
        content = json.dumps(told.body).encode()
        return Webhook(content, self.sign(content, secret=NEW), told.at)

    def _wrote(self, ticket: Any, entry: Any) -> None:
        seen = self.seen(ticket, entry)
        if seen is not None:
            self.wrote(str(ticket.id), seen)
