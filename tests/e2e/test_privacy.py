"""What people write and who they are stays out of every log."""

from __future__ import annotations

import pytest

from infra.local.credentials import ACCESS_TOKEN, APP_SECRET, INSTAGRAM_SECRET
from tests.e2e.illustrated import png
from tests.e2e.local_run import LocalRun, eventually, notes
from tests.integration.desk.desk import Agent

NUMBER = "393331234567"
NAME = "Wilhelmina Quince"
SAID = "my very own secret question"
ANSWERED = "an answer for nobody else"
FILE = "passport-of-quince.png"
SECRETS = [APP_SECRET, INSTAGRAM_SECRET, ACCESS_TOKEN]


@pytest.mark.parametrize("channel", ["messenger", "instagram", "whatsapp"])
def test_no_log_has_a_text_a_name_a_number_a_file_or_a_secret(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    question = f"{SAID} on {channel}"
    run.write(channel, NUMBER, question, name=NAME)
    run.send_file(channel, NUMBER, FILE, png(77))
    ticket = eventually(lambda: run.ticket(channel=channel, said=question))
    # One reply arrives; the other is refused, and an item of nobody's account is parked.
    alice.reply(ticket["id"], ANSWERED)
    eventually(lambda: run.outbox(channel, NUMBER))
    run.fault(match={"channel": channel, "recipient": NUMBER}, times=1, fault="error", code=100)
    alice.reply(ticket["id"], f"{ANSWERED}, refused")
    eventually(lambda: notes(run.ticket(channel=channel, said=question) or {"followup_set": []}))
    logs = {path.name: path.read_text() for path in (run.state / "logs").glob("*.log")}
    assert "forwarded" in logs["workers.log"]
    assert "received" in logs["app.log"]
    for private in (SAID, ANSWERED, NAME, NAME.split()[1], NUMBER, FILE, *SECRETS):
        assert [name for name, text in logs.items() if private in text] == []
        assert private not in run.output
