"""What the stack is made of, read off the template that is deployed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app import app
from chalicelib.settings import LEAST_ITEM_DAYS, Settings
from infra import changes
from tests.unit.infra_package.conftest import of_type

DAY = 24 * 60 * 60
MESSAGES = {
    "Ingest": "IntakeQueue",
    "Forward": "ForwardQueue",
    "Deliver": "DeliverQueue",
    "DeadIntake": "IntakeDeadQueue",
    "DeadForward": "ForwardDeadQueue",
    "DeadDeliver": "DeliverDeadQueue",
}
SCHEDULES = {
    "Sweep": "rate(1 minute)",
    "Reconcile": "rate(1 hour)",
    "Erase": "rate(1 hour)",
    "Renew": "rate(1 day)",
}
FUNCTIONS = {"APIHandler", *SCHEDULES, *MESSAGES}


def properties(template: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(template["Resources"][name]["Properties"])


def _value(parameters: dict[str, Any], name: str) -> str:
    """Return a parameter's default; of a resource its name stands for what it is."""
    default = parameters.get(name, {}).get("Default")
    return name if default is None else str(default)


def sources(expanded: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the event sources by the function that they feed."""
    found = of_type(expanded, "AWS::Lambda::EventSourceMapping").values()
    return {each["Properties"]["FunctionName"]["Ref"]: each["Properties"] for each in found}


def test_every_function_of_the_application_is_in_the_template(expanded):
    mounted = {source.name.title().replace("_", "") for source in app.event_sources}
    assert set(of_type(expanded, "AWS::Lambda::Function")) == FUNCTIONS == {"APIHandler", *mounted}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_is_told_all_that_the_settings_read(expanded, name):
    variables = properties(expanded, name)["Environment"]["Variables"]
    parameters = expanded["Parameters"]
    given = {
        key: value if isinstance(value, str) else _value(parameters, value["Ref"])
        for key, value in variables.items()
    }
    settings = Settings.read(given)
    assert settings.partial_batch
    assert settings.table == "Table"
    assert settings.bucket == "Bucket"
    assert settings.intake_queue == "IntakeQueue"
    assert settings.forward_queue == "ForwardQueue"
    assert settings.deliver_queue == "DeliverQueue"


@pytest.mark.parametrize(("name", "queue"), MESSAGES.items())
def test_a_worker_takes_its_own_queue_and_reports_what_failed(expanded, name, queue):
    source = sources(expanded)[name]
    assert source["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("name", MESSAGES)
def test_how_many_batches_a_worker_gets_at_once_is_a_parameter(expanded, name):
    concurrency = sources(expanded)[name]["ScalingConfig"]["MaximumConcurrency"]
    assert expanded["Parameters"][concurrency["Ref"]]["MinValue"] == 2
    assert "ReservedConcurrentExecutions" not in properties(expanded, name)


@pytest.mark.parametrize(("name", "queue"), MESSAGES.items())
def test_a_message_stays_hidden_for_six_times_as_long_as_its_function_may_run(
    expanded, name, queue
):
    hidden = properties(expanded, queue)["VisibilityTimeout"]
    assert hidden >= 6 * properties(expanded, name)["Timeout"]


def test_every_queue_is_a_fast_encrypted_fifo_queue_that_keeps_for_fourteen_days(expanded):
    queues = of_type(expanded, "AWS::SQS::Queue")
    assert set(queues) == set(MESSAGES.values())
    for queue in queues.values():
        assert queue["Properties"]["FifoQueue"] is True
        assert queue["Properties"]["DeduplicationScope"] == "messageGroup"
        assert queue["Properties"]["FifoThroughputLimit"] == "perMessageGroupId"
        assert queue["Properties"]["MessageRetentionPeriod"] == 14 * DAY
        assert queue["Properties"]["SqsManagedSseEnabled"] is True
        assert queue["DeletionPolicy"] == queue["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", ["Intake", "Forward", "Deliver"])
def test_a_queue_gives_up_after_twenty_receives_into_a_queue_of_its_own(expanded, name):
    redrive = properties(expanded, f"{name}Queue")["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [f"{name}DeadQueue", "Arn"]}
    assert redrive["maxReceiveCount"] == 20


def test_the_table_can_be_restored_is_encrypted_outlives_the_stack_and_forgets_by_itself(expanded):
    table = properties(expanded, "Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["DeletionProtectionEnabled"] is True
    resource = expanded["Resources"]["Table"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_the_bucket_is_closed_encrypted_and_forgets_bodies_and_media(expanded):
    bucket = properties(expanded, "Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    expiring = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in rules}
    assert expiring["bodies/"] == {"Ref": "ItemDays"}
    assert expiring["media/"] == {"Ref": "MediaDays"}


def test_the_api_has_one_stage_that_is_regional_traced_and_logs_no_bodies(expanded):
    (stage,) = of_type(expanded, "AWS::ApiGateway::Stage").values()
    (settings,) = stage["Properties"]["MethodSettings"]
    assert stage["Properties"]["StageName"] == "api"
    assert stage["Properties"]["TracingEnabled"] is True
    assert settings["DataTraceEnabled"] is False
    # A throttled webhook is a failure to Meta: these are what an account has at all.
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (10_000, 5_000)
    api = properties(expanded, "RestAPI")
    assert api["EndpointConfiguration"]["Types"] == ["REGIONAL"]
    assert of_type(expanded, "AWS::Lambda::Permission")["APIHandlerInvokePermission"]


def test_requests_are_logged_where_that_is_wanted_without_saying_whose_they_are(expanded):
    assert expanded["Parameters"]["AccessLogs"]["Default"] == "off"
    (stage,) = of_type(expanded, "AWS::ApiGateway::Stage").values()
    condition, setting, otherwise = stage["Properties"]["AccessLogSetting"]["Fn::If"]
    assert (condition, otherwise) == ("WithAccessLogs", {"Ref": "AWS::NoValue"})
    assert expanded["Resources"]["RequestLogs"]["Condition"] == condition
    assert properties(expanded, "RequestLogs")["RetentionInDays"] == {"Ref": "LogDays"}
    named = set(re.findall(r"\$context\.(\w+)", setting["Format"]))
    assert named == {
        "requestId",
        "requestTimeEpoch",
        "httpMethod",
        "resourcePath",
        "status",
        "responseLatency",
        "integrationLatency",
        "responseLength",
        "error",
    }
    assert all(json.loads(setting["Format"]).values())


def test_all_that_holds_data_is_known_to_the_deployment_as_precious(expanded):
    kept = {
        resource["Type"]
        for resource in expanded["Resources"].values()
        if resource.get("DeletionPolicy") == "Retain"
    }
    assert kept <= set(changes.PRECIOUS)
    assert "AWS::ApiGateway::RestApi" in changes.PRECIOUS


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_writes_to_a_log_that_forgets(expanded, name):
    log = properties(expanded, name)["LoggingConfig"]["LogGroup"]["Ref"]
    assert properties(expanded, log)["RetentionInDays"] == {"Ref": "LogDays"}


def test_the_sweep_runs_each_minute_and_both_sides_are_asked_each_hour(expanded):
    rules = [rule["Properties"] for rule in of_type(expanded, "AWS::Events::Rule").values()]
    started = {
        target["Arn"]["Fn::GetAtt"][0]: rule["ScheduleExpression"]
        for rule in rules
        for target in rule["Targets"]
    }
    assert started == SCHEDULES


def test_a_platform_is_answered_within_ten_seconds_whatever_happens(expanded):
    assert properties(expanded, "APIHandler")["Timeout"] <= 10


def test_the_key_of_the_marks_is_made_with_the_stack_and_outlives_it(expanded):
    resource = expanded["Resources"]["PrivacySecret"]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    made = resource["Properties"]["GenerateSecretString"]
    assert (made["GenerateStringKey"], made["PasswordLength"]) == ("mark_keys", 64)
    assert resource["Properties"]["Name"] == {"Fn::Sub": "${SecretsPrefix}privacy"}


def test_everything_has_an_end_by_default_and_nothing_ends_before_senders_stop_trying(expanded):
    days = {name: expanded["Parameters"][name] for name in ("ItemDays", "MessageDays", "MediaDays")}
    assert {name: each["Default"] for name, each in days.items()} == {
        "ItemDays": 14,
        "MessageDays": 365,
        "MediaDays": 90,
    }
    assert all(each["MinValue"] == 14 for each in days.values())
    assert LEAST_ITEM_DAYS == 14


def test_nothing_that_holds_what_people_wrote_is_without_encryption(expanded):
    tables, queues, buckets = (
        [each["Properties"] for each in of_type(expanded, kind).values()]
        for kind in ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket")
    )
    assert tables
    assert queues
    assert buckets
    assert all(table["SSESpecification"]["SSEEnabled"] is True for table in tables)
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues)
    for bucket in buckets:
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_the_bucket_refuses_whoever_asks_without_encryption(expanded):
    (policy,) = of_type(expanded, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == (
        "Deny",
        "*",
        "s3:*",
    )
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_platforms_are_asked_over_encrypted_connections(expanded):
    for name in ("GraphUrl", "InstagramUrl"):
        assert expanded["Parameters"][name]["Default"].startswith("https://")
