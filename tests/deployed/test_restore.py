"""A table that is lost comes back from its backup, and no customer is written to twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.deployed.emulator import emulated_aws
from tests.deployed.stack import Deployed, deployed
from tests.e2e.local_run import comments, eventually
from tests.integration.desk.desk import Agent

pytestmark = pytest.mark.e2e

ANA = "15550008001"
BACKUP = "before-the-loss"


@pytest.fixture(scope="module")
def own_stack(packaged, tmp_path_factory):
    """A stack that the test may take the table's rows from."""
    folder = tmp_path_factory.mktemp("restored")
    with (
        emulated_aws(folder / "aws") as environment,
        deployed(packaged, environment, folder / "state") as stack,
    ):
        yield stack


def sent(stack: Deployed) -> list[str]:
    return [message["text"] for message in stack.people.outbox("whatsapp", ANA)]


def restored_beside(stack: Deployed) -> str:
    """Restore the backup under a name of its own, as AWS does, and return the name."""
    dynamodb = stack.client("dynamodb")
    (backup,) = dynamodb.list_backups(TableName=stack.outputs["TableName"])["BackupSummaries"]
    name = f"{stack.outputs['TableName']}-restored"
    dynamodb.restore_table_from_backup(BackupArn=backup["BackupArn"], TargetTableName=name)
    eventually(lambda: dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    return name


def lose(stack: Deployed) -> None:
    """Remove every row of the stack's table."""
    dynamodb, table = stack.client("dynamodb"), stack.outputs["TableName"]
    rows: list[dict[str, Any]] = []
    for page in dynamodb.get_paginator("scan").paginate(TableName=table):
        rows += page["Items"]
    for row in rows:
        dynamodb.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})


def parked(stack: Deployed) -> dict[str, str]:
    _, found = stack.ops("parked", "--text")
    return {each["text"]: each["reason"] for each in found["parked"]}


def test_what_was_sent_since_the_backup_is_not_sent_again(own_stack: Deployed):
    stack, people = own_stack, own_stack.people
    assert people.write("whatsapp", ANA, "where is it?", name="Ana") == 200
    ticket = eventually(lambda: people.ticket(said="where is it?"))
    alice: Agent = people.agent()
    alice.reply(ticket["id"], "one: sent before the backup")
    eventually(lambda: len(sent(stack)) == 1)
    # Meta refuses for now: the second is under way when the backup is made.
    match = {"channel": "whatsapp", "recipient": ANA}
    people.fault(match=match, times=1000, fault="error", code=4, http=400)
    alice.reply(ticket["id"], "two: sent after the backup")
    eventually(lambda: stack.ops("verify")[1]["out"]["pending"] == 1)
    stack.client("dynamodb").create_backup(TableName=stack.outputs["TableName"], BackupName=BACKUP)
    people.forget("/sim/faults")
    eventually(lambda: len(sent(stack)) == 2)
    alice.reply(ticket["id"], "three: written and sent after the backup")
    eventually(lambda: len(sent(stack)) == 3)
    eventually(lambda: stack.ops("verify")[1]["out"]["pending"] == 0)
    before = sent(stack)

    table = restored_beside(stack)
    lose(stack)
    status, done = stack.ops("restore", "--from", table, "--yes")
    assert (status, done["parked"]) == (1, 1)
    # The desk is asked what was said: of the time after the backup nothing is in the books.
    _, found = stack.ops("reconcile", "--desk", "local", "--grace", "0")
    assert found["missed"] >= 1
    eventually(lambda: len(parked(stack)) >= 2)
    reasons = parked(stack)
    assert set(reasons.values()) == {"restored"}

    alice.reply(ticket["id"], "four: after the restoring")
    eventually(lambda: len(sent(stack)) == 4)
    assert people.write("whatsapp", ANA, "thank you", name="Ana") == 200
    eventually(lambda: "thank you" in comments(people.reread(ticket) or {}))
    assert sent(stack) == [*before, "four: after the restoring"]
    assert stack.ops("verify")[1]["out"]["pending"] == 0
    alice.http.close()
