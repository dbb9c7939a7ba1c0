"""Customers in a helpdesk: each is looked for before one is made."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.errors import AmbiguousError, Refused


def found_or_made(find: Callable[[], int | None], make: Callable[[], int]) -> int:
    """
    Return who `find` finds, or else who `make` makes.

    What is refused or in doubt may have been made after all, or by another conversation of the same
    customer: it is looked for once more before that is raised.
    """
    if (known := find()) is not None:
        return known
    try:
        return make()
    except (Refused, AmbiguousError):
        if (known := find()) is None:
            raise
        return known
