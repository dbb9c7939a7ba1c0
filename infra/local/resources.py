"""The resources that the local run needs in the emulated AWS, made where they are missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from infra import fragments
from infra.local.aws import REGION, client

TABLE: Final = "scripta"
SECRETS: Final = "scripta/"
QUEUES: Final = ("intake", "forward", "deliver")

#: Of the stack's table, what CreateTable takes by the same names.
_TABLE_DEFINITION: Final = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
)
#: Of the stack's queues, what the local ones have too.
_QUEUE_ATTRIBUTES: Final = (
    "DeduplicationScope",
    "FifoQueue",
    "FifoThroughputLimit",
    "MessageRetentionPeriod",
)
#: Seconds; the stack's are longer. Here a killed worker's messages should come back soon.
_VISIBILITY: Final = {"VisibilityTimeout": "60"}

# As long as an item can be replayed: a file outlives every queue and its dead letters.
_KEPT_DAYS: Final = 30
_FOLDERS: Final = ("bodies", "media")


def provision(environment: Mapping[str, str]) -> dict[str, str]:
    """
    Make every resource of the local run that is not there yet.

    Returns the variables that `Settings` reads and that name them.
    """
    _make_table(client(environment, "dynamodb"))
    # Bucket names are one namespace for all accounts, on AWS as well.
    bucket = f"scripta-{environment['AWS_ACCESS_KEY_ID']}"
    _make_bucket(client(environment, "s3"), bucket)
    sqs = client(environment, "sqs")
    urls = {f"SCRIPTA_{name.upper()}_QUEUE": _make_queue(sqs, name) for name in QUEUES}
    return urls | {
        "SCRIPTA_TABLE": TABLE,
        "SCRIPTA_BUCKET": bucket,
        "SCRIPTA_SECRETS": SECRETS,
        "SCRIPTA_PARTIAL_BATCH": "1",
    }


def dead_letter_url(queue_url: str) -> str:
    """Return the URL of the queue that takes what the given one gave up on."""
    return queue_url.removesuffix(".fifo") + "-dead.fifo"


def put_secrets(
    environment: Mapping[str, str], secrets: Mapping[str, Mapping[str, list[str]]]
) -> None:
    """Create or replace secrets: {name: {field: [values, newest first]}}."""
    manager = client(environment, "secretsmanager")
    for name, fields in secrets.items():
        text = json.dumps(fields)
        try:
            manager.create_secret(Name=SECRETS + name, SecretString=text)
        except manager.exceptions.ResourceExistsException:
            manager.put_secret_value(SecretId=SECRETS + name, SecretString=text)


def _make_queue(sqs: Any, name: str) -> str:
    dead_url = _queue_url(sqs, f"{name}-dead.fifo", _attributes(f"{name.capitalize()}DeadQueue"))
    dead = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])
    resource = f"{name.capitalize()}Queue"
    redrive = {
        "deadLetterTargetArn": dead["Attributes"]["QueueArn"],
        "maxReceiveCount": str(fragments.properties(resource)["RedrivePolicy"]["maxReceiveCount"]),
    }
    attributes = _attributes(resource) | {"RedrivePolicy": json.dumps(redrive)}
    return _queue_url(sqs, f"{name}.fifo", attributes)


def _attributes(resource: str) -> dict[str, str]:
    """Return a queue's attributes as CreateQueue takes them: each one a string."""
    described = fragments.properties(resource)
    values = {name: described[name] for name in _QUEUE_ATTRIBUTES}
    texts = {n: v if isinstance(v, str) else json.dumps(v) for n, v in values.items()}
    return texts | _VISIBILITY


def _queue_url(sqs: Any, name: str, attributes: Mapping[str, str]) -> str:
    # Looked up first: ministack keeps a queue under its URL of the run that made it, and at
    # another port would create a second one of the same name that hides the first's messages.
    try:
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = sqs.create_queue(QueueName=name, Attributes=dict(attributes))["QueueUrl"]
    return f"{sqs.meta.endpoint_url}{urlsplit(url).path}"


def _make_bucket(s3: Any, name: str) -> None:
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    rules = [
        {
            "ID": folder,
            "Status": "Enabled",
            "Filter": {"Prefix": f"{folder}/"},
            "Expiration": {"Days": _KEPT_DAYS},
        }
        for folder in _FOLDERS
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})


def _make_table(dynamodb: Any) -> None:
    described = fragments.properties("Table")
    definition = {name: described[name] for name in _TABLE_DEFINITION}
    try:
        dynamodb.create_table(TableName=TABLE, **definition)
    except dynamodb.exceptions.ResourceInUseException:
        return
    dynamodb.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification=described["TimeToLiveSpecification"]
    )
