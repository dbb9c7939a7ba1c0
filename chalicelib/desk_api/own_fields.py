"""The fields of a ticket that an operator made for us: which option names each, and what goes in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from chalicelib.domain.ticket import Opening

FIELDS: Final = ("reference_field", "channel_field", "account_field", "handle_field")

_Field = TypeVar("_Field")


def own_fields(opening: Opening, chosen: Mapping[str, _Field]) -> dict[_Field, str]:
    """Return what goes into which field; `chosen` has the fields by the options that name them."""
    values = (opening.reference, opening.channel, opening.account, opening.customer.handle)
    return {
        chosen[option]: value
        for option, value in zip(FIELDS, values, strict=True)
        if option in chosen and value
    }
