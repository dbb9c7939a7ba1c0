"""Waiting until a storm has come to rest, and what an operator reads then: the owner's own view."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import botocore.session
import httpx
from botocore.config import Config

from chalicelib.aws.queues import SqsQueue
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.operations.accepted import accepted
from chalicelib.operations.verify import Books, verify
from chalicelib.storage import keys
from chalicelib.storage.audit import TableAudit
from chalicelib.storage.dynamo import DynamoTable
from infra.local.meta import ids
from tests.deployed.stack import Deployed

_QUEUES: Final = ("Intake", "Forward", "Deliver", "IntakeDead", "ForwardDead", "DeliverDead")
_SWEEP_SECONDS: Final = 8.0
_TICK: Final = (
    b'{"version":"","account":"","region":"","source":"","id":"","time":"",'
    b'"detail-type":"","detail":{},"resources":[]}'
)


@dataclass(slots=True)
class Rest:
    """What is still to be done in a stack, as its owner sees it."""

    stack: Deployed

    def show_again_after(self, seconds: int) -> None:
        """Have the queues show the messages of a process that was killed after so many seconds."""
        sqs = self.stack.client("sqs")
        for name in _QUEUES:
            url = self.stack.outputs[f"{name}QueueUrl"]
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})

    def open_work(self) -> list[Work]:
        """Return all work that is not done."""
        return [row for row in self._audit().everything() if isinstance(row, Work)]

    def moves(self) -> Counter[str]:
        """Return what is still on its way: in Meta's hands, in a queue, in the table."""
        left: Counter[str] = Counter()
        left["meta"] = httpx.get(self.stack.people.meta("/sim/health")).json()["waiting"]
        for name in _QUEUES:
            left[name] = self._queue(name).depth()
        if not left.total():
            for work in self.open_work():
                is_doubted = work.verb is Verb.DELIVER and work.stage is Stage.UNCONFIRMED
                if not is_doubted:
                    left[f"work, {work.parked or work.stage}"] += 1
        return +left

    def doubted(self) -> list[Work]:
        """Return the sends whose confirmation is waited for."""
        return [work for work in self.open_work() if work.stage is Stage.UNCONFIRMED]

    def wind_forward(self, works: list[Work]) -> None:
        """Have the time for a confirmation be over, as it is ten minutes later."""
        dynamodb = self.stack.client("dynamodb")
        for work in works:
            pk, sk = keys.work(work.conversation_id, work.verb, work.sequence)
            dynamodb.update_item(
                TableName=self.stack.outputs["TableName"],
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                UpdateExpression="SET due_at = :now, waiting_at = :now",
                ConditionExpression="stage = :unconfirmed",
                ExpressionAttributeValues={
                    ":now": {"N": str(ids.now_ms())},
                    ":unconfirmed": {"S": Stage.UNCONFIRMED},
                },
            )

    def books(self) -> Books:
        """Return what `ops verify` would: the log of receive against the table."""
        return verify(
            accepted(self._log()),
            intake=[self._queue("Intake"), self._queue("IntakeDead")],
            audit=self._audit(),
            now=ids.now_ms(),
        )

    def _log(self) -> Iterator[str]:
        logs = self.stack.client("logs")
        group = self.stack.resources()["APIHandlerLogs"]
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        for page in pages:
            for event in page["events"]:
                yield from event["message"].splitlines()

    def _queue(self, name: str) -> SqsQueue:
        return SqsQueue(self.stack.outputs[f"{name}QueueUrl"], self.stack.client("sqs"))

    def _audit(self) -> TableAudit:
        client = self.stack.client("dynamodb")
        return TableAudit(table=DynamoTable(self.stack.outputs["TableName"], client=client))


class Clockwork:
    """Has the sweep made every few seconds: a minute, which the schedule waits, is long here."""

    def __init__(self, stack: Deployed) -> None:
        self._client = _patient(stack)
        self._function = stack.resources()["Sweep"]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clockwork")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_SWEEP_SECONDS):
            # It may be killed in the middle; then the answer says so, and there is the next one.
            self._client.invoke(FunctionName=self._function, Payload=_TICK)


def _patient(stack: Deployed) -> Any:
    """Return a client of Lambda that waits for an answer as long as a function may run."""
    return botocore.session.get_session().create_client(
        "lambda",
        endpoint_url=stack.environment["AWS_ENDPOINT_URL"],
        region_name=stack.environment["AWS_DEFAULT_REGION"],
        aws_access_key_id=stack.environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=stack.environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(read_timeout=90, retries={"total_max_attempts": 1}),
    )
