"""The words that agents read: the same sentences in every language, and one for every reason."""

from __future__ import annotations

import string

import pytest

from chalicelib import words
from chalicelib.graph_api import error_codes
from chalicelib.graph_api.error_codes import Meaning
from chalicelib.words import en, it

CATALOGUES = {"en": en.SENTENCES, "it": it.SENTENCES}


def values_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_language_has_every_sentence_with_the_same_values(language):
    expected = {key: values_of(sentence) for key, sentence in en.SENTENCES.items()}
    assert {key: values_of(text) for key, text in CATALOGUES[language].items()} == expected


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_reason_of_the_platforms_is_said_in_words(language):
    meanings = [value for value in vars(error_codes).values() if isinstance(value, Meaning)]
    reasons = {meaning.reason for meaning in meanings}
    assert len(reasons) > 10
    assert {f"reason.{reason}" for reason in reasons} <= CATALOGUES[language].keys()


def test_an_unknown_language_speaks_english_and_an_unknown_reason_quotes_the_platform():
    assert words.say("xx", "reason.who_knows", detail="it said {no}") == (
        "the platform refused it. It said: it said {no}"
    )


def test_an_account_chooses_the_language():
    assert "non è stata inviata" in words.say("it", "not_sent", reason="…", text="ciao")
