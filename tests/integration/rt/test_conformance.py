"""
The conformance suite before a real Request Tracker.

The tests are those of tests/contract; what is the adapter's alone, they ask of the one in memory.
"""

from __future__ import annotations

import pytest

from tests.contract import test_conformance_telling as telling
from tests.contract import test_conformance_writing as writing
from tests.integration.desk.receiver import Receiver
from tests.integration.rt.real_bench import RealBench
from tests.integration.rt.rt import RtProcess, RtUser

#: Of what is told: the rest needs no helpdesk, only the adapter.
_TOLD = (
    telling.test_a_reply_comes_with_its_ticket_its_words_and_who_wrote_it,
    telling.test_every_reply_has_a_key_of_its_own_and_the_same_one_whenever_it_comes,
    telling.test_files_of_a_reply_can_be_had,
    telling.test_nothing_that_we_write_comes_back_as_a_reply,
    telling.test_closing_and_opening_is_told,
    telling.test_a_merged_ticket_is_told_with_the_one_that_took_it_over,
    telling.test_what_agents_answered_can_be_asked_for,
)
#: Of what is written: the rest is in test_writing.py, or what the way to a helpdesk does and not it.
_WRITTEN = (
    writing.test_a_ticket_says_what_was_said_whose_it_is_and_where_it_came_from,
    writing.test_entries_stand_in_the_order_in_which_they_were_written,
    writing.test_notes_are_for_agents_and_what_was_said_elsewhere_is_not_the_customers,
    writing.test_a_ticket_may_begin_with_what_is_not_the_customers,
    writing.test_files_arrive_with_their_entry,
    writing.test_a_file_stands_under_a_harmless_name,
    writing.test_a_closed_ticket_is_open_after_a_message,
    writing.test_one_customer_is_one_requester,
    writing.test_a_text_in_an_existing_ticket_is_one_call,
    writing.test_what_was_written_is_found,
    writing.test_what_was_not_written_is_not_found,
    writing.test_the_same_words_twice_are_two_entries,
    writing.test_a_ticket_whose_answer_was_lost_is_there_once,
    writing.test_an_entry_whose_answer_was_lost_is_there_once,
    writing.test_a_token_that_is_not_good_is_told_and_the_next_one_is_tried,
    writing.test_a_merged_ticket_is_not_written_to_as_if_nothing_had_happened,
)
for _test in (*_TOLD, *_WRITTEN):
    globals()[_test.__name__] = _test


@pytest.fixture(scope="module")
def bench(rt: RtProcess, receiver: Receiver, alice: RtUser) -> RealBench:
    return RealBench(rt=rt, receiver=receiver, alice=alice)
