"""What the deployment decides: names of its resources and addresses outside, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from chalicelib.errors import ConfigurationError

_PREFIX = "SCRIPTA_"
_DAYS = ("item_days", "message_days")
#: Senders try again for less than that, and what they send again must be recognised.
LEAST_ITEM_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    One field per variable: `table` is read from SCRIPTA_TABLE, and so on.

    The queues are URLs. `secrets` is the prefix of every secret's name. `graph_url` is where the
    Graph API answers, `instagram_url` where it does for accounts with Instagram's own login, and
    `graph_version` the version asked for (`v26.0`).
    `partial_batch` says that the event sources take partial batch failures: only the template
    that sets them sets it, so that a plain deploy fails whole batches instead of losing messages.
    `item_days` is for how long the books remember an item, with what it said, and `message_days`
    for how long what was said is kept.
    """

    table: str
    intake_queue: str
    forward_queue: str
    deliver_queue: str
    bucket: str
    secrets: str = "scripta/"
    graph_url: str = "https://graph.facebook.com"
    instagram_url: str = "https://graph.instagram.com"
    graph_version: str = "v26.0"
    partial_batch: bool = False
    item_days: int = LEAST_ITEM_DAYS
    message_days: int = 365

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings; raise ConfigurationError naming every variable that is wrong."""
        environment = os.environ if environment is None else environment
        names = {field.name: _PREFIX + field.name.upper() for field in fields(cls)}
        required = {"table", "intake_queue", "forward_queue", "deliver_queue", "bucket"}
        missing = sorted(names[field] for field in required if not environment.get(names[field]))
        if missing:
            raise ConfigurationError(f"not set: {', '.join(missing)}")
        given: dict[str, Any] = {
            field: environment[name] for field, name in names.items() if name in environment
        }
        given["partial_batch"] = given.get("partial_batch") == "1"
        given |= {name: _days(names[name], given[name]) for name in _DAYS if name in given}
        return cls(**given)


def _days(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < LEAST_ITEM_DAYS:
        raise ConfigurationError(f"{name} is no number of days from {LEAST_ITEM_DAYS} on: {text!r}")
    return int(text)
