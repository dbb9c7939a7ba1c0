"""A customer's message becomes a ticket; the agent's answer, from the desk's own page, comes back."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from tests.e2e.local_run import LocalRun, comments, eventually, notes
from tests.integration.desk.desk import Agent

CHANNELS = ["messenger", "instagram", "whatsapp"]
PROMPTLY = 2.0
ATTEMPTS = 3


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_message_is_a_ticket_within_two_seconds_and_the_answer_is_back_within_two(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    """
    By the clocks of both ends: how long it takes to ask a full desk for its tickets is not counted.

    What else a machine does may delay one of three customers, not each.
    """
    seconds = [_there_and_back(run, alice, channel, f"155500010{n}1") for n in range(ATTEMPTS)]
    there, back = zip(*seconds, strict=True)
    assert min(there) < PROMPTLY, seconds
    assert min(back) < PROMPTLY, seconds


def _there_and_back(run: LocalRun, alice: Agent, channel: str, contact: str) -> tuple[float, float]:
    """Return in how many seconds a message stood in its ticket, and the answer on the phone."""
    question = f"Where is my parcel, {contact}? <b>{channel}</b> {{{{ 7*7 }}}} 🙂"
    began = time.time()
    assert run.write(channel, contact, question, name="Ana Bell") == 200
    ticket = eventually(lambda: run.ticket(channel=channel, said=question))
    written = datetime.fromisoformat(ticket["followup_set"][0]["date"]).timestamp() - began
    assert comments(ticket) == [question]

    alice.reply(ticket["id"], f"On its way.\nReally: {channel} & co 🙂")
    began = time.time()
    (sent,) = eventually(lambda: run.outbox(channel, contact))
    assert sent["text"] == f"On its way.\nReally: {channel} & co 🙂"
    return written, sent["at"] / 1000 - began


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_second_message_is_appended_to_the_same_ticket(run: LocalRun, channel: str) -> None:
    for text in ("first", "second", "third"):
        assert run.write(channel, "15550001002", f"{channel} {text}", name="Bo") == 200
    ticket = eventually(lambda: run.ticket(channel=channel, said=f"{channel} third"))
    assert comments(ticket) == [f"{channel} first", f"{channel} second", f"{channel} third"]


def test_a_private_note_never_leaves(run: LocalRun, alice: Agent) -> None:
    run.write("whatsapp", "15550001003", "is anybody there?", name="Cy")
    ticket = eventually(lambda: run.ticket(said="is anybody there?"))
    alice.reply(ticket["id"], "a difficult customer", public=None)
    alice.reply(ticket["id"], "yes, we are")
    sent = eventually(lambda: run.outbox("whatsapp", "15550001003"))
    assert [message["text"] for message in sent] == ["yes, we are"]


def test_a_closed_ticket_is_opened_again_by_the_customer(run: LocalRun, alice: Agent) -> None:
    run.write("messenger", "15550001004", "it is broken", name="Di")
    ticket = eventually(lambda: run.ticket(said="it is broken"))
    alice.reply(ticket["id"], "repaired", new_status="3")
    alice.reply(ticket["id"], "", new_status="4")
    eventually(lambda: run.outbox("messenger", "15550001004"))
    run.write("messenger", "15550001004", "broken again", name="Di")
    opened = eventually(lambda: run.ticket(said="broken again"))
    assert opened["id"] == ticket["id"]
    assert opened["status"] == 1


def test_a_refused_send_becomes_a_note_that_says_why(run: LocalRun, alice: Agent) -> None:
    run.write("messenger", "15550001005", "hello?", name="Ed")
    ticket = eventually(lambda: run.ticket(said="hello?"))
    # Twice: what the window refuses is tried once more, as what a person wrote.
    run.fault(
        match={"channel": "messenger", "recipient": "15550001005"}, times=2, fault="error", code=10
    )
    alice.reply(ticket["id"], "too late")
    told = eventually(lambda: notes(run.ticket(said="hello?") or {"followup_set": []}))
    assert "not sent" in told[0]
    assert "too late" in told[0]
    assert run.outbox("messenger", "15550001005") == []


@pytest.mark.parametrize("channel", CHANNELS)
def test_statuses_climb_to_delivered(run: LocalRun, alice: Agent, channel: str) -> None:
    run.write(channel, "15550001006", f"{channel} status?", name="Flo")
    ticket = eventually(lambda: run.ticket(channel=channel, said=f"{channel} status?"))
    alice.reply(ticket["id"], "here")
    eventually(lambda: run.outbox(channel, "15550001006"))
    conversation = ticket["custom_conversation_id"]

    def delivered() -> bool:
        said = run.ops("conversation", "show", conversation, "--json")[1]
        return '"delivered"' in said or (channel == "instagram" and '"sent"' in said)

    eventually(delivered)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_lost_answer_is_confirmed_and_the_reply_goes_out_once(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    run.write(channel, "15550001007", f"{channel} once?", name="Gus")
    ticket = eventually(lambda: run.ticket(channel=channel, said=f"{channel} once?"))
    match = {"channel": channel, "recipient": "15550001007"}
    run.fault(match=match, times=1, fault="lost_answer")
    alice.reply(ticket["id"], "once")
    eventually(lambda: run.outbox(channel, "15550001007"))
    alice.reply(ticket["id"], "twice")
    eventually(lambda: len(run.outbox(channel, "15550001007")) == 2)
    texts = [message["text"] for message in run.outbox(channel, "15550001007")]
    assert texts == ["once", "twice"]
    eventually(lambda: run.verify()["out"]["unconfirmed"] == 0)


def test_an_item_of_an_unknown_account_is_kept_and_listed(run: LocalRun) -> None:
    body = (
        '{"object":"page","entry":[{"id":"999","time":1,"messaging":[{"sender":{"id":"1"},'
        '"recipient":{"id":"999"},"timestamp":1763000000000,"message":{"mid":"m_x","text":"hm"}}]}]}'
    )
    before = run.verify()["parked"]
    assert run.raw("messenger", body) == 200
    eventually(lambda: run.verify()["parked"] == before + 1)
    _, listed = run.ops("parked")
    assert "no_account" in listed


def test_forged_and_malformed_requests_are_refused_with_a_constant_body(run: LocalRun) -> None:
    signatures = [
        b"",
        b"sha256=",
        b"sha1=" + b"0" * 40,
        b"sha256=zz",
        b"sha256=" + b"0" * 64,
        b"sha256=\xff",
    ]
    answers = [
        run.post("/webhooks/whatsapp", b"{}", {b"X-Hub-Signature-256": signature})
        for signature in signatures
    ]
    answers.append(run.post("/webhooks/whatsapp", b"{}", {}))
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, "unauthorised")}
    assert run.raw("whatsapp", "not json") == 400
    assert run.raw("whatsapp", "[]") == 400
    assert run.post("/webhooks/fax", b"{}", {}).status_code == 404
    assert run.post("/helpdesks/none/webhook", b"{}", {}).status_code == 404
    assert run.post("/helpdesks/local/webhook", b"{}", {}).status_code == 401


def test_the_books_are_in_balance(run: LocalRun) -> None:
    eventually(lambda: run.verify()["pending"] == 0)
    books = run.verify()
    assert books["lost"] == 0
    assert books["received"] > 0
    assert books["forwarded"] > 0
