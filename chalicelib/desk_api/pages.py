"""Lists that an API shows page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

_Row = TypeVar("_Row")


def numbered(page: Callable[[int], Sequence[_Row]], *, size: int, most: int) -> Iterator[_Row]:
    """
    Yield what is on the pages of a list, from number 1 on, asking for each when it is needed.

    A page with fewer rows than `size` is the last one; no more than `most` are asked for.
    """
    for number in range(1, most + 1):
        rows = page(number)
        yield from rows
        if len(rows) < size:
            return
