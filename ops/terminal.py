"""How answers are shown: one JSON line for machines, plain tables for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import click

_MS = 1000
_NONE = "-"


def show_json(answer: object) -> None:
    """Print an answer as one line of ASCII JSON."""
    click.echo(json.dumps(answer, separators=(",", ":")))


def show_table(
    titles: Sequence[str],
    rows: Iterable[Iterable[object]],
    *,
    colours: Mapping[str, str] | None = None,
) -> None:
    """
    Print rows under their titles, in columns as wide as they need to be.

    `colours` are those of whole cells, by what they say, where a person reads on a terminal.
    """
    lines = [list(titles), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        # Padded first: what colours a cell has no width.
        cells = (
            _coloured(cell.ljust(width), (colours or {}).get(cell))
            for cell, width in zip(line, widths, strict=True)
        )
        click.echo("  ".join(cells).rstrip())


def show(text: str = "") -> None:
    """Print a line of text, of which a part may be somebody else's."""
    click.echo(printable(text))


def printable(text: str) -> str:
    """
    Return a text in which nothing can steer the terminal, or pose as another line of it.

    What customers and helpdesks write is shown here: control characters, escapes and the marks
    that turn the direction of writing come out as their names in Python.
    """
    return "".join(c if c.isprintable() else _named(c) for c in text)


def moment(ms: int) -> str:
    """Return a time in ms since the epoch in words of UTC; as a number where it is none."""
    try:
        return f"{datetime.fromtimestamp(ms / _MS, UTC):%Y-%m-%d %H:%M:%S}Z" if ms else _NONE
    except (ValueError, OverflowError, OSError):
        return str(ms)


def _coloured(text: str, colour: str | None) -> str:
    return click.style(text, fg=colour) if colour else text


def _cell(value: object) -> str:
    return printable(str(value)) or _NONE


def _named(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
