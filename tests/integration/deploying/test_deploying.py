"""`make deploy`: shown before it is done, asked for, resumable, and refused where data would go."""

from __future__ import annotations

import json
import re

import pytest

from infra import deploy
from infra.stack import Stack
from tests.fixtures.ministack import AwsAccount
from tests.integration.deploying import packages
from tests.integration.deploying.conftest import NAME, status_of

YES = ("--yes",)


def test_what_would_be_made_is_shown_and_made_only_after_a_yes(make_deploy, environment):
    told = make_deploy(typed="no\n")
    assert told.status == 1
    assert "  add  Table" in told.out
    assert "2 to add." in told.out
    assert told.out.endswith("Nothing was changed.\n")
    sets = environment.client("cloudformation").list_change_sets(StackName=NAME)["Summaries"]
    assert sets == []

    told = make_deploy(typed="yes\n")
    assert (told.status, told.err) == (0, "")
    assert "CREATE_COMPLETE" in told.out
    assert status_of(environment) == "CREATE_COMPLETE"


def test_where_webhooks_go_is_told_at_the_end_and_what_is_missing(make_deploy, environment):
    told = make_deploy(*YES)
    url = f"{environment.environment['AWS_ENDPOINT_URL']}/restapis/api1/api/_user_request_"
    for channel in ("messenger", "instagram", "whatsapp"):
        assert f"  {channel:<10} {url}/webhooks/{channel}\n" in told.out
    assert "verify token out of the secret scripta-prod/meta (not there yet:" in told.out
    assert "ops desks add --stage prod" in told.out


def test_a_stack_has_secrets_of_its_own_and_keeps_what_was_once_said(make_deploy, environment):
    make_deploy(*YES, "--parameter", "LogDays=90")
    stack = Stack(cloudformation=environment.client("cloudformation"), name=NAME)
    assert stack.parameters()["SecretsPrefix"] == "scripta-prod/"
    make_deploy(*YES, "--parameter", "LogLevel=DEBUG")
    known = stack.parameters()
    assert (known["LogDays"], known["LogLevel"]) == ("90", "DEBUG")
    assert known["SecretsPrefix"] == "scripta-prod/"


def test_what_is_as_the_package_says_is_left_alone(make_deploy):
    make_deploy(*YES)
    told = make_deploy()
    assert told.status == 0
    assert "nothing to change" in told.out
    assert "/webhooks/whatsapp" in told.out


def test_nobody_deletes_the_stack_by_accident(make_deploy, environment):
    make_deploy(*YES)
    cloudformation = environment.client("cloudformation")
    (described,) = cloudformation.describe_stacks(StackName=NAME)["Stacks"]
    assert described["EnableTerminationProtection"] is True


def test_the_bucket_for_packages_is_made_private_and_encrypted(make_deploy, environment):
    make_deploy(*YES)
    s3 = environment.client("s3")
    (bucket,) = [b["Name"] for b in s3.list_buckets()["Buckets"]]
    assert bucket.startswith("scripta-packages-")
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
    (rule,) = encryption["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_data_is_neither_removed_nor_replaced_unless_it_is_named(make_deploy, environment, out):
    make_deploy(*YES)
    template = packages.template()
    del template["Resources"]["IntakeDeadQueue"]
    table = template["Resources"]["Table"]["Properties"]
    table["KeySchema"] = [{"AttributeName": "pk", "KeyType": "HASH"}]
    packages.write(out, template)
    told = make_deploy(*YES)
    assert told.status == 2
    (line,) = told.err.splitlines()
    # AWS is sure of it; the emulated one is not.
    assert re.search(r"Table \((may )?replace\): conversations and books", line)
    assert "IntakeDeadQueue (remove): messages under way" in line
    assert line.endswith("say LET_GO=Table,IntakeDeadQueue.")
    assert status_of(environment) == "CREATE_COMPLETE"

    template["Resources"]["Table"] = packages.template()["Resources"]["Table"]
    packages.write(out, template)
    assert make_deploy(*YES, "--let-go", "Table").status == 2
    told = make_deploy(*YES, "--let-go", "IntakeDeadQueue")
    assert (told.status, told.err) == (0, "")
    assert "1 to remove." in told.out


def test_nobody_there_to_agree_is_a_wrong_call_and_changes_nothing(make_deploy, environment):
    told = make_deploy()
    assert told.status == 2
    assert "YES=1" in told.err
    assert status_of(environment) == "REVIEW_IN_PROGRESS"
    assert make_deploy(*YES).status == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--stage", "prd"), "There is no stage 'prd': .chalice/config.json has dev, prod."),
        (("--parameter", "LogDays"), "'LogDays' is no parameter"),
        (("--parameter", "LogDay=90"), "'LogDay=90' is no parameter"),
    ],
)
def test_a_wrong_call_is_one_line_and_changes_nothing(make_deploy, environment, arguments, words):
    told = make_deploy(*YES, *arguments)
    assert told.status == 2
    (line,) = told.err.splitlines()
    assert words in line
    assert status_of(environment) == ""
    assert environment.client("s3").list_buckets()["Buckets"] == []


