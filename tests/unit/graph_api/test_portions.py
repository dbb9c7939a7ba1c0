"""Cutting long texts: nothing lost, nothing that belongs together parted, at the best place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.graph_api.portions import Measure, clusters, portions, utf8_bytes, utf16_units

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
# Each is one character to a person; no two of them make another one.
SEEN_AS_ONE = [
    "a",
    "è",
    "e\u0301",
    "g\u0308\u0323\u0332",
    "\r\n",
    "👍",
    "👍🏽",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "🇮🇹",
    "🇩🇪",
    FAMILY,
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "각",
    "\u1100\u1161\u11a8",
    "가\u11a8",
    "\u0915\u094d\u0937",
    "ที่",
    "กำ",
    "か\u3099",
    "ｶﾞ",
    "\u06001",
    "字",
]
SPACES = [" ", "\n", "\t", "\u3000"]
whole_characters = st.lists(st.sampled_from([*SEEN_AS_ONE, *SPACES]), max_size=80)
measures = st.sampled_from([utf16_units, utf8_bytes])
LARGEST = max(utf8_bytes(character) for character in SEEN_AS_ONE)


def cut(text: str, most: int, measure: Measure = utf16_units) -> list[str]:
    return list(portions(text, most=most, measure=measure))


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("character", SEEN_AS_ONE, ids=ascii)
def test_what_a_person_sees_as_one_is_one(character: str) -> None:
    assert clusters(f"x{character}字") == ["x", character, "字"]


def test_two_flags_and_two_families_are_two() -> None:
    assert clusters("🇮🇹🇩🇪🇫🇷") == ["🇮🇹", "🇩🇪", "🇫🇷"]
    assert clusters(FAMILY * 2) == [FAMILY, FAMILY]
    assert clusters("각각") == ["각", "각"]
    assert clusters("\n\u0301") == ["\n", "\u0301"]


@given(text=st.text(max_size=300), most=st.integers(4, 60), measure=measures)
def test_every_portion_fits_none_is_blank_and_nothing_but_white_space_is_lost(
    text: str, most: int, measure: Measure
) -> None:
    readable = text.replace("\0", "\ufffd")
    found = cut(text, most, measure)
    assert all(portion.strip() and measure(portion) <= most for portion in found)
    assert bare("".join(found)) == bare(readable)
    assert found == cut(text, most, measure)
    rest = readable
    for portion in found:  # each stands in the text, behind the one before, up to white space
        skipped, _, rest = rest.partition(portion)
        assert not skipped.strip()
    assert not rest.strip()


@given(characters=whole_characters, most=st.integers(LARGEST, 3 * LARGEST), measure=measures)
def test_no_portion_ends_in_the_middle_of_what_is_seen_as_one(
    characters: list[str], most: int, measure: Measure
) -> None:
    text = "".join(characters)
    whole = characters
    assert clusters(text) == whole
    for portion in cut(text, most, measure):
        parts = clusters(portion)
        places = range(len(whole) - len(parts) + 1)
        assert any(whole[place : place + len(parts)] == parts for place in places)


@given(words=st.lists(st.text("abcè👍", min_size=1, max_size=9), min_size=1, max_size=60))
def test_no_word_is_cut_that_fits(words: list[str]) -> None:
    found = cut(" ".join(words), 20)
    assert [word for portion in found for word in portion.split()] == words


@given(text=st.text(" ab\n", max_size=200))
def test_what_fits_is_left_as_it_is(text: str) -> None:
    assert cut(text, 200) == ([text] if text.strip() else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two. Three\n\nfour five six", ["One two. Three", "four five six"]),
        ("One two. Three\nfour five six", ["One two. Three", "four five six"]),
        ("One two three. Four five six", ["One two three.", "Four five six"]),
        ('He said "yes!" Then he left it', ['He said "yes!"', "Then he left it"]),
        ("One two three four five six", ["One two three four", "five six"]),
        ("A.\n\nOne two three four five", ["A.\n\nOne two three", "four five"]),
        ("今日は良い天気ですね。散歩に行きましょうか、一緒に。", None),
        ("One two     three  four   five", ["One two     three", "four   five"]),
        ("10\xa0000\xa0euro 10\xa0000\xa0euro", ["10\xa0000\xa0euro", "10\xa0000\xa0euro"]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
        ("a " + "x" * 30, ["a", "x" * 20, "x" * 10]),
        ("\n\n" + "x" * 20 + "\n\n", ["x" * 20]),
    ],
)
def test_the_cut_is_where_a_person_would_make_it(text: str, expected: list[str] | None) -> None:
    wide = ["今日は良い天気ですね。", "散歩に行きましょうか、一緒に。"]
    assert cut(text, 20) == (expected or wide)


def test_what_alone_is_too_long_is_cut_where_it_must_be() -> None:
    tower = "e" + "\u0301" * 50
    assert cut(f"ab {tower}", 20) == ["ab", tower[:20], tower[20:40], tower[40:]]


def test_an_emoji_counts_as_much_as_anybody_may_count_it() -> None:
    assert utf16_units("👍") == 2
    assert utf8_bytes("👍") == 4
    assert cut("👍" * 11, 20) == ["👍" * 10, "👍"]
    assert cut("👍" * 11, 40, utf8_bytes) == ["👍" * 10, "👍"]


def test_what_no_json_reader_takes_is_replaced_before_it_is_measured() -> None:
    assert cut("\0" * 4, 6, utf8_bytes) == ["\ufffd" * 2, "\ufffd" * 2]
    assert cut("\ud800", 6) == ["\ufffd"]


def test_a_huge_text_takes_no_age() -> None:
    found = cut("Lorem ipsum dolor sit amet. " * 20_000, 2000)
    assert len(found) < 300
