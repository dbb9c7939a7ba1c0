"""Batches of queue messages: handled in order, answered with what failed, shown again in time."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from chalice.app import SQSEvent

from chalicelib import bootstrap
from chalicelib.domain.ports import Delivered, Queue
from chalicelib.errors import ScriptaError, TransientError
from chalicelib.pipeline.drain import SHORT_WAITS, TimeLeft, Wait

_MS = 1000.0
_LEAST_TIME = 30.0  #: seconds that ingesting a message may need: its files and a slow table

Each = Callable[[Delivered], None]


class Drain(Protocol):
    """Works off a conversation, as forward and deliver do."""

    def __call__(self, conversation_id: str, *, time_left: TimeLeft) -> Wait | None:
        """Return how long to wait until it is woken again, None when it can rest."""
        ...


class _Again(TransientError):
    """A wake-up that is to be shown again after `retry_after` seconds: nothing went wrong."""


def drained(event: SQSEvent, queue: Queue, drain: Drain) -> dict[str, Any]:
    """Drain every conversation woken by a batch, and return Lambda's partial batch response."""
    time_left = _time_left(event)
    drained: set[str] = set()

    def each(record: Delivered) -> None:
        # A batch's second wake-up of a conversation is done for, however the first one went:
        # what it announces was there for the first, and that one comes again if it must. Left on
        # the queue it would hold up its group until its visibility time-out.
        if record.body in drained:
            return
        drained.add(record.body)
        wait = drain(record.body, time_left=time_left)
        if wait is not None:
            raise _Again("later", retry_after=wait.seconds)

    return _answer(event, queue, each)


def in_order(event: SQSEvent, queue: Queue | None, each: Each) -> dict[str, Any]:
    """
    Handle a batch message by message and return Lambda's partial batch response.

    After the first failure of a group its later messages count as failed too, or they would
    overtake it. Without a queue what failed is shown again when its visibility time-out ends.
    """
    time_left = _time_left(event)

    def in_time(record: Delivered) -> None:
        # A process that is ended in the middle burns the receive counts of all that is behind.
        if time_left() < _LEAST_TIME:
            raise _Again("another process has more time", retry_after=0.0)
        each(record)

    return _answer(event, queue, in_time, in_groups=True)


def _answer(
    event: SQSEvent, queue: Queue | None, each: Each, *, in_groups: bool = False
) -> dict[str, Any]:
    """
    Handle each message, have the queue show again within seconds what failed, and report it.

    `in_groups` says that behind a failure the rest of its group fails untried. Raises
    TransientError where the event source takes no partial failures and there was one:
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    failed: list[Delivered] = []
    held_up: set[str] = set()
    waits: dict[str, float] = {}
    for record in map(_delivered, event.to_dict()["Records"]):
        if in_groups and record.group in held_up:
            failed.append(record)
            continue
        try:
            each(record)
        except Exception as exc:  # noqa: BLE001 - one message's failure is no other one's
            if isinstance(exc, TransientError) and exc.retry_after is not None:
                waits[record.id] = exc.retry_after
            if not isinstance(exc, _Again):
                _log_failure(record, exc, foreseen=isinstance(exc, ScriptaError))
            failed.append(record)
            held_up.add(record.group)
    if queue is not None:
        for record in failed:
            _defer(record, queue, waits.get(record.id, _pause(record)))
    if failed and not bootstrap.settings().partial_batch:
        raise TransientError("a message of the batch failed")
    return {"batchItemFailures": [{"itemIdentifier": record.id} for record in failed]}


def _delivered(record: dict[str, Any]) -> Delivered:
    """Return a record of an event: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""
    return Delivered(
        id=record["messageId"],
        body=record["body"],
        group=record["attributes"]["MessageGroupId"],
        receipt=record["receiptHandle"],
        receives=int(record["attributes"]["ApproximateReceiveCount"]),
    )


def _time_left(event: SQSEvent) -> TimeLeft:
    context: Any = event.context
    return lambda: float(context.get_remaining_time_in_millis()) / _MS


def _pause(record: Delivered) -> float:
    return SHORT_WAITS[min(record.receives, len(SHORT_WAITS)) - 1]


def _defer(record: Delivered, queue: Queue, seconds: float) -> None:
    try:
        queue.defer(record.receipt, seconds)
    except TransientError as exc:
        # Then it is shown again when its visibility time-out ends: later, but it is.
        bootstrap.log().warning("not deferred", message_id=record.id, error=type(exc).__name__)


def _log_failure(record: Delivered, exc: Exception, *, foreseen: bool) -> None:
    log = bootstrap.log().warning if foreseen else bootstrap.log().alarm
    log("message failed", message_id=record.id, error=type(exc).__name__, at=_place(exc))


def _place(exc: Exception) -> str:
    """Return where an error was raised: never its text, which may quote what a customer wrote."""
    frames = traceback.extract_tb(exc.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
