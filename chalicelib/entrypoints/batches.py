"""Batches of queue messages: handled in order, answered with what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from chalice.app import SQSEvent

from chalicelib import bootstrap
from chalicelib.domain.ports import Queue
from chalicelib.errors import ScriptaError, TransientError
from chalicelib.pipeline.drain import TimeLeft, Wait

_MS = 1000.0


class Drain(Protocol):
    """Works off a conversation, as forward and deliver do."""

    def __call__(self, conversation_id: str, *, time_left: TimeLeft) -> Wait | None:
        """Return how long to wait until it is woken again, None when it can rest."""
        ...


class _Deferred(TransientError):
    """The wake-up is to be shown again later; how much later was told to the queue."""


def drained(event: SQSEvent, queue: Queue, drain: Drain) -> dict[str, Any]:
    """Drain every conversation woken by a batch, and return Lambda's partial batch response."""
    context: Any = event.context
    done: set[str] = set()

    def time_left() -> float:
        return float(context.get_remaining_time_in_millis()) / _MS

    def each(record: SQSRecord) -> None:
        # Whatever a batch's second wake-up of a conversation announces was there for the first.
        if record.body in done:
            return
        wait = drain(record.body, time_left=time_left)
        if wait is not None:
            queue.defer(record.receipt_handle, wait.seconds)
            raise _Deferred("again later")
        done.add(record.body)

    return answer(event, each)


def answer(event: SQSEvent, each: Callable[[SQSRecord], None]) -> dict[str, Any]:
    """
    Handle a batch and return Lambda's partial batch response.

    After the first failure of a group its later messages count as failed too, or they would
    overtake it. Raises TransientError where the event source takes no partial failures and there
    was one: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    processor = SqsFifoPartialProcessor(skip_group_on_error=True)
    # That all failed is for Lambda to read from the answer, like that some did.
    processor.raise_on_entire_batch_failure = False

    def guarded(record: SQSRecord) -> None:
        try:
            each(record)
        except _Deferred:
            raise
        except ScriptaError as exc:
            _log_failure(record, exc, foreseen=True)
            raise
        except Exception as exc:
            _log_failure(record, exc, foreseen=False)
            raise

    response = process_partial_response(
        event=event.to_dict(), record_handler=guarded, processor=processor, context=None
    )
    if response["batchItemFailures"] and not bootstrap.settings().partial_batch:
        raise TransientError("a message of the batch failed")
    return dict(response)


def _log_failure(record: SQSRecord, exc: Exception, *, foreseen: bool) -> None:
    log = bootstrap.log().warning if foreseen else bootstrap.log().alarm
    log("message failed", message_id=record.message_id, error=type(exc).__name__)
