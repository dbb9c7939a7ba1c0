"""A backup is put back so that no customer is written to twice, and no ticket either."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.domain.changes import WorkDone
from chalicelib.domain.work import Stage, Verb, Work
from chalicelib.storage.directory import TableDirectory
from chalicelib.storage.restoring import RESTORED, Restorer, harmless
from tests.fakes.table import MemoryTable
from tests.unit.operations.bridge import ACCOUNT, Bridge

NOW = 1_800_000_000_000
WORK = Work(
    conversation_id="c1", verb=Verb.DELIVER, sequence=1, text="hi", occurred_at=1, revision=3
)
ENTRY = replace(WORK, verb=Verb.FORWARD)


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (WORK, replace(WORK, parked=RESTORED, revision=4)),
        (replace(WORK, due_at=5, attempts=2), replace(WORK, attempts=2, parked=RESTORED, revision=4)),
        (replace(WORK, parked="no_desk"), replace(WORK, parked="no_desk")),
        (replace(WORK, stage=Stage.STARTED), replace(WORK, stage=Stage.STARTED)),
        (replace(WORK, stage=Stage.UNCONFIRMED), replace(WORK, stage=Stage.UNCONFIRMED)),
        (ENTRY, replace(ENTRY, stage=Stage.STARTED, due_at=NOW + 60_000, revision=4)),
        (replace(ENTRY, waiting_for="d", due_at=5), replace(ENTRY, stage=Stage.STARTED, waiting_for="d", due_at=5, revision=4)),
        (replace(ENTRY, stage=Stage.STARTED, due_at=5), replace(ENTRY, stage=Stage.STARTED, due_at=5)),
        (replace(ENTRY, stage=Stage.STARTED), replace(ENTRY, stage=Stage.STARTED, due_at=NOW + 60_000, revision=4)),
    ],
)  # fmt: skip
def test_work_of_a_backup_goes_out_by_nobodys_doing_but_a_persons(work, expected):
    found = harmless(work, now=NOW)
    assert found == expected
    assert harmless(found, now=NOW) == found


@pytest.fixture
def bridge() -> Bridge:
    """What the backup holds: a ticket's message done, another one and a reply under way."""
    bridge = Bridge()
    directory = bridge.stage().directory
    directory.keep_desk(Desk(id="main", helpdesk="django_helpdesk", url="https://desk.example"))
    directory.keep_account(Account(ref=ACCOUNT, desk="main"))
    bridge.open()
    bridge.store.commit(WorkDone(bridge.say("m1#0", text="shown")))
    bridge.say("m2#0", text="not shown yet")
    bridge.say("m3#0", verb=Verb.DELIVER, text="not sent yet")
    return bridge


def restored(bridge: Bridge, target: MemoryTable, *, dry_run: bool = False) -> dict[str, int]:
    restorer = Restorer(backup=bridge.table, target=target, clock=bridge.clock)
    if not dry_run:
        assert restorer.fence() == 1
    done: dict[str, int] = {}
    for so_far in restorer.restore(dry_run=dry_run):
        done = dict(so_far)
    return done


def test_into_an_empty_table_all_comes_back_but_nothing_is_left_to_send(bridge):
    target = MemoryTable()
    done = restored(bridge, target)
    assert (done["parked"], done["looked for"]) == (1, 1)
    after = Bridge(table=target, clock=bridge.clock)
    conversation, work = after.store.open_work("c1")
    assert conversation == bridge.store.conversation("c1")
    assert {(row.verb, row.stage, row.parked) for row in work} == {
        (Verb.FORWARD, Stage.STARTED, ""),
        (Verb.DELIVER, Stage.READY, RESTORED),
    }
    assert [row.text for row in after.audit.parked(most=10) if isinstance(row, Work)] == [
        "not sent yet"
    ]
    assert bridge.stage().directory.account(ACCOUNT) == after.stage().directory.account(ACCOUNT)


def test_every_desk_has_its_fence_before_the_first_row_is_back(bridge):
    target = MemoryTable()
    Restorer(backup=bridge.table, target=target, clock=bridge.clock).fence()
    (desk,) = TableDirectory(target, clock=bridge.clock).desks()
    assert desk.restored_at == bridge.clock()
    assert len(list(target.scan())) == 1


def test_doing_it_again_changes_nothing(bridge):
    target = MemoryTable()
    restored(bridge, target)
    before = sorted(target.scan(), key=str)
    again = restored(bridge, target)
    assert set(again) == {"newer there"}
    assert sorted(target.scan(), key=str) == before


def test_what_is_newer_in_the_table_stays(bridge):
    target = MemoryTable()
    other = Bridge(table=target, clock=bridge.clock)
    other.stage().directory.keep_account(Account(ref=ACCOUNT, desk="other"))
    restored(bridge, target)
    account = TableDirectory(target, clock=bridge.clock).account(AccountRef(*ACCOUNT))
    assert account is not None
    assert account.desk == "other"


def test_a_table_that_was_restored_under_its_own_name_is_made_harmless_in_place(bridge):
    done = restored(bridge, bridge.table)
    assert (done["parked"], done["looked for"]) == (1, 1)
    assert done["left alone"] > 2
    again = restored(bridge, bridge.table)
    assert set(again) == {"left alone"}


def test_a_dry_run_counts_and_changes_nothing(bridge):
    target = MemoryTable()
    done = restored(bridge, target, dry_run=True)
    assert done["parked"] == 1
    assert list(target.scan()) == []


def test_what_the_table_would_have_forgotten_is_not_brought_back(bridge):
    bridge.clock.advance(15 * 24 * 3600)
    done = restored(bridge, MemoryTable())
    assert done["forgotten"] >= 1
