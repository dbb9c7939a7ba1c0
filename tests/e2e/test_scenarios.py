"""Every row of the feature matrix that a customer or an agent can cause, end to end."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e import scenario, scenarios_of_customers, scenarios_of_the_business
from tests.e2e.illustrated import files_of
from tests.e2e.local_run import LocalRun, comments, eventually
from tests.e2e.scenario import AGENT, ALL, FIRST, PAGES, SENT, Scenario, Step
from tests.integration.desk.desk import Agent

EVERYTHING = (
    *scenarios_of_customers.SAID,
    *scenarios_of_customers.CHANGED,
    *scenarios_of_the_business.ELSEWHERE,
    *scenarios_of_the_business.ANSWERED,
    *scenarios_of_the_business.PUBLIC,
)
#: Longer than any channel takes at once.
LONG = "word 🙂 " * 900
ROWS = [(row, channel) for row in EVERYTHING for channel in row.channels]
_WITHIN = 30.0
_numbers = itertools.count(15557001000)


@pytest.fixture(autouse=True)
def nothing_goes_wrong(run: LocalRun) -> Iterator[None]:
    """What a test made go wrong goes right again."""
    yield
    for mishap in ("faults", "delivery"):
        run.forget(f"/sim/{mishap}")


def _filled_in(order: Any, **holes: str) -> Any:
    """Return an order in which every hole has its text."""
    text = json.dumps(order)
    for name, value in holes.items():
        text = text.replace(f"${name}", json.dumps(value)[1:-1])
    return json.loads(text)


class Case:
    """A row on a channel, with a customer of its own."""

    def __init__(self, run: LocalRun, alice: Agent, row: Scenario, channel: str) -> None:
        self.run, self.alice, self.row, self.channel = run, alice, row, channel
        self.contact = str(next(_numbers))
        self.text = f"{row.name}, please ({channel})"
        self.first = ""
        self.found: dict[str, Any] | None = None

    def ticket(self) -> dict[str, Any] | None:
        # The desk reads all its tickets to list some: the list is asked for until it is found.
        if self.found is not None:
            return self.run.reread(self.found)
        self.found = self.run.ticket(channel=self.channel, said=self.text)
        return self.found

    def said(self) -> list[str]:
        ticket = self.ticket()
        return comments(ticket) if ticket else []

    def outbox(self) -> list[str]:
        return [str(sent["text"]) for sent in self.run.outbox(self.channel, self.contact)]

    def open(self) -> None:
        order = self.row.opens or {"text": "$text"}
        told = self.run.sim("/sim/send", **self._at(_filled_in(order, text=self.text)), name="Ana")
        self.first = str(told["message_id"])
        eventually(self.ticket, within=_WITHIN)

    def do(self, step: Step) -> None:
        order = step.order
        if step.where == AGENT:
            ticket = eventually(self.ticket)
            self.alice.reply(ticket["id"], order["text"])
            return
        if step.where == "/sim/faults":
            match = {"channel": self.channel, "recipient": self.contact}
            self.run.fault(match=match, **order)
            return
        if SENT in json.dumps(order):
            sent = eventually(lambda: self.run.outbox(self.channel, self.contact))
            order = _filled_in(order, sent=sent[-1]["id"])
        self.run.sim(step.where, **self._at(_filled_in(order, first=self.first)))

    def _at(self, order: dict[str, Any]) -> dict[str, Any]:
        return {"channel": self.channel, "contact": self.contact, **order}

    def differences(self) -> list[object]:
        """Return what is not yet as the row says."""
        said = "\n".join(self.said())
        found: list[object] = [words for words in self.row.ticket if words not in said]
        ticket = self.ticket()
        contents = [content for _, content in files_of(ticket)] if ticket else []
        if contents != list(self.row.files):
            found.append(contents)
        if self.outbox() != list(self.row.outbox):
            found.append(self.outbox())
        return found

    def settle(self) -> None:
        """Wait until all is as the row says; tell what is not, and what the ticket has instead."""
        try:
            eventually(lambda: not self.differences(), within=_WITHIN)
        except AssertionError:
            pytest.fail(f"{self.differences()!r} is not right; in the ticket: {self.said()!r}")


@pytest.mark.parametrize(("row", "channel"), ROWS, ids=[f"{r.name}-{c}" for r, c in ROWS])
def test_what_is_done_is_seen_where_it_belongs(
    run: LocalRun, alice: Agent, row: Scenario, channel: str
) -> None:
    case = Case(run, alice, row, channel)
    case.open()
    for step in row.steps:
        case.do(step)
    case.settle()
    if row.never:
        eventually(lambda: run.verify()["pending"] == 0)
        said = "\n".join(case.said())
        assert [words for words in row.never if words in said] == []


@pytest.mark.parametrize("channel", ALL)
def test_a_text_that_is_too_long_comes_in_parts_that_are_the_whole(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    case = Case(run, alice, Scenario(name="a long answer"), channel)
    case.open()
    case.do(scenario.agent(LONG))
    words = LONG.split()
    eventually(lambda: " ".join(case.outbox()).split() == words, within=_WITHIN)
    assert len(case.outbox()) > 1


@pytest.mark.parametrize("contact", ["ana.without.number", "US.88001122"])
def test_whoever_shows_no_number_is_answered_and_stays_the_same_when_one_is_shown(
    run: LocalRun, alice: Agent, contact: str
) -> None:
    case = Case(run, alice, Scenario(name=f"no number of {contact}"), "whatsapp")
    case.contact = contact
    case.open()
    case.do(scenario.agent("We can write to you."))
    eventually(lambda: case.outbox() == ["We can write to you."], within=_WITHIN)
    number = str(next(_numbers))
    case.do(scenario.customer(text=f"and this is my number: {number}", phone=number))
    case.do(scenario.customer(share_number=number))
    case.do(scenario.customer(text=f"call {number}"))
    eventually(lambda: f"call {number}" in case.said(), within=_WITHIN)
    assert f"and this is my number: {number}" in "\n".join(case.said())


@pytest.mark.parametrize("channel", ALL)
@pytest.mark.parametrize(
    "mishaps",
    [
        {"batch": 4},
        {"duplicate": 2},
        {"hold": 4, "shuffle": True, "seed": 1},
        {"hold": 4, "batch": 3, "duplicate": 1, "shuffle": True, "seed": 2},
        {"delay": 0.5},
    ],
    ids=["in one", "thrice", "in another order", "all at once", "late"],
)
def test_whatever_happens_to_webhooks_everything_is_said_once(
    run: LocalRun, alice: Agent, channel: str, mishaps: dict[str, Any]
) -> None:
    name = " ".join(f"{key} {value}" for key, value in mishaps.items())
    case = Case(run, alice, Scenario(name=f"astray: {name}"), channel)
    case.open()
    run.sim("/sim/delivery", channel=channel, **mishaps)
    texts = [f"{case.text} {number}" for number in ("one", "two", "three", "four")]
    for text in texts:
        case.do(scenario.customer(text=text))
    eventually(lambda: set(texts) <= set(case.said()), within=_WITHIN)
    eventually(lambda: run.verify()["pending"] == 0)
    assert sorted(case.said()) == sorted([case.text, *texts])


@pytest.mark.parametrize("channel", ALL)
def test_an_answer_that_is_told_of_before_it_is_confirmed_is_ours_and_said_once(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    case = Case(run, alice, Scenario(name="early echo"), channel)
    case.open()
    run.sim("/sim/delivery", channel=channel, early=True)
    case.do(scenario.agent("Told of early."))
    eventually(lambda: case.outbox() == ["Told of early."], within=_WITHIN)
    eventually(lambda: run.verify()["pending"] == 0)
    assert case.said() == [case.text, "Told of early."]


@pytest.mark.parametrize("channel", ALL)
def test_an_answer_that_begins_with_the_customers_words_is_shown_below_them(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    case = Case(run, alice, Scenario(name="quoted back"), channel)
    case.open()
    case.do(scenario.customer(text=f"or this one ({channel})"))
    eventually(lambda: f"or this one ({channel})" in case.said(), within=_WITHIN)
    case.do(scenario.agent(f"> {case.text}\n\nThe first one."))
    case.do(scenario.agent("> something else entirely\nAs it stands."))
    eventually(lambda: len(case.outbox()) == 2, within=_WITHIN)
    assert case.outbox() == ["The first one.", "> something else entirely\nAs it stands."]
    shown = run.thread(channel, case.contact)[-2:]
    assert [each["quote"] and each["quote"]["text"] for each in shown] == [case.text, None]


@pytest.mark.parametrize("channel", PAGES)
def test_a_private_answer_that_is_told_of_early_opens_no_ticket_of_its_own(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    opens = {"comment": {"post": "4711", "text": "$text"}}
    case = Case(run, alice, Scenario(name="early and private", opens=opens), channel)
    case.open()
    run.sim("/sim/delivery", channel=channel, early=True)
    words = f"Between us ({channel})."
    case.do(scenario.agent(f"/private {words}"))
    eventually(lambda: case.outbox() == [words], within=_WITHIN)
    eventually(lambda: run.verify()["pending"] == 0)
    outside = f"[sent to the customer outside the helpdesk]\n{words}"
    assert run.ticket(said=outside) is None


@pytest.mark.parametrize("channel", PAGES)
def test_an_answer_that_nobody_ever_tells_of_is_said_once(
    run: LocalRun, alice: Agent, channel: str
) -> None:
    case = Case(run, alice, Scenario(name="no echo"), channel)
    case.open()
    run.sim("/sim/delivery", channel=channel, no_echo=True)
    case.do(scenario.agent("Never told of."))
    eventually(lambda: case.outbox() == ["Never told of."], within=_WITHIN)
    eventually(lambda: run.verify()["pending"] == 0)
    assert case.said() == [case.text, "Never told of."]


def test_an_agent_begins_a_conversation_with_a_number(run: LocalRun, alice: Agent) -> None:
    number = str(next(_numbers))
    page = alice.submit(
        "/tickets/submit/",
        "form:has([name=body])",
        {"title": "Call back", "body": number, "submitter_email": "", "priority": "3"},
    )
    ticket_id = int(page.url.path.strip("/").rpartition("/")[2])
    alice.reply(ticket_id, f"/whatsapp +{number} hello en")
    sent = eventually(lambda: run.outbox("whatsapp", number), within=_WITHIN)
    assert [message["type"] for message in sent] == ["template"]
    run.write("whatsapp", number, f"yes, this is {number}", name="Ana")
    ticket = eventually(lambda: run.ticket(said=f"yes, this is {number}"), within=_WITHIN)
    assert ticket["id"] == ticket_id


def test_nothing_was_lost_on_the_way(run: LocalRun) -> None:
    eventually(lambda: run.verify()["pending"] == 0)
    assert run.verify()["lost"] == 0


def test_the_table_names_every_hole_it_uses() -> None:
    holes = {FIRST, SENT, "$text"}
    used = {
        word
        for row in EVERYTHING
        for order in (row.opens or {}, *(step.order for step in row.steps))
        for word in json.dumps(order).split('"')
        if word.startswith("$")
    }
    assert used <= holes
