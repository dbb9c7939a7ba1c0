"""Counts the lines of Python that a call runs, as a measure of work that no other load disturbs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(call: Callable[..., object], *values: object) -> int:
    """Return how many lines run in a call, in all that it calls, too."""
    count = 0

    def trace(_frame: FrameType, event: str, _value: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call(*values)
    finally:
        sys.settrace(before)
    return count
