"""What each function may do: no more than its code asks for, and nothing to everything."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from tests.unit.infra_package.conftest import of_type

READS = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
#: What intrinsics stand for: enough of an ARN for a policy to be judged by.
_SAMPLES = {
    "Partition": "aws",
    "Region": "eu-west-1",
    "AccountId": "111122223333",
    "SecretsPrefix": "scripta/",
}
_ARNS = {
    "Table": "arn:aws:dynamodb:eu-west-1:111122223333:table/scripta",
    "Bucket": "arn:aws:s3:::scripta-bucket",
    "Queue": "arn:aws:sqs:eu-west-1:111122223333:queue.fifo",
    "Logs": "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/scripta:*",
}


def roles(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return of_type(template, "AWS::IAM::Role")


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        statement
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def resources(statement: dict[str, Any]) -> list[Any]:
    named = statement["Resource"]
    return named if isinstance(named, list) else [named]


def actions_on(role: dict[str, Any], name: str) -> set[str]:
    """Return what a role may do to a resource of the template or to a part of it."""
    return {
        action
        for statement in statements(role)
        if any(name in json.dumps(resource) for resource in resources(statement))
        for action in statement["Action"]
    }


def test_every_function_has_a_role_of_its_own(expanded):
    functions = of_type(expanded, "AWS::Lambda::Function")
    used = [f["Properties"]["Role"]["Fn::GetAtt"][0] for f in functions.values()]
    assert sorted(used) == sorted(roles(expanded))


def test_no_role_has_a_policy_that_is_not_in_its_own_text(expanded):
    for role in roles(expanded).values():
        assert "ManagedPolicyArns" not in role["Properties"]


def test_a_wildcard_has_a_written_reason_and_a_reason_has_a_wildcard(template):
    for name, role in roles(template).items():
        used = {
            resource if isinstance(resource, str) else resource["Fn::Sub"]
            for statement in statements(role)
            for resource in resources(statement)
            if re.search(r"[*?]", json.dumps(resource))
        }
        reasons = role.get("Metadata", {}).get("Wildcards", {})
        assert used == set(reasons), name
        assert all(len(reason.split()) > 3 for reason in reasons.values()), name
        assert "*" not in used, name


def test_no_action_is_a_pattern(template):
    for role in roles(template).values():
        for statement in statements(role):
            assert not [action for action in statement["Action"] if "*" in action]


def test_a_worker_may_take_from_its_own_queue_and_from_no_other(expanded):
    for source in of_type(expanded, "AWS::Lambda::EventSourceMapping").values():
        function = expanded["Resources"][source["Properties"]["FunctionName"]["Ref"]]
        role = expanded["Resources"][function["Properties"]["Role"]["Fn::GetAtt"][0]]
        queue = source["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        assert actions_on(role, f'"{queue}"') >= READS
        others = set(of_type(expanded, "AWS::SQS::Queue")) - {queue}
        for other in others:
            assert not actions_on(role, f'"{other}"') & READS


def test_the_open_door_can_write_a_body_and_a_queue_message_and_read_no_conversation(expanded):
    role = expanded["Resources"]["ApiHandlerRole"]
    assert actions_on(role, '"Table"') == {"dynamodb:GetItem"}
    assert actions_on(role, "${Bucket.Arn}") == {"s3:PutObject"}
    assert actions_on(role, "Queue") == {"sqs:SendMessage"}
    assert actions_on(role, "accounts/") == set()
    (table,) = [each for each in statements(role) if each["Sid"] == "Table"]
    leading = table["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
    assert leading == ["CONFIGURATION", "DELETION"]


def test_who_asks_both_sides_changes_nothing_but_the_intake(expanded):
    role = expanded["Resources"]["ReconcileRole"]
    reads = {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
    assert actions_on(role, '"Table"') == reads
    assert actions_on(role, '"IntakeQueue"') == {"sqs:SendMessage"}
    assert actions_on(role, "ForwardQueue") == actions_on(role, "DeliverQueue") == set()
    assert actions_on(role, "${Bucket.Arn}") == {"s3:PutObject"}
    assert actions_on(role, "${SecretsPrefix}meta") == set()


def test_only_who_erases_may_scan_the_table_and_only_who_renews_tokens_writes_secrets(expanded):
    writers = set()
    for name, role in roles(expanded).items():
        allowed = {action for statement in statements(role) for action in statement["Action"]}
        assert ("dynamodb:Scan" in allowed) == (name == "EraseRole")
        writers |= {name for action in allowed if re.match("secretsmanager:(?!Get)", action)}
    assert writers == {"RenewRole"}


def test_who_renews_tokens_changes_nothing_but_the_accounts_secrets(expanded):
    role = expanded["Resources"]["RenewRole"]
    assert actions_on(role, '"Table"') == {"dynamodb:Query"}
    assert actions_on(role, "${SecretsPrefix}accounts/*") == {
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
    }
    for nothing in ("${SecretsPrefix}meta", "${SecretsPrefix}desks", "Queue", "${Bucket.Arn}"):
        assert actions_on(role, nothing) == set()


def test_who_erases_reads_no_file_takes_no_message_and_sends_none(expanded):
    role = expanded["Resources"]["EraseRole"]
    assert actions_on(role, "Queue") == {"sqs:GetQueueAttributes"}
    assert actions_on(role, "media/") == {"s3:DeleteObject"}
    assert actions_on(role, "${SecretsPrefix}privacy-") == {"secretsmanager:GetSecretValue"}
    for others in ("meta", "desks", "accounts"):
        assert actions_on(role, f"${{SecretsPrefix}}{others}") == set()


def test_who_forgets_or_shows_pictures_may_delete_files_and_who_erases_bodies_as_well(expanded):
    deletes = {
        (name, statement["Sid"])
        for name, role in roles(expanded).items()
        for statement in statements(role)
        if "s3:DeleteObject" in statement["Action"]
    }
    assert deletes == {
        ("IngestRole", "Media"),
        ("DeadIntakeRole", "Media"),
        ("ForwardRole", "Media"),
        ("EraseRole", "Media"),
        ("EraseRole", "Bodies"),
    }


# parliament leaves files open when it is imported.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_the_policies_name_actions_and_resources_that_there_are(expanded):
    from parliament import analyze_policy_string  # type: ignore[import-untyped]

    for name, role in roles(expanded).items():
        for policy in role["Properties"]["Policies"]:
            document = json.dumps(_literal(copy.deepcopy(policy["PolicyDocument"])))
            findings = analyze_policy_string(document).findings
            assert [(f.issue, f.detail) for f in findings] == [], name


def _literal(value: Any) -> Any:
    """Return a piece of a policy with sample ARNs in place of its intrinsics."""
    if isinstance(value, list):
        return [_literal(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::GetAtt" in value:
        return _arn(value["Fn::GetAtt"][0])
    if "Fn::Sub" in value:
        return re.sub(r"\$\{(?:AWS::)?(\w+)(?:\.Arn)?}", _sample, value["Fn::Sub"])
    return {key: _literal(each) for key, each in value.items()}


def _sample(place: re.Match[str]) -> str:
    return _SAMPLES.get(place[1]) or _arn(place[1])


def _arn(name: str) -> str:
    return next(arn for kind, arn in _ARNS.items() if name.endswith(kind))
