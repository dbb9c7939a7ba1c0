"""The resources of the local run, and the pumps on its real queues."""

from __future__ import annotations

import json
import threading
import time

from chalicelib.aws.bodies import S3Bodies
from chalicelib.aws.queues import SqsQueue
from chalicelib.aws.secrets import AwsSecrets
from chalicelib.domain.ports import Outgoing
from chalicelib.settings import Settings
from infra.local import pumps, resources


def test_the_resources_are_what_the_settings_name_and_making_them_again_changes_nothing(aws):
    made = resources.provision(aws.environment)
    settings = Settings.read(made)
    assert settings.partial_batch
    assert resources.provision(aws.environment) == made


def test_each_queue_gives_up_into_a_dead_letter_queue_of_its_own(aws):
    settings = Settings.read(resources.provision(aws.environment))
    sqs = aws.client("sqs")
    for url in (settings.intake_queue, settings.forward_queue, settings.deliver_queue):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        dead = sqs.get_queue_attributes(
            QueueUrl=resources.dead_letter_url(url), AttributeNames=["QueueArn"]
        )
        redrive = json.loads(attributes["RedrivePolicy"])
        assert redrive["deadLetterTargetArn"] == dead["Attributes"]["QueueArn"]
        assert redrive["maxReceiveCount"] == "20"
        assert attributes["DeduplicationScope"] == "messageGroup"
        assert attributes["FifoThroughputLimit"] == "perMessageGroupId"
        assert attributes["MessageRetentionPeriod"] == "1209600"
        assert attributes["VisibilityTimeout"] == "60"


def test_what_waits_is_found_in_order_and_other_rows_cost_the_index_nothing(aws):
    table = resources.provision(aws.environment)["SCRIPTA_TABLE"]
    dynamodb = aws.client("dynamodb")
    for number, waits in enumerate([{"N": "10"}, {"N": "9"}, None]):
        row = {"pk": {"S": "p"}, "sk": {"S": str(number)}}
        index = {"waiting": {"S": "due"}, "waiting_at": waits} if waits else {}
        dynamodb.put_item(TableName=table, Item=row | index)
    found = dynamodb.query(
        TableName=table,
        IndexName="waiting",
        KeyConditionExpression="waiting = :w",
        ExpressionAttributeValues={":w": {"S": "due"}},
    )
    assert [item["sk"]["S"] for item in found["Items"]] == ["1", "0"]


def test_secrets_are_put_and_replaced(aws):
    secrets = AwsSecrets(resources.SECRETS, aws.client("secretsmanager"), monotonic=lambda: 0)
    resources.put_secrets(aws.environment, {"meta": {"app": ["old"]}})
    resources.put_secrets(aws.environment, {"meta": {"app": ["new", "old"]}})
    assert secrets.get("meta", "app") == ("new", "old")
    assert secrets.get("nowhere", "app") == ()


def test_a_body_is_kept_and_fetched(aws):
    bucket = resources.provision(aws.environment)["SCRIPTA_BUCKET"]
    bodies = S3Bodies(bucket, aws.client("s3"))
    body = bytes(range(256)) * 4096
    assert bodies.fetch(bodies.keep(body)) == body


def test_an_agent_sees_a_message_within_two_seconds(aws):
    settings = Settings.read(resources.provision(aws.environment))
    queue = SqsQueue(settings.forward_queue, aws.client("sqs"))
    stop, came = threading.Event(), threading.Event()
    pump = threading.Thread(
        target=pumps.pump,
        args=(queue, lambda _event: came.set()),
        kwargs={"batch": 10, "workers": 2, "stop": stop},
    )
    pump.start()
    try:
        queue.receive(most=1, wait=1)  # by now the pump waits, too
        sent_at = time.monotonic()
        queue.send([Outgoing(body="x", group="g", deduplication="d")])
        assert came.wait(10)
        assert time.monotonic() - sent_at < 2
    finally:
        stop.set()
        pump.join(10)
    assert queue.depth() == 0
