"""Times on the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

_MS = 1000


class Moment(click.ParamType[int]):
    """A time as RFC 3339 writes it, as ms since the epoch."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the time; fail where it is none, or one that every zone reads differently."""
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            self.fail(f"{value!r} is no time like 2026-11-23T09:00:00Z.", param, ctx)
        return round(at.timestamp() * _MS)
