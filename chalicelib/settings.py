"""What the deployment decides: names of its resources and addresses outside, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from chalicelib.errors import ConfigurationError

_PREFIX = "SCRIPTA_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    One field per variable: `table` is read from SCRIPTA_TABLE, and so on.

    The queues are URLs. `secrets` is the prefix of every secret's name. `graph_url` is where the
    Graph API answers, `instagram_url` where it does for accounts with Instagram's own login, and
    `graph_version` the version asked for (`v26.0`).
    `partial_batch` says that the event sources take partial batch failures: only the template
    that sets them sets it, so that a plain deploy fails whole batches instead of losing messages.
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

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings; raise ConfigurationError naming every variable that is missing."""
        environment = os.environ if environment is None else environment
        names = {field.name: _PREFIX + field.name.upper() for field in fields(cls)}
        required = {"table", "intake_queue", "forward_queue", "deliver_queue", "bucket"}
        missing = sorted(names[field] for field in required if not environment.get(names[field]))
        if missing:
            raise ConfigurationError(f"not set: {', '.join(missing)}")
        given = {field: environment[name] for field, name in names.items() if name in environment}
        partial_batch = given.pop("partial_batch", "") == "1"
        return cls(**given, partial_batch=partial_batch)
