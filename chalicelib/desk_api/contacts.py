"""A customer as helpdesks keep those who write: one contact, known by our name of them."""

from __future__ import annotations

from typing import Final

from chalicelib.desk_api.items import OURS
from chalicelib.desk_api.lines import line
from chalicelib.domain.ticket import Customer

_LONGEST_NAME: Final = 100


def contact(customer: Customer, *, named: str) -> dict[str, str]:
    """
    Return the contact that a customer is; the phone is left out where there is none.

    `named` is the field that holds our name of them.
    """
    about = {"name": line(customer.name, longest=_LONGEST_NAME), named: f"{OURS}{customer.id}"}
    return about | ({"phone": customer.phone} if customer.phone else {})
