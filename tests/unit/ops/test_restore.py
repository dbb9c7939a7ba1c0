"""`restore`: what is said, what is asked, and how it ends."""

from __future__ import annotations

import json

import pytest

from chalicelib import bootstrap
from chalicelib.domain.account import Desk
from chalicelib.domain.work import Verb
from ops import restore
from tests.fakes.table import MemoryTable
from tests.unit.operations.bridge import Bridge
from tests.unit.ops.test_accounts import one_line


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long it waited."""
    waits: list[float] = []
    monkeypatch.setattr(restore, "pause", waits.append)
    return waits


@pytest.fixture(autouse=True)
def backup(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """A backup with a reply under way, in another table."""
    monkeypatch.setattr(bootstrap, "clock", bridge.clock)
    backup = Bridge(clock=bridge.clock)
    backup.open("b1")
    desk = Desk(id="main", helpdesk="django_helpdesk", url="https://desk.example")
    backup.stage().directory.keep_desk(desk)
    backup.say("m1#0", verb=Verb.DELIVER, conversation_id="b1")
    bridge.tables["the-backup"] = backup.table
    bridge.tables["empty"] = MemoryTable()
    return backup


def test_a_reply_that_may_have_been_sent_is_parked_and_that_is_bad_news(ops, bridge, waits):
    status, out, _ = ops("restore", "--from", "the-backup", "--yes")
    assert status == 1
    assert "Replies were parked that may have been sent" in out
    assert waits == [35]
    assert len(list(bridge.audit.parked(most=10))) == 1


def test_a_dry_run_waits_for_nothing_and_changes_nothing(ops, bridge, waits):
    before = list(bridge.table.scan())
    told = ops("restore", "--from", "the-backup", "--dry-run", "--json")
    assert json.loads(told[1]) == {
        "dry_run": True,
        "put_back": 4,
        "parked": 1,
        "looked_for": 0,
        "newer_there": 0,
        "left_alone": 0,
        "forgotten": 0,
    }
    assert (waits, list(bridge.table.scan())) == ([], before)


def test_a_table_restored_under_its_own_name_is_made_harmless(ops, bridge, waits):
    bridge.say("m2#0", verb=Verb.DELIVER)
    assert ops("restore", "--in-place", "--yes")[0] == 1
    assert len(list(bridge.audit.parked(most=10))) == 1


def test_where_nothing_was_under_way_it_is_good_news(ops, waits):
    assert ops("restore", "--from", "empty", "--yes")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Say where the backup is: --from TABLE, or --in-place."),
        (("--from", "the-backup", "--in-place"), "Say where the backup is"),
        (("--from", "a b"), "--from is no name of a table."),
        (("--from", "the-backup"), "Nobody is there to agree: say --yes."),
    ],
)
def test_a_wrong_call_is_one_line_and_changes_nothing(ops, bridge, waits, arguments, words):
    before = list(bridge.table.scan())
    assert words in one_line(ops("restore", *arguments))
    assert (waits, list(bridge.table.scan())) == ([], before)
