"""What every helpdesk does with what we write: it stands there as it was said, once, for the right eyes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.ticket import EntryKind, Idempotency
from chalicelib.errors import (
    AmbiguousError,
    Gone,
    Moved,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from tests.contract.conformance import PAGE, PHOTO, entry, opening, plain, texts
from tests.desks.bench import DESK, Bench

pytestmark = pytest.mark.integration

TEXTS = {
    "unicode": "Perché? 你好 مرحبا ẞ e\u0301 🎉👨\u200d👩\u200d👧",
    "lines": "one\ntwo\n\nthree",
    "markdown": "# a\n* b\n[x](javascript:alert(1)) `d` **e** ~~f~~ #12",
    "html": "<script>alert(1)</script> <b>x</b> &amp; &#39; \"'",
    "templates": "{{ 7*7 }} {% now 'Y' %} ${7*7} {{ticket.title}} {{{{ }}}}",
    "a mark of ours": "[0000000000000001.1] key",
    "long": "è🎉 word " * 900 + "end",
}


def test_a_ticket_says_what_was_said_whose_it_is_and_where_it_came_from(bench: Bench):
    asked = opening()
    ticket = bench.helpdesk.create(asked)
    seen = bench.ticket(ticket.id)
    assert texts(seen) == ["Hello"]
    assert seen.entries[0].is_public
    assert seen.entries[0].by_customer is bench.helpdesk.promise.names_authors
    assert "Ana Bell" in seen.subject
    assert seen.reference == asked.reference
    assert seen.is_open
    assert "whatsapp" in seen.labels
    assert ticket.url.startswith("http")
    assert ticket.last_entry


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_text_stands_there_as_it_was_written(bench: Bench, text: str):
    ticket = bench.helpdesk.create(opening(text))
    bench.helpdesk.append(ticket.id, entry(text, ticket))
    bench.helpdesk.append(ticket.id, entry(text, ticket, EntryKind.NOTE))
    assert texts(bench.ticket(ticket.id)) == [plain(text)] * 3


def test_entries_stand_in_the_order_in_which_they_were_written(bench: Bench):
    ticket = bench.helpdesk.create(opening("0"))
    for number in range(1, 6):
        bench.helpdesk.append(ticket.id, entry(str(number), ticket))
    assert texts(bench.ticket(ticket.id)) == list("012345")


def test_notes_are_for_agents_and_what_was_said_elsewhere_is_not_the_customers(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    bench.helpdesk.append(ticket.id, entry("for us", ticket, EntryKind.NOTE))
    bench.helpdesk.append(ticket.id, entry("sent by phone", ticket, EntryKind.OUTSIDE))
    _, note, outside = bench.ticket(ticket.id).entries
    assert (note.is_public, note.by_customer) == (False, False)
    assert (outside.is_public, outside.by_customer) == (True, False)


@pytest.mark.parametrize("kind", [EntryKind.NOTE, EntryKind.OUTSIDE])
def test_a_ticket_may_begin_with_what_is_not_the_customers(bench: Bench, kind: EntryKind):
    asked = opening("first")
    asked = replace(asked, entry=replace(asked.entry, kind=kind, author=""))
    ticket = bench.helpdesk.create(asked)
    (only,) = bench.ticket(ticket.id).entries
    assert plain(only.text) == "first"
    assert only.is_public is kind.is_public
    assert not only.by_customer
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    if bench.helpdesk.promise.creates is Idempotency.LOOKUP:
        assert bench.helpdesk.find(asked.reference) == ticket


def test_files_arrive_with_their_entry(bench: Bench):
    asked = opening("see this")
    ticket = bench.helpdesk.create(replace(asked, entry=replace(asked.entry, files=(PHOTO, PAGE))))
    bench.helpdesk.append(ticket.id, entry("and this", ticket, files=(PAGE,)))
    bench.helpdesk.append(ticket.id, entry("for us", ticket, EntryKind.NOTE, files=(PHOTO,)))
    first, second, note = bench.ticket(ticket.id).entries
    both = [(file.name, file.content) for file in (PHOTO, PAGE)]
    assert sorted(first.files) == sorted(both)
    assert list(second.files) == both[1:]
    assert list(note.files) == both[:1]


def test_a_file_stands_under_a_harmless_name(bench: Bench):
    odd = replace(PAGE, name='../../a"b\r\nX: y.pdf')
    ticket = bench.helpdesk.create(opening())
    bench.helpdesk.append(ticket.id, entry("see", ticket, files=(odd,)))
    (file,) = bench.ticket(ticket.id).entries[1].files
    assert not set(file.name) & set('/\\"\r\n')
    assert file.content == PAGE.content


def test_a_closed_ticket_is_open_after_a_message(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    bench.close(ticket.id)
    assert not bench.ticket(ticket.id).is_open
    bench.helpdesk.append(ticket.id, entry("still there?", ticket))
    seen = bench.ticket(ticket.id)
    assert seen.is_open
    assert texts(seen) == ["Hello", "still there?"]


def test_what_is_closed_for_good_is_gone_and_is_followed(bench: Bench):
    if not bench.closes_for_good:
        return
    asked = opening()
    ticket = bench.helpdesk.create(asked)
    bench.close(ticket.id, for_good=True)
    with pytest.raises(Gone):
        bench.helpdesk.append(ticket.id, entry("again", ticket))
    again = opening("again", customer=asked.customer, follows=ticket.id)
    followed = bench.helpdesk.create(again)
    assert bench.ticket(followed.id).follows == ticket.id
    assert texts(bench.ticket(followed.id)) == ["again"]


@pytest.mark.parametrize("ticket_id", ["987654321", "", "no-number", "../1", "1 OR 1=1", "9" * 60])
def test_a_ticket_that_never_was_is_gone(bench: Bench, ticket_id: str):
    ticket = bench.helpdesk.create(opening())
    with pytest.raises(Gone):
        bench.helpdesk.append(ticket_id, entry("hello?", ticket))


def test_a_removed_ticket_is_gone(bench: Bench):
    if not bench.removes:
        return
    ticket = bench.helpdesk.create(opening())
    bench.remove(ticket.id)
    with pytest.raises(Gone) as raised:
        bench.helpdesk.append(ticket.id, entry("hello?", ticket))
    assert not isinstance(raised.value, Moved)


def test_one_customer_is_one_requester(bench: Bench):
    first = opening()
    second = opening("again", customer=first.customer)
    other = opening()
    tickets = [bench.helpdesk.create(each) for each in (first, second, other)]
    requesters = [bench.ticket(ticket.id).requester for ticket in tickets]
    assert requesters[0] == requesters[1] != requesters[2]


def test_a_text_in_an_existing_ticket_is_one_call(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    before = len(bench.calls())
    bench.helpdesk.append(ticket.id, entry("more", ticket))
    assert len(bench.calls()) - before == 1


# --- looking


def test_what_was_written_is_found(bench: Bench):
    if bench.helpdesk.promise.appends is not Idempotency.LOOKUP:
        return
    asked = opening()
    ticket = bench.helpdesk.create(asked)
    more = entry("more", ticket)
    entry_id = bench.helpdesk.append(ticket.id, more)
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    find = bench.helpdesk.find_entry
    assert bench.helpdesk.find(asked.reference) == replace(ticket, last_entry=entry_id) or (
        bench.helpdesk.find(asked.reference) == ticket
    )
    assert find(ticket.id, after=ticket.last_entry, entry=more) == entry_id


def test_what_was_not_written_is_not_found(bench: Bench):
    if bench.helpdesk.promise.appends is not Idempotency.LOOKUP:
        return
    ticket = bench.helpdesk.create(opening("Hello"))
    noted = entry("noted", ticket, EntryKind.NOTE)
    note_id = bench.helpdesk.append(ticket.id, noted)
    bench.reply(ticket.id, "an agent's words")
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    find = bench.helpdesk.find_entry
    assert bench.helpdesk.find(opening().reference) is None
    for text, kind in (
        ("Hello", EntryKind.COMMENT),
        ("an agent's words", EntryKind.COMMENT),
        ("noted", EntryKind.COMMENT),
        ("other", EntryKind.COMMENT),
    ):
        after = ticket.last_entry if text != "other" else note_id
        assert find(ticket.id, after=after, entry=entry(text, ticket, kind)) is None


def test_the_same_words_twice_are_two_entries(bench: Bench):
    ticket = bench.helpdesk.create(opening("ok"))
    first, second = entry("ok", ticket), entry("ok", ticket)
    first_id = bench.helpdesk.append(ticket.id, first)
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    if bench.helpdesk.promise.appends is Idempotency.LOOKUP:
        assert bench.helpdesk.find_entry(ticket.id, after=first_id, entry=second) is None
    bench.helpdesk.append(ticket.id, second)
    assert texts(bench.ticket(ticket.id)) == ["ok"] * 3


# --- what goes wrong


def test_a_ticket_whose_answer_was_lost_is_there_once(bench: Bench):
    asked = opening()
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.create(asked)
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    found = None
    if bench.helpdesk.promise.creates is Idempotency.LOOKUP:
        found = bench.helpdesk.find(asked.reference)
    ticket = found or bench.helpdesk.create(asked)
    named = [each for each in bench.tickets() if each.reference == asked.reference]
    assert [each.id for each in named] == [ticket.id]
    assert texts(named[0]) == ["Hello"]


def test_an_entry_whose_answer_was_lost_is_there_once(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    more = entry("more", ticket, files=(PHOTO,))
    with bench.answers_are_cut(), pytest.raises(AmbiguousError):
        bench.helpdesk.append(ticket.id, more)
    bench.let_pass(bench.helpdesk.promise.lookup_lag)
    found = None
    if bench.helpdesk.promise.appends is Idempotency.LOOKUP:
        found = bench.helpdesk.find_entry(ticket.id, after=ticket.last_entry, entry=more)
    if found is None:
        bench.helpdesk.append(ticket.id, more)
    seen = bench.ticket(ticket.id)
    assert texts(seen) == ["Hello", "more"]
    assert len(seen.entries[1].files) == 1


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (500, {}, AmbiguousError),
        (502, {}, AmbiguousError),
        (504, {}, AmbiguousError),
        (503, {"retry-after": "7"}, TransientError),
        (429, {"retry-after": "7"}, TransientError),
        (401, {}, Unauthorised),
        (403, {}, Unauthorised),
        (413, {}, Refused),
    ],
)
def test_what_a_status_means(
    bench: Bench, status: int, headers: dict[str, str], error: type[ScriptaError]
):
    ticket = bench.helpdesk.create(opening())
    # Each credential is tried in turn.
    credentials = len(bench.secrets.get(f"desks/{DESK}", "api_tokens"))
    bench.fails(status, headers=headers, times=credentials if status == 401 else 1)
    with pytest.raises(error) as raised:
        bench.helpdesk.append(ticket.id, entry("more", ticket))
    if headers:
        assert isinstance(raised.value, TransientError)
        assert raised.value.retry_after == 7.0
    assert texts(bench.ticket(ticket.id)) == ["Hello"]


def test_a_desk_that_is_down_took_nothing(bench: Bench):
    ticket = bench.helpdesk.create(opening())
    with bench.is_down():
        for call in (
            lambda: bench.helpdesk.create(opening()),
            lambda: bench.helpdesk.append(ticket.id, entry("more", ticket)),
            bench.helpdesk.check,
        ):
            with pytest.raises(TransientError) as raised:
                call()
            assert not isinstance(raised.value, Unauthorised)
    assert texts(bench.ticket(ticket.id)) == ["Hello"]


def test_a_desk_in_order_passes_the_check(bench: Bench):
    bench.helpdesk.check()


def test_a_token_that_is_not_good_is_told_and_the_next_one_is_tried(bench: Bench):
    good = bench.secrets.get(f"desks/{DESK}", "api_tokens")
    try:
        bench.secrets.put(f"desks/{DESK}", "api_tokens", "of nobody")
        for call in (bench.helpdesk.check, lambda: bench.helpdesk.create(opening())):
            with pytest.raises(Unauthorised):
                call()
        bench.secrets.put(f"desks/{DESK}", "api_tokens", "of nobody", *good)
        bench.helpdesk.check()
        ticket = bench.helpdesk.create(opening())
        assert texts(bench.ticket(ticket.id)) == ["Hello"]
    finally:
        bench.secrets.put(f"desks/{DESK}", "api_tokens", *good)


def test_a_merged_ticket_is_not_written_to_as_if_nothing_had_happened(bench: Bench):
    """What comes for it stands in the ticket that took it over, or is refused with its name."""
    if not bench.merges:
        return
    kept, merged = bench.helpdesk.create(opening("kept")), bench.helpdesk.create(opening("merged"))
    bench.merge(merged.id, into=kept.id)
    met: Gone | None = None
    try:
        bench.helpdesk.append(merged.id, entry("more", merged))
    except Gone as gone:
        met = gone
    if isinstance(met, Moved):
        assert (met.ticket_id, met.url[:4]) == (kept.id, "http")
    elif met is None:
        assert "more" in [*texts(bench.ticket(merged.id)), *texts(bench.ticket(kept.id))]
