"""Wake-ups: they say that a conversation has work to do, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.domain.ports import Outgoing, Queue
from chalicelib.domain.work import Verb
from chalicelib.errors import TransientError
from chalicelib.pipeline.receive import in_batches


class Wake(NamedTuple):
    """Whom to wake."""

    verb: Verb
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wakeups:
    """Sends wake-ups; `queues` has a queue for every verb, `new_id` makes each one unique."""

    queues: Mapping[Verb, Queue]
    new_id: Callable[[], str]

    def send(self, wakes: Collection[Wake]) -> None:
        """
        Wake every conversation once; raise TransientError where one could not be.

        A wake-up too many is harmless, so there is no need to know which ones were sent.
        """
        for verb, queue in self.queues.items():
            wanted = dict.fromkeys(wake.conversation_id for wake in wakes if wake.verb == verb)
            messages = [
                # A repeated deduplication id would be accepted and dropped: each is fresh.
                Outgoing(body=each, group=each, deduplication=self.new_id())
                for each in wanted
            ]
            for batch in in_batches(messages):
                if None in queue.send(batch):
                    raise TransientError("the queue refused a wake-up")
