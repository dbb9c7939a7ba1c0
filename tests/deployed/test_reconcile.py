"""The function that asks both sides each hour has the rights that it needs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from chalicelib.pipeline.reconcile import GRACE
from tests.deployed.stack import Deployed
from tests.e2e.local_run import comments, eventually

pytestmark = pytest.mark.e2e


def reconcile(stack: Deployed) -> None:
    """Do what the schedule does each hour."""
    event = dict.fromkeys(("version", "id", "detail-type", "source", "account", "region"), "")
    tick = event | {"time": datetime.now(UTC).isoformat(), "resources": [], "detail": {}}
    answer = stack.client("lambda").invoke(
        FunctionName=stack.resources()["Reconcile"], Payload=json.dumps(tick)
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def age(stack: Deployed, message_id: str) -> None:
    """Have a message be older than a webhook is waited for."""
    with closing(sqlite3.connect(stack.people.state / "meta" / "meta.sqlite3", timeout=20)) as meta:
        changed = meta.execute(
            "UPDATE message SET at = at - ? WHERE id = ?", (2 * GRACE, message_id)
        )
        assert changed.rowcount == 1
        meta.commit()


def test_what_no_webhook_told_is_found_by_the_hour_and_is_an_alarm(stack: Deployed):
    text = "nobody told of me"
    age(stack, stack.people.write_untold("messenger", "15550006001", text))
    reconcile(stack)
    ticket = eventually(lambda: stack.people.ticket(said=text))
    assert comments(ticket) == [text]

    def lines(message: str) -> int:
        log = stack.client("logs").filter_log_events(
            logGroupName="/aws/lambda/scripta-prod-reconcile"
        )
        return sum(f'"{message}"' in event["message"] for event in log["events"])

    eventually(lambda: lines("webhook never came"))
    assert lines("source cannot be asked") == lines("not answered") == 0
