"""Plays Lambda's event source mapping: takes messages off a queue and hands them to a handler."""

from __future__ import annotations

import hashlib
import logging
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, Final

from chalicelib.domain.ports import Delivered, Queue
from chalicelib.errors import TransientError
from infra.local.aws import ACCOUNT, REGION

Handler = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""A Lambda function: takes an SQS event, returns a batch response or nothing."""

POLL: Final = 2.0
"""Seconds for which an empty queue is waited on in one call; an idle pump stops within them."""

_PAUSE: Final = 0.3  #: seconds between attempts while the queue cannot be reached
_log: Final = logging.getLogger(__name__)


class _Malformed(Exception):
    """A batch response from which it cannot be told which messages failed."""


def pump(
    queue: Queue,
    handler: Handler,
    *,
    name: str = "local",
    batch: int,
    workers: int,
    stop: threading.Event,
    poll: float = POLL,
) -> None:
    """
    Feed the handler from the queue until `stop` is set; returns when all is handled.

    `workers` batches of up to `batch` messages are handled at once; that messages of a group are
    not is the queue's doing, as long as a handler takes less than the visibility time-out. `name`
    is the queue's, for the event's ARN and the log.

    What the handler does not report as failed is deleted. What failed stays hidden, until its
    visibility time-out or for as long as the handler deferred it; so does the whole batch where
    the handler raises or answers with something that Lambda would not understand. An unreachable
    queue is asked again each second; any other error of the queue ends the pump and is raised.
    """
    over = threading.Event()

    def work() -> None:
        while not (stop.is_set() or over.is_set()):
            messages = _received(queue, name=name, batch=batch, poll=poll, stop=stop)
            if messages:
                _handle(messages, queue, handler, name=name)

    with ThreadPoolExecutor(workers, thread_name_prefix=f"pump-{name}") as pool:
        running = [pool.submit(work) for _ in range(workers)]
        wait(running, return_when=FIRST_EXCEPTION)
        over.set()
    for worker in running:
        worker.result()


def event(messages: Sequence[Delivered], *, name: str) -> dict[str, Any]:
    """
    Return the event Lambda would make of received messages.

    Of `attributes` only those are there that the port tells:
    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    return {
        "Records": [
            {
                "messageId": message.id,
                "receiptHandle": message.receipt,
                "body": message.body,
                "attributes": {
                    "ApproximateReceiveCount": str(message.receives),
                    "MessageGroupId": message.group,
                },
                "messageAttributes": {},
                "md5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}.fifo",
                "awsRegion": REGION,
            }
            for message in messages
        ]
    }


def _received(
    queue: Queue, *, name: str, batch: int, poll: float, stop: threading.Event
) -> list[Delivered]:
    try:
        return queue.receive(most=batch, wait=poll)
    except TransientError:
        _log.warning("%s: cannot be reached", name)
        stop.wait(_PAUSE)
        return []


def _handle(messages: Sequence[Delivered], queue: Queue, handler: Handler, *, name: str) -> None:
    failed = _failed(messages, handler, name=name)
    for message in messages:
        if message.id not in failed:
            _delete(message, queue, name=name)


def _failed(messages: Sequence[Delivered], handler: Handler, *, name: str) -> set[str]:
    """Return the ids of the messages that were not handled."""
    ids = {message.id for message in messages}
    try:
        return _reported(handler(event(messages, name=name)), ids=ids)
    except _Malformed as error:
        _log.error("%s: the whole batch of %d fails: %s", name, len(ids), error)
    except Exception as error:  # noqa: BLE001 - whatever a function raises fails its batch
        # Without the error's text, which may quote what a customer wrote.
        where = "".join(traceback.format_tb(error.__traceback__))
        kind = type(error).__qualname__
        _log.error("%s: the whole batch of %d fails: %s\n%s", name, len(ids), kind, where)
    return ids


def _reported(response: object, *, ids: set[str]) -> set[str]:
    """
    Return the ids in a batch response; raise _Malformed where Lambda would fail the whole batch.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    if response is None:
        return set()
    if not isinstance(response, Mapping):
        raise _Malformed("the response is no JSON object")
    failures = response.get("batchItemFailures") or []
    if not isinstance(failures, list) or not all(isinstance(f, Mapping) for f in failures):
        raise _Malformed("batchItemFailures is no list of JSON objects")
    reported = {failure.get("itemIdentifier") for failure in failures}
    if not reported <= ids:
        raise _Malformed("an itemIdentifier is missing or is no message's of this batch")
    return {str(id_) for id_ in reported}


def _delete(message: Delivered, queue: Queue, *, name: str) -> None:
    try:
        queue.delete(message.receipt)
    except TransientError:
        _log.warning("%s: message %s was handled and will come again", name, message.id)
