"""How a desk's webhook becomes items, without a schema: whose each is, and under which key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalicelib.domain.envelope import Book, Item, compact, digest

OURS: Final = "scripta:"  #: begins every name that we give, where a desk takes any text

_LONGEST_ID: Final = 200  #: characters


def item(raw: Mapping[str, Any], *, desk: str, whose: str, is_reply: bool) -> Item:
    """
    Return an item in the lane of `whose`, a ticket's id; in the desk's own where that is empty.

    What `is_reply` is counted in the books of what goes out.
    """
    return Item(
        lane=f"desk:{desk}:{whose}" if whose else f"desk:{desk}",
        raw=raw,
        book=Book.OUT if is_reply else Book.DESK,
    )


def identifier(value: object) -> str:
    """
    Return an id that came as text or as a number, as text that can go into a key.

    Empty where it is neither, or longer than any id.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip().encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_ID else ""


def rest(value: object, beginning: str) -> str:
    """Return what an id has behind its beginning; empty where it begins otherwise."""
    text = identifier(value)
    return text.removeprefix(beginning) if text.startswith(beginning) else ""


def fields(value: object) -> Mapping[str, Any]:
    """Return an object's fields; none of what is no object."""
    return value if isinstance(value, Mapping) else {}


def key(desk: str, what: str, *parts: str) -> str:
    """Return the key of an event of a desk."""
    return ":".join((desk, what, *parts))


def fingerprint(raw: Mapping[str, Any]) -> str:
    """Return what names an item that has no id: all that it says."""
    return digest(compact(dict(raw)))
