"""How accounts and desks stand, as one table: green or red, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from chalicelib.domain.standing import Finding, Light
from ops.terminal import show, show_table

_TITLES: Final = ("of", "what", "is", "found", "to do")
_COLOURS: Final[Mapping[str, str]] = {Light.GREEN: "green", Light.RED: "red"}

Found = Mapping[str, Sequence[Finding]]
"""What was found, by the name of what was looked at."""


def is_good(found: Found) -> bool:
    """Return whether nothing is red."""
    return not any(each.light is Light.RED for findings in found.values() for each in findings)


def as_rows(found: Found) -> list[dict[str, Any]]:
    """Return the findings for machines."""
    return [{"of": name, **asdict(each)} for name, findings in found.items() for each in findings]


def show_findings(found: Found) -> None:
    """Print the findings; in colours where a person reads them on a terminal."""
    rows = [
        [name, each.subject, each.light.value, each.words, each.act]
        for name, findings in found.items()
        for each in findings
    ]
    show_table(_TITLES, rows, colours=_COLOURS)
    show()
    reds = sum(row[2] == Light.RED for row in rows)
    show("All is well." if not reds else f"{reds} to be looked at.")
