"""A table and a queue in memory that a test can make fail, or interfere with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from chalicelib.domain.ports import Outgoing
from chalicelib.errors import TransientError
from chalicelib.storage.table import Write
from tests.fakes.queue import MemoryQueue
from tests.fakes.table import MemoryTable


class WatchedTable(MemoryTable):
    """A table that can be down, and lets somebody else in before a write."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self._before: list[tuple[str, Callable[[], object]]] = []

    def before_write(self, prefix: str, action: Callable[[], object]) -> None:
        """Call `action` once, before the next write of a row whose sort key begins so."""
        self._before.append((prefix, action))

    def write(self, writes: Sequence[Write]) -> None:
        """See Table."""
        if self.down:
            raise TransientError("the table is down")
        for planned in list(self._before):
            prefix, action = planned
            if any(write.key[1].startswith(prefix) for write in writes):
                self._before.remove(planned)
                action()
        super().write(writes)


class WatchedQueue(MemoryQueue):
    """
    A queue that can be made to fail, and that tells when to look again.

    It loses what it accepts while `lose` is set, and refuses each entry while `refuse` is.
    """

    lose = False
    refuse = False
    before_send: Callable[[], object] | None = None
    sends = 0

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        """See ports.Queue; `before_send` is called first, if it is set, and `sends` counts."""
        self.sends += 1
        if messages and self.before_send is not None:
            self.before_send()
        if self.refuse:
            return [None] * len(messages)
        return ["lost"] * len(messages) if self.lose else super().send(messages)

    def next_visible(self) -> float:
        """Return when a message that is hidden now will be visible, in ms since the epoch."""
        now = self._clock()
        return min((m.visible_at for m in self._messages if m.visible_at > now), default=math.inf)
