"""`reconcile`: whom it asks, what it shows, and how it exits."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from chalicelib.domain.account import Account, Desk
from chalicelib.domain.envelope import Envelope
from chalicelib.errors import TransientError
from chalicelib.pipeline.reconcile import GRACE
from chalicelib.storage.directory import TableDirectory
from tests import builders
from tests.fakes.clock import START
from tests.unit.operations.bridge import ACCOUNT, Bridge


@pytest.fixture
def missing(bridge: Bridge) -> Bridge:
    """A bridge that was never told of a message, which its platform knows since ten minutes ago."""
    directory = TableDirectory(bridge.table, clock=bridge.clock)
    directory.keep_account(Account(ref=ACCOUNT, desk="local"))
    directory.keep_desk(Desk(id="local", helpdesk="fake", url=""))
    assert bridge.channel.history is not None
    bridge.channel.history.append(builders.message("secret", mid="m1") | {"account": ACCOUNT.id})
    bridge.clock.advance(2 * GRACE / 1000)
    return bridge


def told(answer: tuple[int, str, str], *, status: int) -> dict[str, Any]:
    found, out, err = answer
    assert (found, err, out.count("\n")) == (status, "", 1)
    value: dict[str, Any] = json.loads(out)
    return value


def taken_in(bridge: Bridge) -> list[Any]:
    bodies = [message.body for message in bridge.intake.receive(most=10, wait=0)]
    return [item["id"] for body in bodies for item in Envelope.decode(body).items]


def source(scope: str, **more: Any) -> dict[str, Any]:
    row = {"source": scope, "asked": True, "told": 0, "missed": 0, "sent": 0, "trouble": ""}
    return row | more


def test_what_was_missed_is_bad_news_and_is_taken_in(ops, missing):
    assert told(ops("reconcile", "--json"), status=1) == {
        "dry_run": False,
        "since": missing.clock() - 24 * 3_600_000,
        "missed": 1,
        "sent": 1,
        "sources": [source("messenger#100", told=1, missed=1, sent=1), source("desk#local")],
        "items": [{"scope": "messenger#100", "key": "m:m1", "at": START}],
    }
    assert taken_in(missing) == ["m1"]
    assert missing.told.alarms() == ["webhook never came"]


def test_a_dry_run_shows_the_same_and_takes_nothing_in(ops, missing):
    answer = told(ops("reconcile", "--dry-run", "--json"), status=1)
    assert (answer["dry_run"], answer["missed"], answer["sent"]) == (True, 1, 0)
    status, out, err = ops("reconcile", "--dry-run")
    assert (status, err) == (1, "")
    assert out.endswith("1 missed. Nothing was changed.\n")
    assert taken_in(missing) == []


def test_people_are_told_what_and_when_but_not_what_was_written(ops, missing):
    status, out, err = ops("reconcile")
    assert (status, err) == (1, "")
    assert "messenger#100  yes" in out
    assert "m:m1  2023-11-14 22:13:20Z" in out
    assert "1 missed, 1 taken in" in out
    assert "secret" not in out


@pytest.mark.parametrize(
    ("arguments", "scopes", "missed"),
    [
        ([], ["messenger#100", "desk#local"], 1),
        (["--account", "messenger#100"], ["messenger#100"], 1),
        (["--desk", "local"], ["desk#local"], 0),
        (["--account", "messenger#100", "--desk", "local"], ["messenger#100", "desk#local"], 1),
        (["--since", "2023-11-14T22:13:20Z"], ["messenger#100", "desk#local"], 1),
        (["--since", "2023-11-14T22:13:21Z"], ["messenger#100", "desk#local"], 0),
        (["--grace", "601"], ["messenger#100", "desk#local"], 0),
        (["--grace", "0"], ["messenger#100", "desk#local"], 1),
    ],
)
def test_only_who_and_what_was_named_is_asked_for(ops, missing, arguments, scopes, missed):
    answer = told(ops("reconcile", "--json", *arguments), status=1 if missed else 0)
    assert [row["source"] for row in answer["sources"]] == scopes
    assert answer["missed"] == missed


def test_nothing_missed_is_good_news(ops, missing):
    missing.channel.history.clear()
    status, out, _ = ops("reconcile")
    assert status == 0
    assert out.endswith("Nothing was missed.\n")


def test_who_cannot_be_asked_is_no_bad_news_but_is_said(ops, missing):
    missing.channel.history = None
    answer = told(ops("reconcile", "--json"), status=0)
    assert answer["sources"][0] == source("messenger#100", asked=False)
    assert "messenger#100  cannot be" in ops("reconcile")[1]


def test_who_does_not_answer_is_bad_news(ops, missing):
    missing.desk.down = TransientError("down")
    missing.desk.history.append(builders.reply("7", "hi"))
    missing.channel.history.clear()
    answer = told(ops("reconcile", "--json"), status=1)
    assert answer["sources"][1] == source("desk#local", trouble="TransientError")
    assert "Nothing was missed of what was told." in ops("reconcile")[1]


def test_a_bridge_of_which_nothing_is_configured_says_so(ops):
    assert ops("reconcile") == (0, "There is nobody to ask.\n", "")


def test_on_a_terminal_a_bar_shows_how_far_it_has_come(ops, missing, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    status, out, err = ops("reconcile")
    assert status == 1
    assert "100%" in err
    assert "100%" not in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--account", "fax#1"],
            "Not reconciled: nobody configured 'fax#1'; there are: desk#local, messenger#100.",
        ),
        (
            ["--desk", "other"],
            "Not reconciled: nobody configured 'desk#other'; there are: desk#local, messenger#100.",
        ),
        (["--since", "2023-11-15T22:13:20Z"], "Not reconciled: that is in the future."),
        (
            ["--since", "2023-11-01T22:13:20Z"],
            "Not reconciled: the books remember for certain what came in the last 13 days.",
        ),
        (
            ["--since", "yesterday"],
            "Invalid value for '--since': 'yesterday' is no time like 2026-11-23T09:00:00Z.",
        ),
        (["--grace", "-1"], "Invalid value for '--grace': -1 is not in the range x>=0."),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_changes_nothing(ops, missing, arguments, said):
    assert ops("reconcile", *arguments) == (2, "", f"ops: {said}\n")
    assert taken_in(missing) == []


def test_an_intake_that_does_not_answer_is_no_answer_and_loses_nothing(ops, missing):
    missing.intake.down = True
    status, out, err = ops("reconcile")
    assert (status, out) == (2, "")
    assert "does not answer" in err
    missing.intake.down = False
    assert told(ops("reconcile", "--json"), status=1)["sent"] == 1
