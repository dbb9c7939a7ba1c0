"""What the benches of vendors in memory share: time, mishaps, and the webhooks of a deed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from tests.desks.bench import DESK, NEW, OLD, TOKEN, Headers, Webhook
from tests.desks.mishaps import Mishaps
from tests.fakes.desks.json_api import JsonApi
from tests.fakes.secrets import MemorySecrets


class InMemory:
    """The half of a bench that does not depend on the vendor."""

    def __init__(self, api: Callable[[Callable[[], float]], JsonApi]) -> None:
        self.late = 0.0
        self._api = api(self.clock)
        self.way = Mishaps(self._api)
        self.secrets = MemorySecrets(
            {f"desks/{DESK}": {"webhook_secrets": (NEW, OLD), "api_tokens": (TOKEN,)}}
        )

    def clock(self) -> float:
        """Return the helpdesk's time, in seconds since the epoch."""
        return time.time() + self.late

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        raise NotImplementedError

    def echoes(self) -> Sequence[Webhook]:
        """See Bench."""
        told, self._api.told[:] = list(self._api.told), []
        return [self._posted(body) for body in told]

    def of(self, deed: Callable[[], object]) -> Sequence[Webhook]:
        """Return the webhooks about one deed, and leave what was told before."""
        before, self._api.told = self._api.told, []
        deed()
        told, self._api.told = self._api.told, before
        return [self._posted(body) for body in told]

    def answers_are_cut(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.way.answers_are_cut()

    def fails(
        self, status: int, *, headers: Headers | None = None, done: bool = False, times: int = 1
    ) -> None:
        """See Bench."""
        self.way.fails(status, headers=headers, done=done, times=times)

    def is_down(self) -> AbstractContextManager[None]:
        """See Bench."""
        return self.way.is_down()

    def let_pass(self, seconds: float) -> None:
        """See Bench."""
        self.late += seconds

    def calls(self) -> Sequence[str]:
        """See Bench."""
        return tuple(self.way.calls)

    def _posted(self, body: Mapping[str, object]) -> Webhook:
        content = json.dumps(body).encode()
        return Webhook(content, self.sign(content, secret=NEW))
