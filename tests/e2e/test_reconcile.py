"""What no webhook ever told is asked for, and stands in its ticket or on the phone once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from infra.local.credentials import DESK_ID, INSTAGRAM_ID, PAGE_ID
from tests.e2e.local_run import LocalRun, comments, eventually
from tests.integration.desk.desk import Agent
from tests.webhooks import TIME, Said, entry, webhook

ACCOUNTS = {"messenger": PAGE_ID, "instagram": INSTAGRAM_ID}
DESK = f"desk#{DESK_ID}"
LOST = "lost on its way"


def reconcile(run: LocalRun, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Ask at once: nobody waits five minutes for a webhook that is known to be lost."""
    status, told = run.ops("reconcile", "--grace", "0", "--json", *arguments)
    assert status in (0, 1), told
    answer: dict[str, Any] = json.loads(told)
    assert [each["trouble"] for each in answer["sources"]] == [""] * len(answer["sources"])
    return status, answer


@pytest.fixture(scope="module", autouse=True)
def heard_of_everything(run: LocalRun) -> None:
    """What other tests kept from the application is taken in before."""
    reconcile(run)
    at_rest(run)


def at_rest(run: LocalRun) -> dict[str, Any]:
    eventually(lambda: run.verify()["pending"] == 0)
    return run.verify()


@contextmanager
def losing_webhooks(run: LocalRun, words: str) -> Iterator[None]:
    """Have the desk forget each webhook with these words as soon as it is written down."""
    database = run.state / "desk" / "desk.sqlite3"
    with closing(sqlite3.connect(database, timeout=20)) as desk:
        desk.execute(
            "CREATE TRIGGER lost AFTER INSERT ON outgoing_webhook"
            f" WHEN instr(NEW.body, '{words}')"
            " BEGIN DELETE FROM outgoing_webhook WHERE id = NEW.id; END"
        )
        desk.commit()
        try:
            yield
        finally:
            desk.execute("DROP TRIGGER lost")
            desk.commit()


@pytest.mark.parametrize("channel", ACCOUNTS)
def test_a_message_whose_webhook_was_never_sent_stands_in_its_ticket_once(
    run: LocalRun, channel: str
) -> None:
    contact, text = "15550005001", f"never told on {channel}"
    assert run.write(channel, contact, f"told on {channel}") == 200
    eventually(lambda: run.ticket(channel=channel, said=f"told on {channel}"))
    before = at_rest(run)
    message_id = run.write_untold(channel, contact, text)
    account = ("--account", f"{channel}#{ACCOUNTS[channel]}")

    status, dry = reconcile(run, *account, "--dry-run")
    assert [item["key"] for item in dry["items"]] == [f"m:{message_id}"], dry
    assert (status, dry["missed"], dry["sent"]) == (1, 1, 0)
    assert run.ticket(said=text) is None
    status, found = reconcile(run, *account)
    assert (status, found["missed"], found["sent"]) == (1, 1, 1)
    ticket = eventually(lambda: run.ticket(said=text))
    assert comments(ticket) == [f"told on {channel}", text]
    at_rest(run)
    status, again = reconcile(run, *account)
    assert (status, again["missed"], again["sent"]) == (0, 0, 0)
    assert again["sources"][0]["told"] > 0

    # And then the webhook comes after all.
    late = json.dumps(
        webhook(channel, entry(channel, [Said(ACCOUNTS[channel], contact, message_id, text)]))
    )
    assert run.raw(channel, late) == 200
    eventually(lambda: run.verify()["duplicate"] == before["duplicate"] + 1)
    after = at_rest(run)
    (ticket,) = run.tickets(said=text)
    assert comments(ticket) == [f"told on {channel}", text]
    assert (after["lost"], after["received"]) == (0, before["received"] + 2)
    assert str(TIME) in late


def test_what_is_young_may_still_come_by_itself_and_is_left_alone(run: LocalRun) -> None:
    run.write_untold("messenger", "15550005002", "a moment ago")
    status, told = run.ops("reconcile", "--account", f"messenger#{PAGE_ID}", "--json")
    assert (status, json.loads(told)["missed"]) == (0, 0)
    assert run.ticket(said="a moment ago") is None
    reconcile(run)
    eventually(lambda: run.ticket(said="a moment ago"))


def test_an_agents_reply_whose_webhook_was_lost_reaches_the_phone_once(
    run: LocalRun, alice: Agent
) -> None:
    contact = "15550005003"
    run.write("whatsapp", contact, "who answers me?")
    ticket = eventually(lambda: run.ticket(said="who answers me?"))
    alice.reply(ticket["id"], "I do.")
    eventually(lambda: run.outbox("whatsapp", contact))
    before = at_rest(run)["out"]
    with losing_webhooks(run, LOST):
        alice.reply(ticket["id"], f"{LOST}: a note", public=None)
        alice.reply(ticket["id"], f"{LOST}: an answer", [("attachment", ("a.pdf", b"%PDF"))])

    status, found = reconcile(run, "--desk", DESK_ID)
    assert (status, found["missed"], found["sent"]) == (1, 1, 1)
    assert [each["source"] for each in found["sources"]] == [DESK]

    def arrived() -> list[str]:
        return [sent["text"] or sent["filename"] for sent in run.outbox("whatsapp", contact)]

    eventually(lambda: len(arrived()) == 3)
    status, again = reconcile(run, "--desk", DESK_ID)
    assert (status, again["missed"]) == (0, 0)
    after = at_rest(run)["out"]
    assert arrived() == ["I do.", f"{LOST}: an answer", "a.pdf"]
    assert after["received"] == before["received"] + 1
    assert (after["failed"], after["unconfirmed"]) == (before["failed"], before["unconfirmed"])


def test_whatsapp_says_that_it_cannot_be_asked(run: LocalRun) -> None:
    run.write_untold("whatsapp", "15550005004", "nobody will ever know")
    _, told = reconcile(run)
    cannot = [each["source"] for each in told["sources"] if not each["asked"]]
    assert [source.partition("#")[0] for source in cannot] == ["whatsapp"]
    assert run.ticket(said="nobody will ever know") is None
