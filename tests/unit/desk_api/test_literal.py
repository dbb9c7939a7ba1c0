"""Texts as pages that show just them, as lines, and as words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.lines import line, words
from chalicelib.desk_api.literal import literal

PIECES = [
    *("<b>", "</div>", "<br>", "&amp;", "&", "<script>", "<!--", "a", "  ", "\n", "\n\n", "*b*"),
    *("è🎉", "'", '"', "javascript:", "{{ 7*7 }}"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_somebody_writes_is_shown_as_it_is(text: str):
    page = literal(text)
    assert words(text_of(page)) == words(text)
    assert page.count("<") == 2 + text.count("\n")


def test_lines_and_spaces_stay():
    assert literal("a\r\n  b   c\n\nd") == "<div>a<br>\xa0\xa0b \xa0\xa0c<br><br>d</div>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Ana\nBell\0", "Ana Bell"), (" ", "-"), ("a" * 9, "a" * 8), ("a\ud83d", "a\ufffd")],
)
def test_a_line_is_one_and_never_empty(text: str, shown: str):
    assert line(text, longest=8) == shown
