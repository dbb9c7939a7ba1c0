"""The settings, read from the environment: what is missing or wrong is named."""

from __future__ import annotations

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.settings import Settings

NAMES = {
    "SCRIPTA_TABLE": "t",
    "SCRIPTA_INTAKE_QUEUE": "i",
    "SCRIPTA_FORWARD_QUEUE": "f",
    "SCRIPTA_DELIVER_QUEUE": "d",
    "SCRIPTA_BUCKET": "b",
}


def test_what_is_not_set_is_as_it_always_was():
    settings = Settings.read(NAMES)
    assert (settings.item_days, settings.message_days, settings.partial_batch) == (14, 365, False)


def test_everything_that_is_set_is_read():
    more = {"SCRIPTA_ITEM_DAYS": "20", "SCRIPTA_MESSAGE_DAYS": "30", "SCRIPTA_PARTIAL_BATCH": "1"}
    settings = Settings.read(NAMES | more)
    assert (settings.item_days, settings.message_days, settings.partial_batch) == (20, 30, True)


@pytest.mark.parametrize("days", ["13", "0", "-20", "", "two weeks", "14.5"])
@pytest.mark.parametrize("name", ["SCRIPTA_ITEM_DAYS", "SCRIPTA_MESSAGE_DAYS"])
def test_nothing_is_forgotten_before_senders_stop_trying(name, days):
    with pytest.raises(ConfigurationError, match=name):
        Settings.read(NAMES | {name: days})


def test_every_variable_that_is_missing_is_named():
    with pytest.raises(ConfigurationError, match=r"SCRIPTA_BUCKET, .*SCRIPTA_TABLE"):
        Settings.read({})
