"""The `fields` of a Graph API call: names, each with a limit and fields of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_TOKEN: Final = re.compile(r"[A-Za-z_]+|\.limit\([0-9]+\)|[{},]")


@dataclass(slots=True)
class Expansion:
    """What is asked for under a name; `limit` is 0 where none is given."""

    limit: int = 0
    fields: dict[str, Expansion] = field(default_factory=dict)


def parse(text: str) -> Mapping[str, Expansion]:
    """
    Return the fields that are asked for: `id,messages.limit(5){id,from}`.

    Raises ValueError where it is not written so.
    https://developers.facebook.com/docs/graph-api/guides/field-expansion
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text:
        raise ValueError("not a list of fields")
    if tokens.count("{") != tokens.count("}"):
        raise ValueError("unbalanced braces")
    return _fields(iter(tokens))


def _fields(tokens: Iterator[str]) -> dict[str, Expansion]:
    found: dict[str, Expansion] = {}
    last = Expansion()
    for token in tokens:
        match token[0]:
            case "}":
                break
            case "{":
                last.fields = _fields(tokens)
            case ".":
                last.limit = int(token.removeprefix(".limit(").removesuffix(")"))
            case ",":
                pass
            case _:
                last = found[token] = Expansion()
    return found
