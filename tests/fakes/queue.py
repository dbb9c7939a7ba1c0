"""The Queue port in memory, with the semantics of SQS FIFO on a virtual clock."""

from __future__ import annotations

import itertools
import math
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.domain.ports import Delivered, Outgoing
from chalicelib.errors import TransientError
from tests.fakes.clock import VirtualClock

MOST_ENTRIES: Final = 10
MOST_BYTES: Final = 256 * 1024
DEDUPLICATION_SECONDS: Final = 5 * 60

# What SQS takes as a group or deduplication id, and refuses inside a body:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_ID: Final = re.compile(r"[!-~]{1,128}")
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True, kw_only=True)
class _Message:
    id: str
    body: str
    group: str
    receipt: str = ""
    receives: int = 0
    visible_at: int = 0


class MemoryQueue:
    """
    A FIFO queue in memory; may be used by several threads.

    Times are the clock's, except that `receive` waits in real seconds, woken by whatever may have
    made a message visible. A message that was received `most_receives` times goes to `dead_letters`
    (or away) instead of being received again. Deduplication is per group. While `down` is set,
    every call raises TransientError.
    """

    def __init__(
        self,
        clock: VirtualClock,
        *,
        visibility: float = 30.0,
        most_receives: int | None = None,
        dead_letters: MemoryQueue | None = None,
    ) -> None:
        self.down = False
        self._clock = clock
        self._visibility = visibility
        self._most_receives = most_receives
        self._dead_letters = dead_letters
        self._messages: list[_Message] = []
        self._sent: dict[tuple[str, str], tuple[str, int]] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        clock.on_advance(self._wake)

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        """Send messages; one that SQS would refuse is None, a batch it would refuse raises."""
        self._up()
        if len(messages) > MOST_ENTRIES:
            raise TransientError("more than 10 messages in a batch")
        if sum(len(message.body.encode()) for message in messages) > MOST_BYTES:
            raise TransientError("more than 256 KiB in a batch")
        with self._changed:
            ids = [self._accepted(message) for message in messages]
            self._changed.notify_all()
        return ids

    def receive(self, *, most: int, wait: float) -> list[Delivered]:
        """Return messages of groups that have none in flight, waiting real seconds for the first."""
        self._up()
        deadline = time.monotonic() + wait
        with self._changed:
            while not (taken := self._take(most)):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
        return taken

    def delete(self, receipt: str) -> None:
        """Take a message off; raise TransientError where its receipt is no longer good."""
        self._up()
        with self._changed:
            self._messages.remove(self._in_flight(receipt))
            self._changed.notify_all()

    def defer(self, receipt: str, seconds: float) -> None:
        """Hide a message, in whole seconds; raise TransientError where the receipt is not good."""
        self._up()
        with self._changed:
            self._in_flight(receipt).visible_at = self._clock() + math.ceil(seconds) * 1000
            self._changed.notify_all()

    def depth(self) -> int:
        """Return how many messages there are, received ones included."""
        self._up()
        with self._changed:
            return len(self._messages)

    def _up(self) -> None:
        if self.down:
            raise TransientError("the queue is down")

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _accepted(self, message: Outgoing) -> str | None:
        ids = (message.group, message.deduplication)
        if not message.body or _FORBIDDEN.search(message.body):
            return None
        if not all(_ID.fullmatch(id_) for id_ in ids):
            return None
        first, until = self._sent.get(ids, ("", 0))
        if until > self._clock():
            return first
        accepted = _Message(
            id=f"message-{next(self._numbers)}", body=message.body, group=message.group
        )
        self._messages.append(accepted)
        self._sent[ids] = (accepted.id, self._clock() + DEDUPLICATION_SECONDS * 1000)
        return accepted.id

    def _take(self, most: int) -> list[Delivered]:
        self._bury()
        now = self._clock()
        hidden = {message.group for message in self._messages if message.visible_at > now}
        taken = [message for message in self._messages if message.group not in hidden][:most]
        for message in taken:
            message.receives += 1
            message.receipt = f"receipt-{next(self._numbers)}"
            message.visible_at = now + round(self._visibility * 1000)
        return [
            Delivered(id=m.id, body=m.body, group=m.group, receipt=m.receipt, receives=m.receives)
            for m in taken
        ]

    def _bury(self) -> None:
        """Move away what is visible and was received too often."""
        if self._most_receives is None:
            return
        now, most = self._clock(), self._most_receives
        dead = [m for m in self._messages if m.visible_at <= now and m.receives >= most]
        self._messages = [message for message in self._messages if message not in dead]
        if self._dead_letters is not None:
            self._dead_letters.take_over(dead)

    def take_over(self, dead: Sequence[_Message]) -> None:
        """Append what another queue gave up on."""
        with self._changed:
            self._messages += dead
            self._changed.notify_all()

    def _in_flight(self, receipt: str) -> _Message:
        now = self._clock()
        for message in self._messages:
            if message.receipt == receipt and message.visible_at > now:
                return message
        raise TransientError("the receipt is not good, or no longer")
