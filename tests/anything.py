"""Hypothesis strategies for domain values: any value of a type, read from its annotations."""

from __future__ import annotations

import collections.abc
import types
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from chalicelib.domain.conversation import Link

# Bounded by what DynamoDB stores: keys of 1 KB, numbers of 38 digits.
TEXTS = st.text(max_size=20)
IDS = st.text(min_size=1, max_size=20)
NUMBERS = st.integers(-(10**18), 10**18)


def anything(of: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for a type that domain values are made of; raise TypeError for others."""
    inner = [anything(each) for each in get_args(of) if each is not Ellipsis]
    match get_origin(of) or of:
        case types.UnionType:
            return st.one_of(inner)
        case origin if origin is tuple:
            return st.lists(inner[0], max_size=3).map(tuple)
        case origin if origin is frozenset:
            return st.frozensets(inner[0], max_size=3)
        case collections.abc.Mapping:
            return st.dictionaries(inner[0], inner[1], max_size=3)
        case plain:
            return _plain(plain)


def _plain(of: type) -> st.SearchStrategy[Any]:
    if of is types.NoneType:
        return st.none()
    if of is str:
        return TEXTS
    if of is bool:
        return st.booleans()
    if of is int:
        return NUMBERS
    if issubclass(of, Enum):
        return st.sampled_from(of)
    if is_dataclass(of) or issubclass(of, tuple):
        fields = {name: anything(hint) for name, hint in get_type_hints(of).items()}
        if of is Link:
            fields["desk"] = IDS
        return st.builds(of, **fields)
    raise TypeError(f"no value of {of}")
