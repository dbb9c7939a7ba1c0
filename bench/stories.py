"""What happens to one message, a reply and a status: recorded once, told again as often as wanted."""

from __future__ import annotations

import io
import json
import os
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

from standardwebhooks import Webhook

from bench.metered import MeteredTable
from bench.recording import Recording, recorded
from bench.stub import Stub
from chalicelib import bootstrap
from chalicelib.aws import clients
from chalicelib.aws.queues import SqsQueue
from chalicelib.storage.dynamo import DynamoTable
from infra.local import aws, credentials
from infra.local.pumps import event
from tests.channels import signature
from tests.events import http_request
from tests.fixtures.deployment import WEBHOOK_SECRET, deployed, environment
from tests.fixtures.ministack import AwsAccount
from tests.webhooks import Said, entry, webhook

CHANNEL: Final = "whatsapp"
CUSTOMER: Final = "15550001000"
CONTEXT: Final[Any] = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 60_000, aws_request_id="1"
)
_RECEIVE: Final = "receive"
#: After a start: which worker takes what from which queue.
_QUEUES: Final = {"ingest": "intake", "forward": "forward", "deliver": "deliver"}


class Printed(io.TextIOBase):
    """Where functions print in this process: each line goes to the system, nobody reads it."""

    def __init__(self) -> None:
        self.written = 0
        self._file = os.open(os.devnull, os.O_WRONLY)

    def write(self, text: str) -> int:
        """Write, as a function's standard output does at the end of each line."""
        content = text.encode()
        os.write(self._file, content)
        self.written += len(content)
        return len(text)


PRINTED: Final = Printed()


@dataclass(frozen=True, slots=True)
class Step:
    """One invocation: of which function, with which event."""

    function: str
    event: Mapping[str, Any]

    def run(self) -> Any:
        """Invoke it, and return the answer; raise RuntimeError where it is not a good one."""
        from app import app
        from chalicelib.entrypoints import workers

        answer = (app if self.function == _RECEIVE else getattr(workers, self.function))(
            self.event, CONTEXT
        )
        if answer.get("batchItemFailures") or answer.get("statusCode", 200) != 200:  # noqa: PLR2004
            raise RuntimeError(f"{self.function} answered {answer}")
        return answer


@dataclass(slots=True)
class Story:
    """The invocations that one thing costs, what AWS said to them, and the table's units."""

    name: str
    steps: list[Step] = field(default_factory=list)
    recording: Recording = field(default_factory=Recording)
    reads: float = 0.0
    writes: float = 0.0

    @property
    def workers(self) -> list[Step]:
        """Return the invocations behind the queue."""
        return [step for step in self.steps if step.function != _RECEIVE]


@dataclass(frozen=True, slots=True)
class Stories:
    """All of them, and the environment of the functions in them."""

    environment: Mapping[str, str]
    of: Mapping[str, Story]

    def load(self, stub: Stub, name: str) -> Story:
        """Have the stub tell a story's part of AWS, and return the story."""
        story = self.of[name]
        stub.load(story.recording.with_configuration_of(self.of["first"].recording))
        stub.counts()
        return story

    @contextmanager
    def on(self, stub: Stub) -> Iterator[None]:
        """Let this process be a cold function whose AWS is the stub; what it logs goes nowhere."""
        variables = {**self.environment, "AWS_ENDPOINT_URL": stub.url}
        with deployed(variables), redirect_stdout(PRINTED):
            yield


def record(stub: Stub) -> Stories:
    """Tell the stories once in an emulated AWS, with the stub as helpdesk and Graph API."""
    emulated = aws.start()
    try:
        account = AwsAccount(
            environment=emulated.environment(account=str(random.randrange(10**11, 10**12)))  # noqa: S311
        )
        variables = environment(account, desk_url=stub.url) | {"SCRIPTA_GRAPH_URL": stub.url}
        with deployed(variables), redirect_stdout(PRINTED), _metered() as table:
            return Stories(variables, {story.name: story for story in _told(table)})
    finally:
        emulated.stop()


