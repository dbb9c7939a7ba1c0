"""The resources that the local run needs in the emulated AWS, made where they are missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from infra.local.aws import REGION, client

TABLE: Final = "scripta"
SECRETS: Final = "scripta/"
QUEUES: Final = ("intake", "forward", "deliver")

_DAY: Final = 24 * 60 * 60
_FIFO: Final = {
    "FifoQueue": "true",
    "DeduplicationScope": "messageGroup",
    "FifoThroughputLimit": "perMessageGroupId",
    "MessageRetentionPeriod": str(14 * _DAY),
    "VisibilityTimeout": "60",
}
_MOST_RECEIVES: Final = 20

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
    dead_url = _queue_url(sqs, f"{name}-dead.fifo", _FIFO)
    dead = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])
    redrive = {
        "deadLetterTargetArn": dead["Attributes"]["QueueArn"],
        "maxReceiveCount": str(_MOST_RECEIVES),
    }
    return _queue_url(sqs, f"{name}.fifo", _FIFO | {"RedrivePolicy": json.dumps(redrive)})


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
    names = {"pk": "S", "sk": "S", "waiting": "S", "waiting_at": "N"}
    try:
        dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in names.items()
            ],
            KeySchema=_key("pk", "sk"),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "waiting",
                    "KeySchema": _key("waiting", "waiting_at"),
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
        )
    except dynamodb.exceptions.ResourceInUseException:
        return
    dynamodb.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True}
    )


def _key(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]
