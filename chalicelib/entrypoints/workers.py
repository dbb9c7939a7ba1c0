"""The queue side: each worker takes a batch of a queue's messages and reports which ones failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, SQSEvent

from chalicelib import bootstrap, bootstrap_rare
from chalicelib.entrypoints import priming

if TYPE_CHECKING:
    from chalicelib.domain.work import Verb

workers = Blueprint(__name__)

_BATCH = 10

Answer = dict[str, Any]
"""Lambda's partial batch response."""


@workers.on_sqs_message(queue="intake.fifo", batch_size=_BATCH, name="ingest")
def ingest(event: SQSEvent) -> Answer:
    """Ingest the envelopes of the intake queue."""
    from chalicelib.entrypoints import batches

    ingester = bootstrap.ingester()
    return batches.in_order(
        event,
        bootstrap.intake(),
        lambda record: ingester.ingest(record.body, message_id=record.message_id),
    )


@workers.on_sqs_message(queue="forward.fifo", batch_size=_BATCH, name="forward")
def forward(event: SQSEvent) -> Answer:
    """Forward what the conversations woken have open."""
    from chalicelib.domain.work import Verb
    from chalicelib.entrypoints import batches

    queue = bootstrap.wake_queue(Verb.FORWARD)
    return batches.drained(event, queue, bootstrap.forwarder().forward)


@workers.on_sqs_message(queue="deliver.fifo", batch_size=_BATCH, name="deliver")
def deliver(event: SQSEvent) -> Answer:
    """Deliver what the conversations woken have open."""
    from chalicelib.domain.work import Verb
    from chalicelib.entrypoints import batches

    queue = bootstrap.wake_queue(Verb.DELIVER)
    return batches.drained(event, queue, bootstrap.deliverer().deliver)


@workers.on_sqs_message(queue="intake-dead.fifo", batch_size=_BATCH, name="dead_intake")
def dead_intake(event: SQSEvent) -> Answer:
    """Park the items of envelopes that failed again and again: a bug, not a routine."""
    from chalicelib.entrypoints import batches

    ingester = bootstrap.ingester()
    return batches.in_order(
        event,
        None,
        lambda record: ingester.park(record.body, message_id=record.message_id),
    )


@workers.on_sqs_message(queue="forward-dead.fifo", batch_size=_BATCH, name="dead_forward")
def dead_forward(event: SQSEvent) -> Answer:
    """Put off the work of wake-ups that failed again and again."""
    from chalicelib.domain.work import Verb

    return _dead_wakeups(event, Verb.FORWARD)


@workers.on_sqs_message(queue="deliver-dead.fifo", batch_size=_BATCH, name="dead_deliver")
def dead_deliver(event: SQSEvent) -> Answer:
    """Put off the work of wake-ups that failed again and again."""
    from chalicelib.domain.work import Verb

    return _dead_wakeups(event, Verb.DELIVER)


def _dead_wakeups(event: SQSEvent, verb: Verb) -> Answer:
    from chalicelib.entrypoints import batches

    sweeper = bootstrap_rare.sweeper()
    return batches.in_order(event, None, lambda record: sweeper.put_off(record.body, verb))


# The last step of every start: `app` imports this module, too.
priming.prime()