def test_without_a_package_it_is_said_that_there_is_none(make_deploy, out):
    (out / "sam.json").unlink()
    told = make_deploy(*YES)
    assert told.status == 2
    assert "holds no package" in told.err


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "No AWS credentials"),
        ({"AWS_PROFILE": "nobody"}, "No AWS credentials"),
        ({"AWS_DEFAULT_REGION": "", "AWS_REGION": ""}, "No region is set"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "AWS does not answer"),
    ],
)
def test_an_account_that_cannot_be_used_is_one_line(
    make_deploy, monkeypatch, tmp_path, variables, words
):
    for name, value in variables.items():
        if value:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    told = make_deploy(*YES)
    assert told.status == 2
    (line,) = told.err.splitlines()
    assert words in line


def test_a_creation_that_fails_says_why_and_the_next_call_what_to_do(make_deploy, environment, out):
    template = packages.template()
    template["Resources"]["Broken"] = {
        "Type": "AWS::Logs::LogStream",
        "Properties": {"LogGroupName": "there-is-none"},
    }
    packages.write(out, template)
    told = make_deploy(*YES)
    assert told.status == 1
    assert "ROLLBACK_COMPLETE" in told.err
    assert "Broken: " in told.err
    told = make_deploy(*YES)
    assert told.status == 2
    (line,) = told.err.splitlines()
    assert "ROLLBACK_COMPLETE" in line
    assert f"aws cloudformation delete-stack --stack-name {NAME}" in line


def test_a_template_that_cannot_be_is_refused_in_cloudformations_words(
    make_deploy, environment, out
):
    template = packages.template()
    template["Resources"]["Odd"] = {"Type": "AWS::Nothing::OfThatKind"}
    packages.write(out, template)
    told = make_deploy(*YES)
    assert told.status == 2
    (line,) = told.err.splitlines()
    assert "OfThatKind" in line
    assert status_of(environment) in ("", "REVIEW_IN_PROGRESS")


def test_a_call_that_was_interrupted_is_followed_and_finished_by_the_next(
    make_deploy, environment, monkeypatch
):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Stack, "follow", interrupted)
        told = make_deploy(*YES)
    assert told.status == 130
    assert "the same command follows it" in told.err
    told = make_deploy(*YES)
    assert (told.status, told.err) == (0, "")
    assert status_of(environment) == "CREATE_COMPLETE"


def test_an_interruption_before_the_yes_leaves_no_change_set(make_deploy, environment, monkeypatch):
    def interrupted() -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(deploy, "_consent", interrupted)
        assert make_deploy().status == 130
    sets = environment.client("cloudformation").list_change_sets(StackName=NAME)["Summaries"]
    assert sets == []


def test_the_bucket_of_somebody_else_is_not_used(make_deploy, emulated_aws):
    other = AwsAccount(environment=emulated_aws.environment(account="999900001111"))
    where = {"LocationConstraint": "eu-west-1"}
    other.client("s3").create_bucket(Bucket="taken-already", CreateBucketConfiguration=where)
    told = make_deploy(*YES, "--bucket", "taken-already")
    assert told.status == 2
    (line,) = told.err.splitlines()
    assert "not ours to use" in line


def test_the_desks_of_the_table_have_their_addresses(make_deploy, environment):
    make_deploy(*YES)
    stack = Stack(cloudformation=environment.client("cloudformation"), name=NAME)
    desk = {
        "pk": {"S": "CONFIGURATION"},
        "sk": {"S": "DESK#main"},
        "id": {"S": "main"},
        "helpdesk": {"S": "django_helpdesk"},
        "url": {"S": "https://desk.example"},
        "reopen_window": {"N": "1"},
        "options": {"M": {}},
    }
    environment.client("dynamodb").put_item(TableName=stack.outputs()["TableName"], Item=desk)
    environment.client("secretsmanager").create_secret(
        Name="scripta-prod/meta", SecretString=json.dumps({"verify_tokens": ["v"]})
    )
    told = make_deploy()
    assert "/api/_user_request_/helpdesks/main/webhook\n" in told.out
    assert "out of the secret scripta-prod/meta\n" in told.out
