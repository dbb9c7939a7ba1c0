"""What is shown on a terminal."""

from __future__ import annotations

import pytest

from ops.terminal import moment, printable, show_table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ciao, 你好 🙂", "ciao, 你好 🙂"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b\x07\x00", "\\x9b\\x07\\x00"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202e\u2066", "\\u202e\\u2066"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
    ],
)
def test_whatever_is_not_for_reading_is_named_instead(text, shown):
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [
        (0, "-"),
        (1_700_000_000_999, "2023-11-14 22:13:20Z"),
        (10**18, "1000000000000000000"),
        (10**30, str(10**30)),
        (-(10**18), "-1000000000000000000"),
    ],
)
def test_a_time_that_is_none_is_shown_as_the_number_it_is(ms, shown):
    assert moment(ms) == shown


def test_columns_are_as_wide_as_their_widest_cell(capsys):
    show_table(("a", "long title"), [("wide cell", 1), ("", "\x1b")])
    assert capsys.readouterr().out.splitlines() == [
        "a          long title",
        "wide cell  1",
        "-          \\x1b",
    ]
