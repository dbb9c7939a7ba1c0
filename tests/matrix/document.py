"""The generated tables of docs/feature-matrix.md: what comes in, what goes out, what refusals mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from chalicelib import registry, words
from chalicelib.graph_api import error_codes
from chalicelib.graph_api.error_codes import Meaning
from tests.matrix.outcomes import recorded
from tests.matrix.outgoing import sends
from tests.matrix.rows import SECTIONS, titles

_BEGIN, _END = "<!-- generated: {} -->", "<!-- end: {} -->"
_VERDICTS: Final = {
    "refused": "told to the agent; not sent again",
    "transient": "tried again later",
    "too_fast": "tried again, later each time",
    "unauthorised": "the account waits, an alarm for the operator",
    "ambiguous": "waits for its confirmation; never sent again unconfirmed",
}


def written(document: str) -> str:
    """Return the document with its generated parts as the code has them now."""
    for name, table in (
        ("inbound", _inbound()),
        ("outbound", _outbound()),
        ("refusals", _refusals()),
    ):
        begin, end = _BEGIN.format(name), _END.format(name)
        before, _, rest = document.partition(begin)
        _, _, after = rest.partition(end)
        if not after:
            raise ValueError(f"no place for {name}")
        document = f"{before}{begin}\n\n{table}\n{end}{after}"
    return document


def _inbound() -> str:
    channels = registry.channel_names()
    cells: dict[tuple[str, str], dict[str, set[str]]] = {}
    for name, event, outcome in recorded():
        for row in titles(event):
            cells.setdefault(row, {}).setdefault(name, set()).add(outcome)
    lines: list[str] = []
    for section in SECTIONS:
        rows = sorted(row for row in cells if row[0] == section)
        lines += [f"### {section}", ""]
        heads = [words.say("en", f"channel.{name}") for name in channels]
        table = [
            [title, *(_cell(cells[section, title].get(name)) for name in channels)]
            for _, title in rows
        ]
        lines += [*_table(["what", *heads], table), ""]
    return "\n".join(lines)


def _outbound() -> str:
    channels = registry.channel_names()
    cells: dict[str, dict[str, str]] = {}
    for title, name, outcome in sends():
        cells.setdefault(title, {})[name] = outcome
    heads = [words.say("en", f"channel.{name}") for name in channels]
    rows = [[title, *(cells[title].get(n, "-") for n in channels)] for title in sorted(cells)]
    return "\n".join([*_table(["what is sent", *heads], rows), ""])


def _refusals() -> str:
    by_meaning: dict[Meaning, tuple[list[int], list[int]]] = {}
    for code, meaning in error_codes.BY_CODE.items():
        by_meaning.setdefault(meaning, ([], []))[0].append(code)
    for code, meaning in error_codes.BY_SUBCODE.items():
        by_meaning.setdefault(meaning, ([], []))[1].append(code)
    rows = [
        [
            _ranges(codes),
            _VERDICTS[meaning.verdict] + ("; an alarm" if meaning.alarm else ""),
            words.say("en", f"reason.{meaning.reason}", detail="…"),
        ]
        for meaning, codes in sorted(by_meaning.items())
    ]
    return "\n".join([*_table(["code, or …/subcode", "what happens", "words"], rows), ""])


def _ranges(codes: tuple[list[int], list[int]]) -> str:
    """Return codes and subcodes, neighbours as one range."""
    said: list[str] = []
    for prefix, numbers in zip(("", "…/"), codes, strict=True):
        placed = enumerate(sorted(numbers))
        for _, run in groupby(placed, key=lambda pair: pair[1] - pair[0]):
            found = [number for _, number in run]
            last = f" to {found[-1]}" if len(found) > 1 else ""
            said.append(f"{prefix}{found[0]}{last}")
    return ", ".join(said)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [_line(heads), _line(["---"] * len(heads)), *map(_line, rows)]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _cell(outcomes: set[str] | None) -> str:
    return "; ".join(sorted(outcomes)) if outcomes else "-"
