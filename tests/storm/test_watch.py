"""What the storm's watch takes for the order of a ticket whose entries read the same."""

from __future__ import annotations

from typing import Any, cast

import pytest

from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.domain.work import Verb
from chalicelib.storage import keys
from chalicelib.storage.table import Put
from tests.fakes.helpdesk import DeskTicket
from tests.storm.ports import StormyTable
from tests.storm.violations import Kind
from tests.storm.watch import Watch


class Rows:
    """As much of a table as the watch asks for."""

    def __init__(self) -> None:
        self._rows: dict[keys.Key, dict[str, Any]] = {}

    def add(self, number: int, text: str) -> Put:
        key = keys.work("id1", Verb.FORWARD, number)
        self._rows[key] = {"text": text, "files": [], "kind": EntryKind.NOTE, "stage": "ready"}
        return Put(key=key, row=self._rows[key])

    def join(self, *numbers: int) -> Put:
        """Put entries into the first of them, in the order of their numbers here."""
        head, *others = (self._rows[keys.work("id1", Verb.FORWARD, each)] for each in numbers)
        joined = [
            {"sequence": n, "text": o["text"]} for n, o in zip(numbers[1:], others, strict=True)
        ]
        key = keys.work("id1", Verb.FORWARD, numbers[0])
        self._rows[key] = head | {"joined": joined, "stage": "started"}
        return Put(key=key, row=self._rows[key])

    def row(self, key: keys.Key) -> dict[str, Any]:
        return self._rows[key]


def watching(*texts: str, joined: tuple[int, ...] = ()) -> Watch:
    """Return a watch that has seen a conversation get these entries to write, from number 1 on."""
    watch, rows = Watch(), Rows()
    writes = [rows.add(number, text) for number, text in enumerate(texts, 1)]
    watch.wrote(writes, cast("StormyTable", rows))
    if joined:
        watch.wrote([rows.join(*joined)], cast("StormyTable", rows))
    return watch


def ticket(number: int) -> DeskTicket:
    opening = Opening(
        reference="id1",
        subject="",
        channel="",
        account="",
        customer=Customer(id="", name="", address=""),
        entry=note(""),
    )
    return DeskTicket(id=str(number), opening=opening)


def note(text: str) -> Entry:
    return Entry(kind=EntryKind.NOTE, text=text)


def misordered(watch: Watch, *written: tuple[DeskTicket, str], there: list[DeskTicket]) -> bool:
    for where, text in written:
        watch.entry(where, note(text), there=there)
    return any(violation.kind is Kind.MISORDERED for violation in watch.violations)


def test_an_entry_that_reads_like_a_later_one_stands_again_where_its_ticket_was_removed():
    watch, old, new = watching("first", "same", "third", "same"), ticket(1), ticket(2)
    assert not misordered(watch, (old, "first"), (old, "same"), there=[old])
    assert not misordered(watch, (new, "same"), (new, "third"), (new, "same"), there=[new])


@pytest.mark.parametrize("behind", ["third", "first"])
def test_where_its_ticket_is_still_there_it_is_the_later_one(behind: str):
    watch, old, new = watching("first", "same", "third", "same"), ticket(1), ticket(2)
    assert not misordered(watch, (old, "first"), (old, "same"), there=[old])
    assert misordered(watch, (new, "same"), (new, behind), there=[old, new])


def test_an_entry_that_was_overtaken_is_out_of_its_turn():
    watch, here = watching("first", "second"), ticket(1)
    assert misordered(watch, (here, "second"), (here, "first"), there=[here])


def test_a_joint_entry_stands_for_all_that_is_in_it():
    watch, here = watching("first", "second", "third", joined=(1, 2)), ticket(1)
    assert not misordered(watch, (here, "first\nsecond"), (here, "third"), there=[here])
    assert misordered(watch, (here, "second"), there=[here])


def test_what_overtakes_in_a_joint_entry_is_seen_at_once():
    watch = watching("first", "second", "third", joined=(1, 3, 2))
    assert [each.kind for each in watch.violations] == [Kind.MISORDERED]


def test_what_was_left_out_of_a_joint_entry_is_out_of_its_turn():
    watch, here = watching("first", "second", "third", joined=(1, 3)), ticket(1)
    assert misordered(watch, (here, "first\nthird"), (here, "second"), there=[here])


def test_a_joint_entry_stands_again_where_its_ticket_was_removed():
    watch, old, new = watching("first", "second", "third", joined=(1, 2)), ticket(1), ticket(2)
    assert not misordered(watch, (old, "first\nsecond"), there=[old])
    assert not misordered(watch, (new, "first\nsecond"), (new, "third"), there=[new])
