"""Customers as helpdesks keep who writes: one contact each, looked for before one is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from chalicelib.desk_api.items import OURS
from chalicelib.desk_api.lines import line
from chalicelib.domain.ticket import Customer
from chalicelib.errors import AmbiguousError, Refused

_LONGEST_NAME: Final = 100


def contact(customer: Customer, *, named: str) -> dict[str, str]:
    """
    Return the contact that a customer is; the phone is left out where there is none.

    `named` is the field that holds our name of them.
    """
    about = {"name": line(customer.name, longest=_LONGEST_NAME), named: f"{OURS}{customer.id}"}
    return about | ({"phone": customer.phone} if customer.phone else {})


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