@contextmanager
def _metered() -> Iterator[MeteredTable]:
    """Put a meter on the table of this process's functions."""
    name = bootstrap.settings().table
    looking = DynamoTable(name, client=aws.client(os.environ, "dynamodb"))
    table = MeteredTable(DynamoTable(name, client=clients.client("dynamodb")), looking=looking)
    before = bootstrap.table
    bootstrap.table = lambda: table  # type: ignore[assignment]
    try:
        yield table
    finally:
        bootstrap.table = before


def _told(table: MeteredTable) -> Iterator[Story]:
    yield _story(table, "first", said(1), "ingest", "forward")
    yield _story(table, "in", said(1), "ingest", "forward")
    yield _story(table, "out", replied(), "ingest", "deliver")
    yield _story(table, "status", read(), "ingest")


def _story(table: MeteredTable, name: str, first: Mapping[str, Any], *behind: str) -> Story:
    story = Story(name)
    reads, writes = table.reads, table.writes
    with recorded() as recording:
        story.recording = recording
        for function in (_RECEIVE, *behind):
            step = Step(function, first if function == _RECEIVE else _queued(function))
            step.run()
            story.steps.append(step)
    story.reads, story.writes = table.reads - reads, table.writes - writes
    return story


def _queued(function: str) -> Mapping[str, Any]:
    """Take the one message off a worker's queue and return its event; by a client of its own."""
    url = getattr(bootstrap.settings(), f"{_QUEUES[function]}_queue")
    queue = SqsQueue(url, aws.client(os.environ, "sqs"))
    (message,) = queue.receive(most=10, wait=1)
    queue.delete(message.receipt)
    return event([message], name=_QUEUES[function])


def said(customers: int) -> dict[str, Any]:
    """Return the event of a signed webhook in which so many customers say something just now."""
    first, now = int(CUSTOMER), time.time_ns()
    each = [
        Said(credentials.PHONE_NUMBER_ID, str(first + n), f"wamid.{now}.{n}", "Where is my parcel?")
        for n in range(customers)
    ]
    body = webhook(CHANNEL, entry(CHANNEL, each))
    for message in body["entry"][0]["changes"][0]["value"]["messages"]:
        message["timestamp"] = str(now // 10**9)
    return _from_meta(body)


def read() -> dict[str, Any]:
    """Return the event of a signed webhook that tells that a message was delivered."""
    status = {
        "id": "wamid.SENT",
        "status": "delivered",
        "timestamp": str(int(time.time())),
        "recipient_id": CUSTOMER,
        "recipient_user_id": f"IT.{CUSTOMER}",
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": credentials.PHONE_NUMBER_ID},
        "statuses": [status],
    }
    change = {"field": "messages", "value": value}
    return _from_meta(
        webhook(CHANNEL, {"id": credentials.WHATSAPP_BUSINESS_ID, "changes": [change]})
    )


def replied() -> dict[str, Any]:
    """Return the event of a desk's signed webhook with an agent's reply."""
    data = {"ticket_id": "7", "comment_id": "21", "text": "It is on its way.", "agent": "alice"}
    now = datetime.now(UTC)
    body = json.dumps({"type": "reply.send", "timestamp": now.isoformat(), "data": data}).encode()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(WEBHOOK_SECRET).sign("msg_1", now, body.decode()),
    }
    where = {"desk": credentials.DESK_ID}
    resource = "/helpdesks/{desk}/webhook"
    return http_request("POST", resource, parameters=where, headers=headers, body=body)


def _from_meta(body: Mapping[str, Any]) -> dict[str, Any]:
    raw = json.dumps(body, separators=(",", ":")).encode()
    headers = {"X-Hub-Signature-256": signature(raw, credentials.APP_SECRET)}
    where = {"channel": CHANNEL}
    return http_request("POST", "/webhooks/{channel}", parameters=where, headers=headers, body=raw)
