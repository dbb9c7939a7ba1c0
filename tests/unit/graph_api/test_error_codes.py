"""The table of error codes."""

from __future__ import annotations

import pytest

from chalicelib.graph_api import error_codes
from chalicelib.graph_api.error_codes import Verdict


def test_a_subcode_says_more_than_its_code() -> None:
    known = error_codes.meaning(10, subcode=2018278)
    assert known is not None
    assert (known.verdict, known.reason) == (Verdict.REFUSED, "window_closed")
    without = error_codes.meaning(10)
    assert without is not None
    assert without.verdict is Verdict.UNAUTHORISED


def test_only_a_wrong_parameter_is_searched_for_a_word_about_length() -> None:
    assert error_codes.reason(100, message="the text is too long") == "too_long"
    assert error_codes.reason(131047, message="too long ago") == "window_closed"


@pytest.mark.parametrize("code", [-1, 999_999, 300, 80_000, 80_008])
def test_an_unlisted_code_has_no_meaning_and_the_reason_other(code: int) -> None:
    assert error_codes.meaning(code) is None
    assert error_codes.reason(code) == "other"


def test_a_late_failure_has_a_reason_whatever_a_call_would_have_meant() -> None:
    late = {131056: "throttled", 131000: "platform_error", 131042: "account_problem"}
    assert {code: error_codes.reason(code) for code in late} == late


def test_the_wording_is_that_of_the_most_telling_field() -> None:
    error = {"title": "title", "message": "message", "error_data": {"details": "details"}}
    assert error_codes.wording(error) == "details"
    assert error_codes.wording({**error, "error_data": None}) == "message"
    assert error_codes.wording({"title": "x" * 1000}) == "x" * 500
    assert error_codes.wording({}) == ""
