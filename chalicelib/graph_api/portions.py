"""
Cuts a text that is too long for a channel into portions, as a careful person would.

At a blank line, else at a line's end, a sentence's, a word's; inside a word only where it alone is
too long, and inside what a person sees as one character only where that alone is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

from chalicelib.graph_api.fields import words

# What holds on to the character before it, beside the marks of Unicode's categories M: the joiners,
# skin colours, the tags of the flags of regions, Japanese half-width sound marks, a Thai and a Lao vowel.
_JOINER: Final = "\u200d"
_HOLDS_ON: Final = re.compile(
    "[\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\uff9e\uff9f\u0e33\u0eb3]"
)
# What holds on to the character behind it: signs that stand before numbers in Arabic and the like.
_HOLDS_THE_NEXT: Final = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd]"
)
_VIRAMA: Final = 9  #: the combining class of what joins two Indic letters
_REGIONAL: Final = re.compile("[\U0001f1e6-\U0001f1ff]")  # two of them are a flag
_JAMO: Final = re.compile("[\u1100-\u11ff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb]")
_JAMO_LEADS: Final = re.compile("[\u1100-\u115f\ua960-\ua97c]")
_JAMO_FOLLOWS: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")

_KEEPS_TOGETHER: Final = ("\xa0", "\u202f", "\u2007")  #: spaces at which nobody breaks a line
_LINE_ENDS: Final = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
_SENTENCE_ENDS: Final = tuple(".!?…\u061f\u0964")
_CLOSING: Final = tuple("\"')]»\u201d\u2019\u300d\u300f\uff09")
_WIDE_ENDS: Final = tuple("\u3002\uff01\uff1f")  #: no space follows these

_NOWHERE, _WORD, _SENTENCE, _LINE, _PARAGRAPH = range(5)  #: how good a place to cut is

Measure = Callable[[str], int]


def utf16_units(text: str) -> int:
    """
    Return the length of a text in UTF-16 code units.

    Meta says "characters" and not of which kind. This is the most that they can mean: there are
    never fewer units than code points, nor than what a person sees.
    """
    return len(text) + sum(character > "\uffff" for character in text)


def utf8_bytes(text: str) -> int:
    """Return the length of a text in bytes of UTF-8."""
    return len(text.encode())


def portions(text: str, *, most: int, measure: Measure) -> Sequence[str]:
    """
    Return a text in portions that each measure at most `most`, in order; whole where it fits.

    White space at the cuts is dropped, nothing else is; no portion is blank. `measure` adds up: a
    text measures what its characters measure together, and none of them more than `most`.
    """
    text = words(text)
    if measure(text) <= most:
        return [text] if text.strip() else []
    pieces = _pieces(text, most=most, measure=measure)
    lengths = [measure(piece) for piece in pieces]
    found: list[str] = []
    start = 0
    while start < len(pieces):
        if _is_gap(pieces[start]):
            start += 1
            continue
        end = _furthest(lengths, start, most)
        end = end if end == len(pieces) else _cut(pieces, start, end)
        portion = "".join(pieces[start : _trimmed(pieces, end)])
        found += [portion] if portion.strip() else []
        start = end
    return found


def clusters(text: str) -> list[str]:
    """
    Return what a person sees as single characters, in order.

    A little coarser than Unicode says: what follows a joiner or an Indic virama is never parted
    from it. https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundaries
    """
    found: list[str] = []
    for character in text:
        if found and _belongs(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _belongs(cluster: str, character: str) -> bool:  # noqa: PLR0911 - a table, one case per rule
    """Tell whether a character is part of the cluster that stands before it."""
    last = cluster[-1]
    if character in _LINE_ENDS or last in _LINE_ENDS:
        return last == "\r" and character == "\n"
    if _HOLDS_THE_NEXT.match(last):
        return True
    if character < "\u0300":  # nothing below holds on to what stands before it
        return False
    if _HOLDS_ON.match(character) or unicodedata.category(character).startswith("M"):
        return True
    if last == _JOINER:
        return True
    if unicodedata.combining(last) == _VIRAMA:
        return character.isalpha()
    if _REGIONAL.match(character):
        return len(cluster) == 1 and _REGIONAL.match(last) is not None
    if _JAMO.match(character) and _JAMO.match(last):
        return bool(_JAMO_LEADS.match(last) or _JAMO_FOLLOWS.match(character))
    return False


def _pieces(text: str, *, most: int, measure: Measure) -> list[str]:
    """Return the clusters of a text, and the characters of those that alone are too long."""
    pieces: list[str] = []
    for cluster in clusters(text):
        pieces += [cluster] if measure(cluster) <= most else cluster
    return pieces


def _furthest(lengths: Sequence[int], start: int, most: int) -> int:
    """Return the place up to which the pieces from `start` on fit into one portion."""
    end = start
    while end < len(lengths) and lengths[end] <= most:
        most -= lengths[end]
        end += 1
    return end


def _trimmed(pieces: Sequence[str], end: int) -> int:
    """Return the end of a portion without the gap that stands there."""
    while _is_gap(pieces[end - 1]):
        end -= 1
    return end


def _cut(pieces: Sequence[str], start: int, furthest: int) -> int:
    """
    Return the best place to cut behind `start`, at the latest at `furthest`.

    A better place that would leave a portion less than half full is worse than a later one, except
    that a word is not cut for that.
    """
    half = start + (furthest - start + 1) // 2
    best, goodness = furthest, _NOWHERE
    for place in range(furthest, start, -1):
        found = _goodness(pieces, place)
        if found > goodness:
            best, goodness = place, found
        if goodness == _PARAGRAPH or (place <= half and goodness > _NOWHERE):
            break
    return best


def _goodness(pieces: Sequence[str], place: int) -> int:
    """Return how good it is to cut before the piece at a place."""
    before = pieces[place - 1]
    if not _is_gap(pieces[place]):
        begins = before in _WIDE_ENDS and pieces[place] not in _CLOSING
        return _SENTENCE if begins else _NOWHERE
    if _is_gap(before):
        return _NOWHERE  # the gap began earlier, where it counts
    end = place
    while end < len(pieces) and _is_gap(pieces[end]):
        end += 1
    lines = sum(piece in _LINE_ENDS for piece in pieces[place:end])
    if lines:
        return _PARAGRAPH if lines > 1 else _LINE
    return _SENTENCE if _ends_sentence(pieces, place) else _WORD


def _ends_sentence(pieces: Sequence[str], place: int) -> bool:
    last = place - 1
    while last > 0 and pieces[last] in _CLOSING:
        last -= 1
    return pieces[last] in (*_SENTENCE_ENDS, *_WIDE_ENDS)


def _is_gap(piece: str) -> bool:
    return piece.isspace() and piece not in _KEEPS_TOGETHER
