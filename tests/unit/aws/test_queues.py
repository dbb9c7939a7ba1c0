"""SQS behind the Queue port: how calls are made and what is made of answers and failures."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from chalicelib.aws.clients import READ_TIMEOUT
from chalicelib.aws.queues import LONGEST_DEFER, LONGEST_WAIT, SqsQueue
from chalicelib.domain.ports import Delivered, Outgoing
from chalicelib.errors import TransientError

URL = "http://127.0.0.1/123456789012/intake.fifo"


class Sqs:
    """Stands in for the botocore client: notes each call, and answers or raises `answer`."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self.answer = answer
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, action: str) -> Any:
        def call(**arguments: Any) -> dict[str, Any]:
            self.calls.append((action, arguments))
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        return call


def queue_over(sqs: Any) -> SqsQueue:
    return SqsQueue(URL, sqs)


def outgoing(number: int) -> Outgoing:
    return Outgoing(body=f"body {number}", group=f"g{number}", deduplication=f"d{number}")


def test_a_send_is_one_call_for_all_messages():
    sqs = Sqs({"Successful": [{"Id": "0", "MessageId": "m0"}, {"Id": "1", "MessageId": "m1"}]})
    assert queue_over(sqs).send([outgoing(0), outgoing(1)]) == ["m0", "m1"]
    assert [action for action, _ in sqs.calls] == ["send_message_batch"]
    assert sqs.calls[0][1]["Entries"][1] == {
        "Id": "1",
        "MessageBody": "body 1",
        "MessageGroupId": "g1",
        "MessageDeduplicationId": "d1",
    }


def test_a_refused_message_is_none_at_its_place_and_ids_keep_the_order_sent():
    sqs = Sqs(
        {
            "Successful": [{"Id": "2", "MessageId": "m2"}, {"Id": "0", "MessageId": "m0"}],
            "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}],
        }
    )
    assert queue_over(sqs).send([outgoing(0), outgoing(1), outgoing(2)]) == ["m0", None, "m2"]


def test_nothing_to_send_makes_no_call():
    sqs = Sqs({})
    assert queue_over(sqs).send([]) == []
    assert sqs.calls == []


def test_a_received_message_says_its_group_and_how_often_it_was_received():
    message = {
        "MessageId": "m",
        "Body": "hello",
        "ReceiptHandle": "r",
        "Attributes": {"MessageGroupId": "g", "ApproximateReceiveCount": "3"},
    }
    received = queue_over(Sqs({"Messages": [message]})).receive(most=10, wait=0)
    assert received == [Delivered(id="m", body="hello", group="g", receipt="r", receives=3)]


def test_an_empty_queue_answers_without_messages():
    assert queue_over(Sqs({})).receive(most=10, wait=0) == []


@pytest.mark.parametrize(("asked", "waits"), [(0, 0), (0.2, 1), (2, 2), (20, LONGEST_WAIT)])
def test_a_poll_waits_whole_seconds_and_less_than_the_client_waits_for_an_answer(asked, waits):
    sqs = Sqs({})
    queue_over(sqs).receive(most=1, wait=asked)
    assert sqs.calls[0][1]["WaitTimeSeconds"] == waits
    assert waits < READ_TIMEOUT


@pytest.mark.parametrize(("asked", "hidden"), [(0, 0), (1.2, 2), (90, 90), (1e6, LONGEST_DEFER)])
def test_a_deferral_is_in_whole_seconds_up_to_the_limit(asked, hidden):
    sqs = Sqs({})
    queue_over(sqs).defer("r", asked)
    assert sqs.calls[0][1] == {
        "QueueUrl": URL,
        "ReceiptHandle": "r",
        "VisibilityTimeout": hidden,
    }


def test_the_depth_counts_waiting_received_and_delayed_messages():
    counts = {
        "ApproximateNumberOfMessages": "5",
        "ApproximateNumberOfMessagesNotVisible": "2",
        "ApproximateNumberOfMessagesDelayed": "1",
    }
    assert queue_over(Sqs({"Attributes": counts})).depth() == 8


@pytest.mark.parametrize(
    "failure",
    [
        ConnectTimeoutError(endpoint_url=URL),
        ClientError({"Error": {"Code": "QueueDoesNotExist"}}, "any"),
    ],
    ids=["unreachable", "no such queue"],
)
def test_whatever_botocore_raises_is_transient(failure):
    queue = queue_over(Sqs(failure))
    for call in (
        lambda: queue.send([outgoing(0)]),
        lambda: queue.receive(most=1, wait=0),
        lambda: queue.delete("r"),
        lambda: queue.defer("r", 1),
        queue.depth,
    ):
        with pytest.raises(TransientError):
            call()
