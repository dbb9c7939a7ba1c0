"""The Queue port on SQS FIFO queues."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.ports import Delivered, Outgoing
from chalicelib.errors import TransientError

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.literals import MessageSystemAttributeNameType, QueueAttributeNameType
    from types_boto3_sqs.type_defs import MessageTypeDef, SendMessageBatchRequestEntryTypeDef

LONGEST_WAIT: Final = 4
"""Seconds of the longest poll; the client gives up on an answer after `clients.READ_TIMEOUT`."""

LONGEST_DEFER: Final = 12 * 60 * 60
"""Seconds a message can be hidden at most:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
"""

_RECEIVED: Final[list[MessageSystemAttributeNameType]] = [
    "MessageGroupId",
    "ApproximateReceiveCount",
]
_DEPTHS: Final[list[QueueAttributeNameType]] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
]


class SqsQueue:
    """
    A FIFO queue of SQS.

    Everything that botocore raises comes out as TransientError: a call that may have got through
    is harmless to repeat, since messages carry deduplication ids.
    """

    def __init__(self, url: str, client: SQSClient) -> None:
        self._url = url
        self._client = client

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        """Send up to 10 messages in one SendMessageBatch; see the port."""
        if not messages:
            return []
        with _translated():
            answer = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[_entry(place, message) for place, message in enumerate(messages)],
            )
        accepted = {entry["Id"]: entry["MessageId"] for entry in answer.get("Successful", [])}
        return [accepted.get(str(place)) for place in range(len(messages))]

    def receive(self, *, most: int, wait: float) -> list[Delivered]:
        """Return up to `most` (10 at most) messages, waiting whole seconds, up to LONGEST_WAIT."""
        with _translated():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=min(math.ceil(wait), LONGEST_WAIT),
                MessageSystemAttributeNames=_RECEIVED,
            )
        return [_delivered(message) for message in answer.get("Messages", [])]

    def delete(self, receipt: str) -> None:
        """Take a received message off; raise TransientError where the receipt is no longer good."""
        with _translated():
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=receipt)

    def defer(self, receipt: str, seconds: float) -> None:
        """
        Hide a received message for that many seconds, rounded up, counted from now.

        Raises TransientError where the receipt is no longer good.
        """
        with _translated():
            self._client.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=receipt,
                VisibilityTimeout=min(math.ceil(seconds), LONGEST_DEFER),
            )

    def depth(self) -> int:
        """Return roughly how many messages wait, are delayed or are received."""
        with _translated():
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=_DEPTHS)
        return sum(int(number) for number in answer["Attributes"].values())


def _entry(place: int, message: Outgoing) -> SendMessageBatchRequestEntryTypeDef:
    return {
        "Id": str(place),
        "MessageBody": message.body,
        "MessageGroupId": message.group,
        "MessageDeduplicationId": message.deduplication,
    }


def _delivered(message: MessageTypeDef) -> Delivered:
    return Delivered(
        id=message["MessageId"],
        body=message["Body"],
        group=message["Attributes"]["MessageGroupId"],
        receipt=message["ReceiptHandle"],
        receives=int(message["Attributes"]["ApproximateReceiveCount"]),
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TransientError(f"SQS: {error}") from error
