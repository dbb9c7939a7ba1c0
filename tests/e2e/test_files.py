"""Pictures and documents, both ways, on all three channels."""

from __future__ import annotations

import base64

import httpx
import pytest

from tests.e2e.illustrated import files_of, illustrated, png
from tests.e2e.local_run import LocalRun, comments, eventually, notes
from tests.integration.desk.desk import Agent

CHANNELS = ["messenger", "instagram", "whatsapp"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_picture_is_in_the_ticket_and_the_agents_files_are_on_the_phone(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    contact = "15550003001"
    picture = png(10)
    assert run.write(channel, contact, f"{channel} photo follows") == 200
    assert run.send_file(channel, contact, "photo.png", picture) == 200
    ticket = eventually(lambda: illustrated(run, f"{channel} photo follows"))
    assert [content for _, content in files_of(ticket)] == [picture]

    answer = png(200)
    alice.reply(
        ticket["id"],
        "here is ours",
        [("attachment", ("ours.png", answer)), ("attachment", ("terms.pdf", b"%PDF-1.4 terms"))],
    )
    eventually(lambda: len(run.outbox(channel, contact)) == 3, within=20.0)
    sent = run.outbox(channel, contact)
    assert sent[0]["text"] == "here is ours"
    assert [httpx.get(message["url"]).content for message in sent[1:]] == [
        answer,
        b"%PDF-1.4 terms",
    ]


def test_a_picture_as_the_first_message_makes_the_ticket(run: LocalRun) -> None:
    assert run.send_file("whatsapp", "15550003002", "cat.png", png(1), text="my cat") == 200
    ticket = eventually(lambda: illustrated(run, "my cat"))
    assert comments(ticket) == ["my cat"]


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_what_a_customer_looks_like_stands_in_their_new_ticket_once(
    run: LocalRun, channel: str
) -> None:
    contact, picture = "15550003009", png(77)
    content = base64.b64encode(picture).decode()
    run.sim("/sim/picture", channel=channel, contact=contact, content=content)
    run.write(channel, contact, f"{channel}: who am I?", name="Ana Bell")
    ticket = eventually(lambda: illustrated(run, f"{channel}: who am I?"))
    run.write(channel, contact, f"{channel}: guess")
    ticket = eventually(lambda: run.ticket(said=f"{channel}: guess"))
    assert files_of(ticket) == [("profile picture.png", picture)]
    assert "Ana Bell" in ticket["title"]


def test_a_file_that_the_channel_does_not_take_is_told_to_the_agent(
    run: LocalRun, alice: Agent
) -> None:
    run.write("instagram", "15550003003", "instagram no zip")
    ticket = eventually(lambda: run.ticket(said="instagram no zip"))
    alice.reply(ticket["id"], "see", [("attachment", ("all.zip", b"PK\x03\x04zip"))])
    told = eventually(lambda: notes(run.ticket(said="instagram no zip") or {"followup_set": []}))
    assert "[all.zip]" in told[0]
    assert [message["text"] for message in run.outbox("instagram", "15550003003")] == ["see"]


def test_the_books_are_in_balance_with_files(run: LocalRun) -> None:
    eventually(lambda: run.verify()["pending"] == run.verify()["out"]["pending"] == 0)
    assert run.verify()["lost"] == 0
