"""The words that agents read, in catalogues by language."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from typing import cast

_DEFAULT = "en"
LANGUAGES = ("en", "it")
"""Those that there is a catalogue of."""


def say(language: str, key: str, **values: str) -> str:
    """
    Return a sentence of the catalogue with its values put in.

    An unknown language speaks English; an unknown reason is `reason.other`, and an unknown part of
    a message is one that is not supported; a channel that has no name is called by that of its
    folder. What no value is given for is left out.
    """
    catalogue = _catalogue(language if language in LANGUAGES else _DEFAULT)
    if key.startswith("reason.") and key not in catalogue:
        key = "reason.other"
    if key.startswith("channel.") and key not in catalogue:
        # A new channel is a folder, and no edit elsewhere.
        return key.removeprefix("channel.").replace("_", " ").title()
    if key.startswith("part.") and key not in catalogue:
        key, values = "part.unsupported", {"kind": key.removeprefix("part.")}
    return catalogue[key].format_map(defaultdict(str, values)).rstrip("\n")


def is_reason(word: str) -> bool:
    """Return whether a word is a reason that the catalogue has a sentence for."""
    return f"reason.{word}" in _catalogue(_DEFAULT)


def _catalogue(language: str) -> dict[str, str]:
    return cast("dict[str, str]", import_module(f"{__name__}.{language}").SENTENCES)
