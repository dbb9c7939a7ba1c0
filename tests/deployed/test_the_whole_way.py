"""The whole way through the deployed stack: API Gateway, functions with their roles, queues, table."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from infra.local.credentials import PAGE_ID
from tests.deployed.stack import Deployed
from tests.e2e.illustrated import files_of, illustrated, png
from tests.e2e.local_run import comments, eventually
from tests.integration.desk.desk import Agent
from tests.webhooks import TIME, Said, entry, webhook

pytestmark = pytest.mark.e2e

CHANNELS = ["messenger", "instagram", "whatsapp"]
LANES = 12
QUEUE_LIMIT = 262_144


def test_the_deployed_application_is_healthy(stack: Deployed):
    answer = httpx.get(f"{stack.url}/health")
    assert answer.json()["status"] == "ok"


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_becomes_a_ticket(stack: Deployed, channel: str):
    text = f"Where is my parcel, {channel}? 🙂"
    assert stack.people.write(channel, "15550002001", text, name="Ana Bell") == 200
    ticket = eventually(lambda: stack.people.ticket(channel=channel, said=text))
    assert comments(ticket) == [text]


def test_an_agents_reply_reaches_the_customer(stack: Deployed, alice: Agent):
    assert stack.people.write("whatsapp", "15550002002", "is anybody there?", name="Bo") == 200
    ticket = eventually(lambda: stack.people.ticket(said="is anybody there?"))
    alice.reply(ticket["id"], "Yes, we are.")
    sent = eventually(lambda: stack.people.outbox("whatsapp", "15550002002"))
    assert [message["text"] for message in sent] == ["Yes, we are."]


def test_files_go_both_ways(stack: Deployed, alice: Agent):
    contact, theirs, ours = "15550002003", png(10), png(200)
    assert (
        stack.people.send_file("whatsapp", contact, "photo.png", theirs, text="a photo of it")
        == 200
    )
    ticket = eventually(lambda: illustrated(stack.people, "a photo of it"))
    assert [content for _, content in files_of(ticket)] == [theirs]
    alice.reply(ticket["id"], "", [("attachment", ("ours.png", ours))])
    (sent,) = eventually(lambda: stack.people.outbox("whatsapp", contact))
    assert httpx.get(sent["url"]).content == ours


def test_a_webhook_too_large_for_the_queue_loses_nothing(stack: Deployed):
    long = "word " * 5_000
    said = [
        Said(PAGE_ID, f"1555000{3000 + n}", f"m_large_{n}", f"large {n:02} {long}".strip())
        for n in range(LANES)
    ]
    # What is older than a fortnight would be kept, and not shown.
    now = str(int(time.time() * 1000))
    body = json.dumps(webhook("messenger", entry("messenger", said))).replace(str(TIME), now)
    assert len(body) > QUEUE_LIMIT
    assert stack.people.raw("messenger", body) == 200

    def shown() -> list[list[str]] | None:
        tickets = stack.people.tickets(said="large ")
        return sorted(map(comments, tickets)) if len(tickets) == LANES else None

    assert eventually(shown) == [[each.text] for each in said]


def test_a_forged_webhook_is_refused(stack: Deployed):
    headers = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    answer = httpx.post(f"{stack.url}/webhooks/whatsapp", content=b"{}", headers=headers)
    assert (answer.status_code, answer.text) == (401, "unauthorised")
