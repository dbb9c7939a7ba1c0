"""A local run with a second desk: WhatsApp is served by a Request Tracker, the rest as ever."""

from __future__ import annotations

import json

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.storage.directory import TableDirectory
from chalicelib.storage.dynamo import DynamoTable
from infra.local.aws import client
from infra.local.credentials import PHONE_NUMBER_ID
from infra.local.resources import TABLE, put_secrets
from tests.e2e.local_run import LocalRun
from tests.integration.rt.rt import RtProcess

DESK = "tracker"  #: the second desk's id


def serve_whatsapp(run: LocalRun, rt: RtProcess) -> None:
    """Do what an operator does who adds a desk and lets it serve an account, before anybody writes."""
    environment = json.loads((run.state / "run.json").read_text())["environment"]
    table = DynamoTable(TABLE, client=client(environment, "dynamodb"))
    directory = TableDirectory(table, clock=lambda: 0)
    directory.keep_desk(Desk(id=DESK, helpdesk="request_tracker", url=rt.url))
    directory.keep_account(Account(ref=AccountRef("whatsapp", PHONE_NUMBER_ID), desk=DESK))
    secrets = {"api_tokens": [rt.tokens["scripta"]], "webhook_secrets": [rt.secret]}
    put_secrets(environment, {f"desks/{DESK}": secrets})


def webhook_url(run: LocalRun) -> str:
    """Return where the second desk's webhooks go."""
    return run.app(f"/helpdesks/{DESK}/webhook")
