"""What agents write in a real desk: long answers, and conversations that they begin themselves."""

from __future__ import annotations

import pytest

from tests.e2e.local_run import LocalRun, comments, eventually, notes
from tests.integration.desk.desk import Agent


@pytest.mark.parametrize(("channel", "sentences"), [("messenger", 300), ("instagram", 120)])
def test_a_long_answer_arrives_in_portions_once_and_in_order(
    run: LocalRun, alice: Agent, channel: str, sentences: int
) -> None:
    person = "15550001101"
    run.write(channel, person, f"tell me all of {channel}", name="Lia")
    ticket = eventually(lambda: run.ticket(said=f"tell me all of {channel}"))
    answer = " ".join(f"Sentence {number} 👨‍👩‍👧." for number in range(sentences))
    alice.reply(ticket["id"], answer)

    def sent() -> list[str]:
        return [message["text"] for message in run.outbox(channel, person)]

    eventually(lambda: " ".join(sent()) == answer)
    assert len(sent()) > 1
    assert all(portion.endswith("👨‍👩‍👧.") for portion in sent())


def test_an_agent_begins_a_conversation_and_the_answer_comes_into_that_ticket(
    run: LocalRun, alice: Agent
) -> None:
    person = "15550001102"
    fields = {"title": "Call Mia", "body": "About her parcel", "submitter_email": ""}
    page = alice.submit("/tickets/submit/", "form:has([name=body])", fields | {"priority": "3"})
    number = int(page.url.path.strip("/").rpartition("/")[2])

    alice.reply(number, "/whatsapp 555 order it")
    told = eventually(lambda: notes(run.ticket(said="About her parcel") or {"followup_set": []}))
    assert "phone number" in told[0]

    blanks = '“Mia” "in viaggio" header=1042 button1=1042'
    alice.reply(number, f"/whatsapp +{person} order_update it {blanks}")
    (sent,) = eventually(lambda: run.outbox("whatsapp", person))
    assert sent["type"] == "template"
    assert "Ciao Mia, il tuo ordine è in viaggio." in sent["text"]
    run.write("whatsapp", person, "thank you, and when?", name="Mia")
    ticket = eventually(lambda: run.ticket(said="thank you, and when?"))
    assert ticket["id"] == number
    assert comments(ticket)[0] == "About her parcel"

    alice.reply(number, "Tomorrow")
    eventually(lambda: run.outbox("whatsapp", person)[1:])
    assert run.outbox("whatsapp", person)[-1]["text"] == "Tomorrow"
