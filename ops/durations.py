"""How long something took, in words short enough for a table."""

from __future__ import annotations

from typing import Final

_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000))
_MINUTE: Final = 60_000


def duration(ms: int) -> str:
    """Return a time in ms as its two largest units: `3 d 4 h`, `12 min`, `4.2 s`."""
    if ms < _MINUTE:
        return f"{ms / 1000:.1f} s"
    largest = next(place for place, (_, size) in enumerate(_UNITS) if ms >= size)
    (name, size), (below, smaller) = _UNITS[largest], _UNITS[largest + 1]
    whole, rest = divmod(ms, size)
    further = rest // smaller
    return f"{whole} {name} {further} {below}" if further else f"{whole} {name}"
