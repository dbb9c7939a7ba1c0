"""A stage that was deployed into AWS: what commands work on, found by the stack's outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from chalicelib.aws.keyring import AwsKeyring
from chalicelib.aws.queues import SqsQueue
from chalicelib.aws.secrets import AwsSecrets
from chalicelib.domain.work import Verb
from chalicelib.settings import Settings
from chalicelib.storage.dynamo import DynamoTable
from infra import addresses
from infra.account import Account
from infra.stack import Stack as CloudStack
from ops.composition import Parts
from ops.journal import CloudJournal
from ops.outside import Outside, outside

CONFIG: Final = Path(__file__).parents[1] / ".chalice" / "config.json"
#: Whose log tells what was put into the intake; commands that put something there write their own.
_LOGS: Final = ("api", "reconcile", "ops")
_RECEIVED: Final = '{ $.message = "received" }'


class NotDeployed(Exception):
    """There is no such stack; the text is one line."""


def names() -> list[str]:
    """Return the stages that can be deployed."""
    return sorted(json.loads(CONFIG.read_text())["stages"])


class Deployed:
    """The parts of a deployed stage; raises NotDeployed, or what botocore raises."""

    def __init__(self, stage: str) -> None:
        self.account, self.stage = Account(), stage
        self.stack = CloudStack(
            cloudformation=self.account.client("cloudformation"), name=f"scripta-{stage}"
        )
        self.outputs = self.stack.outputs()
        if "TableName" not in self.outputs:
            raise NotDeployed(
                f"The stack {self.stack.name} is not deployed here: `make deploy STAGE={stage}`."
            )
        self.parameters = self.stack.parameters()
        self.table = DynamoTable(self.outputs["TableName"], client=self.account.client("dynamodb"))

    @property
    def settings(self) -> Settings:
        """Return the settings that the stack's functions have."""
        return Settings(
            table=self.outputs["TableName"],
            intake_queue=self.outputs["IntakeQueueUrl"],
            forward_queue=self.outputs["ForwardQueueUrl"],
            deliver_queue=self.outputs["DeliverQueueUrl"],
            bucket=self.outputs["BucketName"],
            secrets=self.parameters["SecretsPrefix"],
            graph_url=self.parameters["GraphUrl"],
            instagram_url=self.parameters["InstagramUrl"],
            partial_batch=True,
        )

    def other_table(self, name: str) -> DynamoTable:
        """Return another table of the account."""
        return DynamoTable(name, client=self.account.client("dynamodb"))

    def queue(self, name: str) -> SqsQueue:
        """Return a queue by its output's name."""
        return SqsQueue(self.outputs[f"{name}QueueUrl"], self.account.client("sqs"))

    def intake(self) -> tuple[SqsQueue, SqsQueue]:
        """Return the intake queue and its dead-letter queue."""
        return self.queue("Intake"), self.queue("IntakeDead")

    def wakes(self) -> Mapping[Verb, SqsQueue]:
        """Return the queues of wake-ups."""
        return {verb: self.queue(verb.value.title()) for verb in Verb}

    def log(self) -> Iterator[str]:
        """Yield the lines that tell what was put into the intake, each log's oldest first."""
        client = self.account.client("logs")
        pages = client.get_paginator("filter_log_events")
        for name in _LOGS:
            group = f"/aws/lambda/{self.stack.name}-{name}"
            try:
                for page in pages.paginate(logGroupName=group, filterPattern=_RECEIVED):
                    for event in page["events"]:
                        yield event["message"]
            except client.exceptions.ResourceNotFoundException:
                continue

    def parts(self) -> Parts:
        """Return what the commands that do more than read are put together out of."""
        settings = self.settings
        return Parts(
            settings=settings,
            table=self.table,
            intake=self.queue("Intake"),
            secrets=AwsSecrets(settings.secrets, self.account.client("secretsmanager")),
            s3=self.account.client("s3"),
            log=CloudJournal(
                self.account.client("logs"), group=f"/aws/lambda/{self.stack.name}-ops"
            ),
        )

    def outside(self) -> Outside:
        """Return the stage's secrets and sides."""
        return outside(
            self.stage,
            url=addresses.base(self.outputs, emulated_at=self.account.endpoint),
            keyring=AwsKeyring(
                self.parameters["SecretsPrefix"], self.account.client("secretsmanager")
            ),
            settings=self.settings,
        )
