"""`replay`: what it lets go, what it shows, and that a dry run changes nothing."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.changes import Claim, Claimed, ClaimKey, Outcome
from chalicelib.domain.envelope import Envelope
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.operations.replay import Choice, chosen
from tests.fakes.clock import START
from tests.unit.operations.bridge import Bridge

AFTER = "2023-11-14T22:13:25Z"  # five seconds after the clock's start


@pytest.fixture
def parked(bridge: Bridge) -> Bridge:
    """A bridge with two parked items, ten seconds apart, and parked work behind them."""
    bridge.claim("m1#0", Outcome.PARKED, key="mid1", reason="no_account", seen=["m9#0"])
    bridge.clock.advance(10)
    bridge.claim("m2#0", Outcome.PARKED, key="mid2", reason="crash:KeyError")
    bridge.say(
        parked="keeps_failing",
        stage=Stage.STARTED,
        attempts=6,
        started_at=START + 20_000,
        waiting_for="local",
    )
    return bridge


def replayed(bridge: Bridge) -> list[str]:
    """Return the keys of the items that are on their way through the intake."""
    bodies = [message.body for message in bridge.intake.receive(most=10, wait=0)]
    return [Envelope.decode(body).replays[1] for body in bodies]


def woken(bridge: Bridge, verb: Verb) -> list[str]:
    return [message.body for message in bridge.wakes[verb].receive(most=10, wait=0)]


def work(bridge: Bridge) -> list[Work]:
    return bridge.store.open_work("c1")[1]


def told(answer: tuple[int, str, str]) -> dict[str, Any]:
    status, out, err = answer
    assert (status, err, out.count("\n")) == (0, "", 1)
    value: dict[str, Any] = json.loads(out)
    return value


def test_all_that_is_parked_is_let_go_in_the_order_in_which_it_came(ops, parked):
    answer = told(ops("replay", "--parked", "--json"))
    assert (answer["dry_run"], answer["replayed"]) == (False, 3)
    assert answer["reasons"] == {"no_account": 1, "crash:KeyError": 1, "keeps_failing": 1}
    assert [row["key"] for row in answer["chosen"]] == ["mid1", "mid2", "c1.1"]
    assert all("text" not in row for row in answer["chosen"])
    assert replayed(parked) == ["mid1", "mid2"]
    assert woken(parked, Verb.FORWARD) == ["c1"]
    (row,) = work(parked)
    assert (row.parked, row.stage, row.attempts) == ("", Stage.STARTED, 0)
    assert row.waiting_for == ""


def test_items_of_one_account_keep_their_order_and_those_of_others_do_not_wait(ops, parked):
    other = ClaimKey("messenger#200", "mid3")
    (claim, *_) = (row for row in chosen(parked.audit, Choice()) if isinstance(row, Claim))
    parked.store.commit(Claimed(replace(claim, key=other)))
    ops("replay", "--parked")
    groups = [message.group for message in parked.intake.receive(most=10, wait=0)]
    assert (len(groups), len(set(groups))) == (3, 2)


def test_items_of_one_webhook_go_in_their_places_there(ops, bridge):
    for place in (10, 9, 2):
        bridge.claim(f"m1#{place}", Outcome.PARKED, key=f"mid{place}")
    ops("replay", "--parked")
    assert replayed(bridge) == ["mid2", "mid9", "mid10"]


def test_a_dry_run_shows_all_and_changes_nothing(ops, parked):
    before = list(parked.table.scan())
    answer = told(ops("replay", "--parked", "--dry-run", "--json"))
    assert (answer["dry_run"], answer["replayed"]) == (True, 0)
    assert len(answer["chosen"]) == 3
    status, out, err = ops("replay", "--parked", "--dry-run")
    assert (status, err) == (0, "")
    assert out.endswith("Nothing was changed.\n")
    assert "mid1" in out
    assert "no_account" in out
    assert list(parked.table.scan()) == before
    assert replayed(parked) == []
    assert woken(parked, Verb.FORWARD) == []


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["--item", "mid2"], ["mid2"]),
        (["--item", "m2#0"], ["mid2"]),
        (["--item", "m9#0"], ["mid1"]),
        (["--item", "c1.1"], ["c1.1"]),
        (["--item", "mid"], []),
        (["--conversation", "c1"], ["c1.1"]),
        (["--conversation", "c2"], []),
        (["--since", AFTER], ["mid2", "c1.1"]),
        (["--until", AFTER], ["mid1"]),
        (["--until", "2023-11-14T22:13:20+00:00"], []),
        (["--since", "2023-11-14T23:13:20+01:00"], ["mid1", "mid2", "c1.1"]),
        (["--since", AFTER, "--until", "2023-11-14T22:13:31Z"], ["mid2"]),
        (["--since", AFTER, "--item", "mid1"], []),
    ],
)
def test_only_what_was_named_is_let_go(ops, parked, arguments, keys):
    answer = told(ops("replay", "--json", *arguments))
    assert [row["key"] for row in answer["chosen"]] == keys
    assert answer["replayed"] == len(keys)
    assert [*replayed(parked), *(["c1.1"] if woken(parked, Verb.FORWARD) else [])] == keys


def test_people_are_told_how_many_went_and_why_they_were_parked(ops, parked):
    status, out, err = ops("replay", "--parked")
    assert (status, err) == (0, "")
    assert "no_account      1\n" in out
    assert "3 let go" in out


def test_work_is_let_go_once(ops, parked):
    assert told(ops("replay", "--item", "c1.1", "--json"))["replayed"] == 1
    assert ops("replay", "--item", "c1.1") == (0, "Nothing of that is parked.\n", "")


def test_a_send_that_waits_for_its_echo_keeps_its_time(ops, bridge):
    due_at = START + 600_000
    bridge.say(verb=Verb.DELIVER, stage=Stage.UNCONFIRMED, due_at=due_at, parked="no_account")
    ops("replay", "--parked")
    assert [(row.parked, row.due_at) for row in work(bridge)] == [("", due_at)]
    assert woken(bridge, Verb.DELIVER) == ["c1"]


def test_on_a_terminal_a_bar_shows_how_far_it_has_come(ops, parked, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    status, out, err = ops("replay", "--parked")
    assert status == 0
    assert "replay" in err
    assert "100%" in err
    assert "100%" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Say what: --item, --conversation, --since, --until or --parked."),
        (["--dry-run"], "Say what: --item, --conversation, --since, --until or --parked."),
        (
            ["--since", "yesterday"],
            "Invalid value for '--since': 'yesterday' is no time like 2026-11-23T09:00:00Z.",
        ),
        (
            ["--until", "2026-11-23T09:00"],
            "Invalid value for '--until': '2026-11-23T09:00' is no time like 2026-11-23T09:00:00Z.",
        ),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_changes_nothing(ops, parked, arguments, said):
    before = list(parked.table.scan())
    assert ops("replay", *arguments) == (2, "", f"ops: {said}\n")
    assert list(parked.table.scan()) == before


def test_an_intake_that_does_not_answer_is_no_answer_and_loses_nothing(ops, parked):
    parked.intake.down = True
    status, out, err = ops("replay", "--parked")
    assert (status, out) == (2, "")
    assert "does not answer" in err
    parked.intake.down = False
    assert told(ops("replay", "--parked", "--json"))["replayed"] == 3
