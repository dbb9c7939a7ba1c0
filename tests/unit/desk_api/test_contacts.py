"""Customers as helpdesks keep them: one contact each, in whose name their words are written."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from chalicelib.desk_api.adapter import Adapter, in_the_name_of
from chalicelib.desk_api.contacts import contact
from chalicelib.domain.account import Desk
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Ticket
from chalicelib.errors import Gone, Refused
from tests.fakes.secrets import MemorySecrets

ANA = Customer(id="p-1", name="Ana\nBell\0", address="x@scripta.invalid", phone="+15550001111")
US, CUSTOMER, OTHER = 9, 5, 6


def test_a_customer_is_known_by_our_name_of_them():
    assert contact(ANA, named="external_id") == {
        "name": "Ana Bell",
        "external_id": "scripta:p-1",
        "phone": "+15550001111",
    }


def test_who_has_no_phone_and_no_name_is_a_contact_all_the_same():
    nobody = Customer(id="p-2", name=" ", address="x@scripta.invalid")
    assert contact(nobody, named="ours") == {"name": "-", "ours": "scripta:p-2"}


class Ledger:
    """Where entries are written: as any but those who were merged into others."""

    def __init__(self, *, merged: frozenset[int] = frozenset(), requester: int = CUSTOMER) -> None:
        self.written: list[int] = []
        self.asked = 0
        self._merged = merged
        self._requester = requester

    def write(self, author: int) -> str:
        if author in self._merged:
            raise Refused("desk_refused", "no such author")
        self.written.append(author)
        return f"by {author}"

    def requester(self) -> int:
        self.asked += 1
        if not self._requester:
            raise Gone("closed")
        return self._requester

    def add(self, kind: EntryKind = EntryKind.COMMENT) -> str:
        entry = Entry(kind=kind, text="a", requester=str(CUSTOMER))
        return in_the_name_of(entry, self.write, self.requester, us=US)


@pytest.mark.parametrize(
    ("kind", "author"),
    [(EntryKind.COMMENT, CUSTOMER), (EntryKind.NOTE, US), (EntryKind.OUTSIDE, US)],
)
def test_words_are_written_once_as_whose_they_are(kind: EntryKind, author: int):
    ledger = Ledger()
    assert ledger.add(kind) == f"by {author}"
    assert (ledger.written, ledger.asked) == ([author], 0)


def test_who_was_merged_into_another_writes_as_that_one():
    ledger = Ledger(merged=frozenset({CUSTOMER}), requester=OTHER)
    assert ledger.add() == f"by {OTHER}"
    assert ledger.written == [OTHER]


@pytest.mark.parametrize("requester", [CUSTOMER, US])
def test_what_is_refused_for_its_own_sake_stays_refused(requester: int):
    ledger = Ledger(merged=frozenset({CUSTOMER, US}), requester=requester)
    with pytest.raises(Refused):
        ledger.add()
    assert ledger.written == []


def test_our_own_words_are_never_written_as_somebody_elses():
    ledger = Ledger(merged=frozenset({US}), requester=OTHER)
    with pytest.raises(Refused):
        ledger.add(EntryKind.NOTE)
    assert ledger.written == []


def test_what_the_ticket_says_of_itself_comes_before_the_refusal():
    ledger = Ledger(merged=frozenset({CUSTOMER}), requester=0)
    with pytest.raises(Gone):
        ledger.add()


@dataclass(frozen=True)
class Row:
    """A ticket as some desk lists it."""

    id: int
    requester_id: int


class Paged(Adapter):
    """A desk whose tickets have pages."""

    ticket_page = "/t/{}/show"

    def seen(self, row: Row) -> Ticket:
        return self._ticket_of(row, last_entry="3")


def test_a_ticket_says_where_it_is_seen_and_whose_it_is():
    desk = Desk(id="d", helpdesk="paged", url="https://desk.test/")
    seen = Paged(desk=desk, secrets=MemorySecrets()).seen(Row(id=7, requester_id=CUSTOMER))
    assert seen == Ticket(
        id="7", url="https://desk.test/t/7/show", last_entry="3", requester=str(CUSTOMER)
    )
