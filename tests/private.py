"""
What people told the system in the tests, and what the system logged: the one must not be in the other.

Every test is watched, whatever it is about: `watch` notes what comes in through receive, and what
goes out through any log of this process; whoever drives other processes calls `told` for what is
said there, and `found_in` with what they logged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from chalicelib.observability import StructuredLog
from chalicelib.pipeline.receive import Receiver
from ops.journal import Journal

#: Names of fields in which platforms and desks tell what somebody said, or what they are called.
_TEXTS: Final = frozenset(
    [
        "body",
        "caption",
        "comment",
        "description",
        "filename",
        "first_name",
        "formatted_name",
        "last_name",
        "name",
        "text",
        "title",
        "username",
    ]
)
_NUMBERS: Final = frozenset(["from", "id", "phone", "recipient_id", "to", "user_id", "wa_id"])
#: Where accounts of the business are named: those are in logs.
_OURS: Final = frozenset({"entry", "metadata", "account"})
_SHORTEST_TEXT, _SHORTEST_NUMBER = 8, 8
_DIGITS: Final = re.compile(rf"[0-9]{{{_SHORTEST_NUMBER},}}")
#: Of people: digits only. What the platforms call messages is hashed and not looked for here.
_NUMBER: Final = re.compile(rf"\+?([0-9]{{{_SHORTEST_NUMBER},20}})")

_told: set[str] = set()
_told_now: set[str] = set()
_logged_now: set[str] = set()


def told(*values: str) -> None:
    """Note what somebody said, is called, or has for a number."""
    for value in values:
        number = _NUMBER.fullmatch(value)
        if number or len(value) >= _SHORTEST_TEXT:
            _told_now.add(number[1] if number else value)


def logged(message: str, keys: object = None) -> None:
    """Note a line of a log."""
    _logged_now.update((message, *_leaves(keys)))


def now() -> frozenset[str]:
    """Return what was told in this test."""
    return frozenset(_told_now)


def found_in(text: str) -> list[str]:
    """Return what of all that was ever told stands in a text."""
    numbers = set(_DIGITS.findall(text))
    every = _told | _told_now
    return sorted(v for v in every if (v in numbers if v.isdecimal() else v in text))


@contextmanager
def watch() -> Iterator[None]:
    """Watch what this process receives and logs, for as long as it tests."""
    with pytest.MonkeyPatch.context() as patch:
        take, write = Receiver.take, Journal._write

        def taken(self: Receiver, webhook: Any, *, source: str, body: bytes) -> None:
            harvest(body)
            take(self, webhook, source=source, body=body)

        def written(self: Journal, level: str, message: str, keys: dict[str, object]) -> None:
            logged(message, keys)
            write(self, level, message, keys)

        patch.setattr(Receiver, "take", taken)
        patch.setattr(Journal, "_write", written)
        for name in ("info", "warning", "alarm"):
            patch.setattr(StructuredLog, name, _watched(getattr(StructuredLog, name)))
        yield


@contextmanager
def one_test() -> Iterator[None]:
    """Fail where a test's logs hold what it told."""
    _logged_now.clear()
    yield
    lines = "\n".join(_logged_now)
    numbers = set(_DIGITS.findall(lines))
    found = sorted(v for v in _told_now if (v in numbers if v.isdecimal() else v in lines))
    _told.update(_told_now)
    _told_now.clear()
    _logged_now.clear()
    assert not found, f"told, and in a log: {found}"


def _watched(method: Any) -> Any:
    def logs(self: StructuredLog, message: str, **keys: object) -> None:
        logged(message, keys)
        method(self, message, **keys)

    return logs


def harvest(body: bytes) -> None:
    """Note what the body of a webhook tells of people."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return
    ours: set[str] = set()
    theirs: set[str] = set()
    _sort(value, "", "", ours, theirs)
    told(*(theirs - ours))


def _sort(value: Any, name: str, inside: str, ours: set[str], theirs: set[str]) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _sort(each, key, name, ours, theirs)
    elif isinstance(value, list):
        for each in value:
            _sort(each, name, name, ours, theirs)
    elif isinstance(value, str):
        if inside in _OURS or name in _OURS:
            ours.add(value)
        elif name in _TEXTS or (name in _NUMBERS and _NUMBER.fullmatch(value)):
            theirs.add(value)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _leaves(each)
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        for each in value:
            yield from _leaves(each)
    else:
        yield str(value)
