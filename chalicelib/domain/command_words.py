"""Splits what stands behind a command into words, as people quote them and editors change that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Which marks may end what another one began: word processors make pairs of straight ones, each
# language its own, and not always both.
_CLOSING: Final = {
    '"': '"',
    "\u201c": '"\u201d\u201c',  # “…”
    "\u201d": '"\u201d',  # ”…”
    "\u201e": '"\u201c\u201d',  # „…“
    "\u00ab": "\u00bb",  # «…»
    "\u00bb": "\u00ab",  # »…«
}
_NAMED: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}=")


class Unclosed(ValueError):
    """A quotation mark is not closed."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `name` is what stood before its equals sign, and `written` all of it."""

    value: str
    name: str = ""

    @property
    def written(self) -> str:
        """Return the word with its name."""
        return f"{self.name}={self.value}" if self.name else self.value


def split(text: str) -> list[Word]:
    """
    Return the words of a text: what stands between quotation marks is one, spaces or not.

    In a quotation a backslash takes its meaning from the mark behind it. White space within a word
    is one space, since no template takes more. Raises Unclosed where a mark is not closed.
    """
    return [_word(pieces) for pieces in _words(text)]


def _word(pieces: list[tuple[str, bool]]) -> Word:
    """Return a word of its pieces; only an equals sign outside of quotation marks has a meaning."""
    first, is_quoted = pieces[0]
    name = None if is_quoted else _NAMED.match(first)
    value = "".join(piece for piece, _ in pieces)
    if name is None:
        return Word(" ".join(value.split()))
    return Word(" ".join(value[name.end() :].split()), name[0][:-1].lower())


def _words(text: str) -> Iterator[list[tuple[str, bool]]]:
    """Yield each word as its pieces, quoted ones marked as such."""
    pieces: list[tuple[str, bool]] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character in _CLOSING:
            piece, place = _quoted(text, place)
            pieces.append((piece, True))
        elif character.isspace():
            if pieces:
                yield pieces
            pieces = []
            place += 1
        else:
            end = place
            while end < len(text) and not text[end].isspace() and text[end] not in _CLOSING:
                end += 1
            pieces.append((text[place:end], False))
            place = end
    if pieces:
        yield pieces


def _quoted(text: str, opening: int) -> tuple[str, int]:
    """Return what stands between a mark and the one that closes it, and the place behind that."""
    closing = _CLOSING[text[opening]]
    found: list[str] = []
    place = opening + 1
    while place < len(text):
        if text[place] == "\\" and text[place + 1 : place + 2] in {*closing, "\\"}:
            place += 1
        elif text[place] in closing:
            return "".join(found), place + 1
        found.append(text[place])
        place += 1
    raise Unclosed
