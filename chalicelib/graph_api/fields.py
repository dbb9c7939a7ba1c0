"""Reads single fields of a webhook: whatever stands there, a plain value comes out and nothing raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_LONGEST_IDENTIFIER: Final = 256  #: characters; the platforms' longest ids have about 200
_LONGEST_KIND: Final = 64  #: characters
_DEEPEST: Final = 48  #: levels; what the platforms send has about ten
_TOO_DEEP: Final = "(nested too deeply)"
_NESTING: Final = (dict, list)

# Seconds since the epoch stay below this until the year 5138, milliseconds above it since 1973.
_SECONDS_END: Final = 100_000_000_000
_EARLIEST: Final = 1_000_000_000_000  #: ms; September 2001, before any of the platforms
_CLOCK_SKEW: Final = 24 * 3600 * 1000  #: ms that the platform's clock may be ahead of ours

# Neither can be stored: UTF-8 has no lone surrogates, and helpdesks' databases refuse NUL.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_KIND: Final = re.compile(r"[A-Za-z0-9_.:-]+")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_:-]{1,128}\.[0-9]{1,12}")


def mapping(value: object) -> Mapping[str, Any]:
    """Return an object, an empty one where the value is none."""
    return value if isinstance(value, dict) else {}


def listing(value: object) -> list[Any]:
    """Return a list, an empty one where the value is none."""
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    """Return a text with all that cannot be stored replaced by U+FFFD; empty where it is none."""
    if not isinstance(value, str):
        return ""
    # Nearly everything is ASCII, and there are many ids in a webhook.
    is_plain = value.isascii() and "\0" not in value
    return value if is_plain else _UNSTORABLE.sub("\ufffd", value)


def identifier(value: object) -> str:
    """
    Return an id as text: older webhooks write numbers; empty where it is none.

    What is longer than any id of the platforms is none either, since it fits no key.
    """
    is_number = isinstance(value, int) and not isinstance(value, bool)
    text = str(value) if is_number else words(value)
    return text if len(text) <= _LONGEST_IDENTIFIER else ""


def kind(value: object, *, otherwise: str) -> str:
    """Return a platform's word for something if it is fit to be counted by, else `otherwise`."""
    text = words(value)
    return text if len(text) <= _LONGEST_KIND and _KIND.fullmatch(text) else otherwise


def scalar(value: object) -> int | str | None:
    """Return a number or a text as it stands, None for anything else."""
    return value if isinstance(value, int | str) else None


def flag(value: object) -> bool:
    """Return whether a field says yes; a number or a word may stand for it."""
    return value is True or (not isinstance(value, bool) and value in (1, "1", "true", "True"))


def number(value: object) -> int:
    """Return a whole number, of digits in a text too; 0 where it is none."""
    if isinstance(value, str):
        return int(value) if _NUMBER.fullmatch(value) else 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    # NaN and the infinities are no whole numbers, and fail both comparisons or one of them.
    return int(value) if -(_SECONDS_END**2) < value < _SECONDS_END**2 else 0


def decimal(value: object) -> str:
    """Return a number as it is written, of a text too; empty where it is none."""
    if isinstance(value, bool):
        return ""
    text = str(value) if isinstance(value, int | float | str) else ""
    return text if _DECIMAL.fullmatch(text) else ""


def moment(value: object, *, received_at: int, otherwise: int) -> int:
    """
    Return a time in ms since the epoch, of seconds or ms, of a number or its digits.

    `otherwise` is returned for what is no time: absent, before the platforms, or more than a day
    after `received_at`. Messenger mixes seconds, ms and strings:
    https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
    """
    time = number(value)
    if time < _SECONDS_END:
        time *= 1000
    return time if _EARLIEST <= time <= received_at + _CLOCK_SKEW else otherwise


def reference(value: object) -> str:
    """Return our own reference (`<conversation>.<sequence>`); empty where it is somebody else's."""
    text = words(value)
    return text if _REFERENCE.fullmatch(text) else ""


def shallow(value: Any) -> Any:
    """
    Return JSON that can be written again: what is nested absurdly deep is cut off.

    Reading allows deeper nesting than writing at another place of the program does.
    """
    return _cut(value, _DEEPEST) if _deeper(value, _DEEPEST) else value


def _deeper(value: object, levels: int) -> bool:
    layer = [value] if isinstance(value, _NESTING) else []
    for _ in range(levels):
        layer = [
            child
            for each in layer
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, _NESTING)
        ]
        if not layer:
            return False
    return bool(layer)


def _cut(value: object, levels: int) -> object:
    if not isinstance(value, dict | list):
        return value
    if levels == 0:
        return _TOO_DEEP
    if isinstance(value, dict):
        return {key: _cut(child, levels - 1) for key, child in value.items()}
    return [_cut(child, levels - 1) for child in value]
