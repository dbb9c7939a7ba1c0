"""Every adapter says what an operator can tell it, in words that a conversation can be made of."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from chalicelib import registry
from chalicelib.domain.setting import Setting

ADAPTERS = {
    **{f"channel {name}": registry.channel_settings(name) for name in registry.channel_names()},
    **{f"helpdesk {name}": registry.helpdesk_settings(name) for name in registry.helpdesk_names()},
}
#: What the rows themselves hold.
ROWS_OWN = {"id", "channel", "helpdesk", "url", "desk", "language", "graph_id", "reopen_window"}

adapters = pytest.mark.parametrize("settings", ADAPTERS.values(), ids=ADAPTERS)


@adapters
def test_settings_are_named_once_and_not_as_what_every_row_has(settings: Sequence[Setting]):
    names = [setting.name for setting in settings]
    assert names
    assert len(names) == len(set(names))
    assert {setting.name for setting in settings if setting.of_row} <= {"graph_id"}
    assert not ROWS_OWN & {setting.name for setting in settings if not setting.of_row}
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


@adapters
def test_a_setting_is_said_in_one_line_that_a_question_can_be_made_of(settings: Sequence[Setting]):
    for setting in settings:
        assert setting.words.isprintable()
        assert 0 < len(setting.words) <= 90
        assert not setting.words.endswith((".", "?", ":"))


@adapters
def test_only_secrets_are_made_up_and_as_they_have_to_look(settings: Sequence[Setting]):
    for setting in settings:
        if setting.generate is not None:
            assert setting.secret
            made = {setting.generate() for _ in range(3)}
            assert len(made) == 3
            assert {setting.fault(value) for value in made} == {""}


@adapters
def test_an_adapter_is_reached_with_a_secret_of_its_own(settings: Sequence[Setting]):
    assert any(setting.secret and setting.required for setting in settings)


@pytest.mark.parametrize(
    ("setting", "value", "fault"),
    [
        (Setting(name="a", words="a"), "", "is empty"),
        (Setting(name="a", words="a"), " x", "has characters in it that cannot be seen"),
        (Setting(name="a", words="a"), "x\n", "has characters in it that cannot be seen"),
        (Setting(name="a", words="a", choices=("on", "off")), "yes", "is none of on, off"),
        (Setting(name="a", words="a", pattern="[0-9]+"), "7a", "does not look like one"),
        (Setting(name="a", words="a", pattern="[0-9]+"), "7", ""),
        (Setting(name="a", words="a"), "anything at all", ""),
    ],
)
def test_what_is_wrong_with_a_value_is_said_without_saying_the_value(setting, value, fault):
    assert setting.fault(value) == fault
