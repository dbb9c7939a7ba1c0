"""What an adapter can be told about an account or a desk, described for whoever configures one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    One option of an account's or a desk's row, or one field of its secret.

    `words` say in one line what it is. `choices` are all values there are, and `pattern` is what a
    whole value looks like, where that is known. A secret is kept as a list of values, newest first,
    and never shown. `generate` makes one up, where the other side takes whatever it is told.
    """

    name: str
    words: str
    required: bool = False
    secret: bool = False
    choices: Sequence[str] = ()
    pattern: str = ""
    generate: Callable[[], str] | None = None

    def fault(self, value: str) -> str:
        """Return in words what is wrong with a value, "" where nothing is; never quotes it."""
        if not value:
            return "is empty"
        if not value.isprintable() or value != value.strip():
            return "has characters in it that cannot be seen"
        if self.choices and value not in self.choices:
            return f"is none of {', '.join(self.choices)}"
        if self.pattern and not re.fullmatch(self.pattern, value):
            return "does not look like one"
        return ""
