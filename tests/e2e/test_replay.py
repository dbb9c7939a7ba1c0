"""An item of an account nobody knew is shown once the account is configured and the item let go."""

from __future__ import annotations

import json
import time
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.account import Account, AccountRef
from chalicelib.storage.directory import TableDirectory
from chalicelib.storage.dynamo import DynamoTable
from infra.local import credentials
from infra.local.aws import client
from infra.local.folder import Folder
from tests.e2e.local_run import LocalRun, comments, eventually
from tests.webhooks import Said, entry, webhook

ACCOUNT = "888"
TEXT = "does anybody read this?"


def configure(run: LocalRun) -> None:
    """Configure the account, as the seed does for those that are known."""
    description = Folder(run.state).read_run()
    assert description is not None
    environment = description["environment"]
    table = DynamoTable(environment["SCRIPTA_TABLE"], client=client(environment, "dynamodb"))
    directory = TableDirectory(table, clock=bootstrap.clock)
    directory.keep_account(Account(ref=AccountRef("messenger", ACCOUNT), desk=credentials.DESK_ID))


def replay(run: LocalRun, *arguments: str) -> dict[str, Any]:
    status, told = run.ops("replay", "--json", *arguments)
    assert status == 0, told
    return dict(json.loads(told))


def written() -> str:
    """Return the webhook of a message that was written a moment ago."""
    said = webhook("messenger", entry("messenger", [Said(ACCOUNT, "4711", "m_replayed", TEXT)]))
    now = round(time.time() * 1000)
    for messaging in said["entry"][0]["messaging"]:
        messaging["timestamp"] = now
    return json.dumps(said)


def test_an_item_of_an_unknown_account_is_shown_once_when_it_was_configured(run: LocalRun) -> None:
    before = run.verify()
    assert run.raw("messenger", written()) == 200
    eventually(lambda: run.verify()["parked"] == before["parked"] + 1)
    dry = replay(run, "--parked", "--dry-run")
    (row,) = [each for each in dry["chosen"] if each["scope"] == f"messenger#{ACCOUNT}"]
    assert row["reason"] == "no_account"
    configure(run)
    # For half a minute the workers may believe that nobody configured it, and park it again.
    eventually(lambda: replay(run, "--item", row["key"]) and run.ticket(said=TEXT))
    replay(run, "--item", row["key"])
    eventually(lambda: run.verify()["pending"] == 0)
    (ticket,) = run.tickets(said=TEXT)
    assert sum(TEXT in comment for comment in comments(ticket)) == 1
    after = run.verify()
    assert after["lost"] == 0
    assert after["parked"] == before["parked"]
    assert after["received"] == before["received"] + 1
