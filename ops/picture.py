"""The service report as a picture: SVG, drawn by itself, for every browser and printer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from chalicelib.operations.report import ServiceReport, Times
from ops.durations import duration
from ops.terminal import moment, printable

_WIDTH: Final = 960
_MARGIN: Final = 32
_GAP: Final = 28  #: between two panels
_LABEL: Final = 210  #: for the name of a row
_VALUE: Final = 110  #: for what stands behind a bar
_BAR: Final = 14
_STEP: Final = 18  #: from one bar to the next of the same row
_ROW: Final = 12  #: between two rows
_HEAD: Final = 46  #: for a panel's title and its legend
_LEGEND: Final = 104  #: for one colour and its word
_DAYS: Final = 130  #: height of the columns
_WIDEST: Final = 26  #: of a column
_MOST_DAYS: Final = 92
_FEW_DAYS: Final = 14  #: so few that there is room for numbers
_MOST_NAMED_DAYS: Final = 12
_MOST_REASONS: Final = 12
_LONGEST_NAME: Final = 30  #: characters
_BLUE, _TEAL, _RED = "#2f5fd0", "#27a08b", "#cc4b4b"
_STYLE: Final = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1d2433}"
    ".title{font-size:22px;font-weight:600}.head{font-size:15px;font-weight:600}"
    ".soft{fill:#67718a}.mid{text-anchor:middle}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of a panel: its name, and each bar's value and what is written behind it."""

    name: str
    bars: Sequence[tuple[float, str]]


@dataclass(slots=True)
class _Sheet:
    """What is drawn so far, and how far down it reaches."""

    height: int = _MARGIN
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        told = escape(printable(words))
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}">{told}</text>')

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:.1f}" height="{height:.1f}" rx="2" fill="{colour}"/>'
        )

    def head(self, title: str, legend: Sequence[tuple[str, str]]) -> None:
        """Begin a panel: a title on the left, and what its colours mean on the right."""
        self.text(_MARGIN, self.height + 18, title, "head")
        left = _WIDTH - _MARGIN - _LEGEND * len(legend)
        for place, (words, colour) in enumerate(legend):
            x = left + _LEGEND * place
            self.bar(x, self.height + 8, 11, 11, colour)
            self.text(x + 18, self.height + 18, words, "soft")
        self.height += _HEAD


def picture(report: ServiceReport) -> str:
    """Return a report as the text of an SVG file; whatever others named is text in it."""
    sheet = _Sheet()
    sheet.text(_MARGIN, sheet.height + 22, "Service report", "title")
    period = f"{moment(report.since)} to {moment(report.until)}"
    sheet.text(_MARGIN, sheet.height + 46, period, "soft")
    sheet.height += 46 + _GAP
    _days(sheet, report)
    _bars(
        sheet,
        "Messages, by account",
        [("received", _BLUE), ("sent", _TEAL)],
        [
            _Row(
                name=f"{ref.channel} {ref.id}",
                bars=[(each.received, str(each.received)), (each.sent, str(each.sent))],
            )
            for ref, each in report.accounts.items()
        ],
    )
    _waits(sheet, "First response", report, lambda ref: report.accounts[ref].first_responses)
    _waits(sheet, "Resolution", report, lambda ref: report.accounts[ref].resolutions)
    _bars(
        sheet,
        "Conversations in which somebody waits at the end",
        [("unanswered", _RED)],
        [
            _Row(name=f"{ref.channel} {ref.id}", bars=[(each.unanswered, str(each.unanswered))])
            for ref, each in report.accounts.items()
        ],
    )
    _ratings(sheet, report)
    failures = report.total().failures.most_common(_MOST_REASONS)
    _bars(
        sheet,
        "Replies that failed, by reason",
        [("replies", _RED)],
        [_Row(name=reason, bars=[(count, str(count))]) for reason, count in failures],
    )
    height = sheet.height - _GAP + _MARGIN
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Service report">',
            f"<style>{_STYLE}</style>",
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            *sheet.parts,
            "</svg>\n",
        ]
    )


def _bars(
    sheet: _Sheet, title: str, legend: Sequence[tuple[str, str]], rows: Sequence[_Row]
) -> None:
    """Draw a panel of bars, all to one scale."""
    sheet.head(title, legend)
    if not rows:
        sheet.text(_MARGIN, sheet.height + 4, "none", "soft")
        sheet.height += _BAR + _GAP
        return
    most = max((value for row in rows for value, _ in row.bars), default=0) or 1
    space = _WIDTH - 2 * _MARGIN - _LABEL - _VALUE
    for row in rows:
        sheet.text(_MARGIN, sheet.height + 11, _short(row.name))
        for (value, words), (_, colour) in zip(row.bars, legend, strict=True):
            width = max(space * value / most, 1.5 if value else 0)
            sheet.bar(_MARGIN + _LABEL, sheet.height, width, _BAR, colour)
            sheet.text(_MARGIN + _LABEL + width + 8, sheet.height + 11.5, words, "soft")
            sheet.height += _STEP
        sheet.height += _ROW
    sheet.height += _GAP - _ROW


def _waits(
    sheet: _Sheet, title: str, report: ServiceReport, times: Callable[..., Sequence[int]]
) -> None:
    rows = []
    for ref in report.accounts:
        told = Times.of(times(ref))
        if told:
            bars = [(float(each), duration(each)) for each in (told.median, told.p90)]
            rows.append(_Row(name=f"{ref.channel} {ref.id}", bars=bars))
    _bars(sheet, title, [("median", _BLUE), ("nine of ten", _TEAL)], rows)


def _ratings(sheet: _Sheet, report: ServiceReport) -> None:
    told = [
        f"{ref.channel} {ref.id}: {scale} {mean:.1f} ({count})"
        for ref, each in report.accounts.items()
        for scale, (count, mean) in each.satisfaction().items()
    ]
    if not told:
        return
    sheet.head("Satisfaction: mean, and how many told it", [])
    for line in told:
        sheet.text(_MARGIN, sheet.height + 4, line)
        sheet.height += _STEP + 4
    sheet.height += _GAP - 8


def _days(sheet: _Sheet, report: ServiceReport) -> None:
    """Draw two columns for each day, the newest ones."""
    days = list(report.days.items())[-_MOST_DAYS:]
    sheet.head("Messages, by day", [("received", _BLUE), ("sent", _TEAL)])
    if not days:
        sheet.text(_MARGIN, sheet.height + 4, "none", "soft")
        sheet.height += _BAR + _GAP
        return
    most = max(max(counts) for _, counts in days) or 1
    step = (_WIDTH - 2 * _MARGIN) / len(days)
    wide = min(step * 0.38, _WIDEST)
    floor = sheet.height + _DAYS
    every = -(-len(days) // _MOST_NAMED_DAYS)
    for place, (day, counts) in enumerate(days):
        middle = _MARGIN + step * (place + 0.5)
        for count, x, colour in zip(counts, (middle - wide, middle), (_BLUE, _TEAL), strict=True):
            tall = (_DAYS - 18) * count / most
            sheet.bar(x, floor - tall, wide - 1, tall, colour)
            if len(days) <= _FEW_DAYS and count:
                sheet.text(x + wide / 2, floor - tall - 4, str(count), "soft mid")
        if place % every == 0:
            sheet.text(middle, floor + 18, day[5:], "soft mid")
    sheet.bar(_MARGIN, floor, _WIDTH - 2 * _MARGIN, 1, "#c9cfdb")
    sheet.height = floor + 24 + _GAP


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
