"""Draws the simulation: latency and cost by rate, both on logarithmic scales, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final, NamedTuple

from bench.scale import Outcome

_WIDTH: Final = 420
_HEIGHT: Final = 300
_LEFT: Final = 62
_TOP: Final = 48
_GAP: Final = 80
_LEGEND: Final = 170
_COLOURS: Final = ("#b3261e", "#1a6b3c", "#7a5c00")


class Line(NamedTuple):
    """A name, and what it shows of an outcome."""

    name: str
    value: Callable[[Outcome], float]


@dataclass(frozen=True, slots=True)
class _Panel:
    """One pair of axes: `left` is where it begins, in pixels."""

    left: int
    title: str
    lines: Sequence[Line]

    def draw(self, outcomes: Sequence[Outcome]) -> list[str]:
        rates = [float(each.rate) for each in outcomes]
        values = [line.value(each) for line in self.lines for each in outcomes]
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        first, last = log10(rates[0]), log10(rates[-1])

        def place(rate: float, value: float) -> tuple[float, float]:
            across = (log10(rate) - first) / (last - first)
            up = (log10(value) - low) / (high - low)
            return self.left + across * _WIDTH, _TOP + (1 - up) * _HEIGHT

        drawn = [f'<text x="{self.left}" y="{_TOP - 16}" class="title">{self.title}</text>']
        for power in range(low, high + 1):
            _, y = place(rates[0], 10.0**power)
            drawn.append(
                f'<path d="M{self.left} {y:.1f}h{_WIDTH}" class="grid"/>'
                f'<text x="{self.left - 8}" y="{y + 4:.1f}" class="end">{10.0**power:,g}</text>'
            )
        for rate in rates:
            x, y = place(rate, 10.0**low)
            drawn.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" class="mid">{rate:,.0f}</text>')
        for number, (line, colour) in enumerate(zip(self.lines, _COLOURS, strict=False)):
            points = [place(each.rate, line.value(each)) for each in outcomes]
            way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            drawn.append(f'<polyline points="{way}" stroke="{colour}" class="line"/>')
            if len(self.lines) > 1:
                x, y = self.left + _LEGEND, _TOP + _HEIGHT * 0.56 + 18 * number
                drawn.append(f'<text x="{x}" y="{y:.0f}" fill="{colour}">{line.name}</text>')
        return drawn


def svg(outcomes: Sequence[Outcome]) -> str:
    """Return the picture."""
    latency = [
        Line("as shipped", lambda each: each.as_shipped[1]),
        Line("concurrency for the rate", lambda each: each.sized[1]),
        Line("the same, a desk of 700 calls a minute", lambda each: each.behind_desk[1]),
    ]
    panels = [
        _Panel(_LEFT, "Webhook to ticket, 99th percentile, s", latency),
        _Panel(
            _LEFT + _WIDTH + _GAP,
            "List price a day at this rate, USD",
            [Line("dollars", lambda each: each.dollars)],
        ),
    ]
    width, height = _LEFT + 2 * _WIDTH + _GAP + 24, _TOP + _HEIGHT + 52
    style = (
        "text{font:12px sans-serif}.title{font-weight:bold}.end{text-anchor:end}"
        ".mid{text-anchor:middle}.grid{stroke:#ddd;fill:none}.line{fill:none;stroke-width:2}"
    )
    inside = [line for panel in panels for line in panel.draw(outcomes)]
    below = f'<text x="{width / 2}" y="{height - 10}" class="mid">messages a second</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="Latency and cost by rate">\n<style>{style}</style>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join([*inside, below])
        + "\n</svg>\n"
    )
