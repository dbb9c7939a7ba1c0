"""Sets words as lines for a phone: breaks and spaces, quotes, lists, cells, each only if words follow."""

from __future__ import annotations

import re
from typing import Final

MOST_BREAKS: Final = 2  #: an empty line between two paragraphs, and never more

_DEEPEST: Final = 6  # quotes and lists: a phone has no room for more, and a line gets a bound
_SPACE: Final = re.compile(r"[\t\n\f\r \x0b\x85\xa0\u2028\u2029\u202f]+")
_FIXED_SPACE: Final = re.compile(r"[\f\x0b\x85\xa0\u2028\u2029\u202f]")
_NO_BREAK: Final = "\xa0"


class PhoneText:
    """
    A text that grows.

    What separates words is held back until words follow: so nothing begins or ends with a space,
    and what is empty leaves nothing behind.
    """

    def __init__(self) -> None:
        self.as_written = 0  #: so many elements that keep spaces and lines are open
        self.quotes = 0  #: and so many quotes
        self._pieces: list[str] = []
        self._breaks = 0
        self._space = ""
        self._after_block = True
        self._empty_line = False
        self._mark = ""
        self._indent = 0
        self._fresh = False  # an item or a cell without words yet: a break would come too early
        self._row_has_words = False
        self._quotes_before = 0

    @property
    def place(self) -> int:
        """Where the next words will stand, for `since`."""
        return len(self._pieces)

    def since(self, place: int) -> str:
        """Return what was said from a place on."""
        return "".join(self._pieces[place:]).strip()

    def whole(self) -> str:
        """Return everything."""
        return "".join(self._pieces).rstrip()

    def say(self, text: str) -> None:
        """Go on with words as they stand in a page."""
        if self.as_written:
            self._say_as_written(text)
            return
        words = _SPACE.sub(" ", text)
        if words.startswith(" "):
            self._want_space()
        if core := words.strip(" "):
            self._put(core)
            if words.endswith(" "):
                self._want_space()
        elif _NO_BREAK in text and (self._breaks or not self._pieces):
            self._empty_line = True  # editors hold an empty line open with it

    def add(self, text: str) -> None:
        """Put something right behind the last word."""
        self._pieces.append(text)

    def break_line(self) -> None:
        """Go on in the next line."""
        if not self._fresh:
            self._breaks = max(self._breaks, min(self._breaks + 1, MOST_BREAKS))
            self._empty_line = False

    def break_block(self, breaks: int) -> None:
        """Go on at least so many lines further down."""
        if self._fresh:
            return
        if self._empty_line:
            self.break_line()
        self._breaks = min(max(self._breaks, breaks), MOST_BREAKS)
        self._after_block = True

    def begin_item(self, mark: str, depth: int) -> None:
        """Begin an item of a list in so many lists."""
        self._mark, self._indent, self._fresh = mark, max(depth, 1), True

    def end_item(self, depth: int) -> None:
        """End an item; its list is in so many lists, itself included."""
        self._mark, self._indent, self._fresh = "", max(depth - 1, 0), False
        self._breaks = min(self._breaks, 1)

    def begin_row(self) -> None:
        """Begin a row of a table."""
        self._row_has_words = False

    def begin_cell(self) -> None:
        """Begin a cell, next to the one before."""
        self._space = " | " if self._row_has_words else ""
        self._fresh = True

    def end_cell(self) -> None:
        """End a cell: the next one stands beside it."""
        self._space, self._fresh = "", False
        if self._row_has_words:
            self._breaks = 0

    def _want_space(self) -> None:
        self._space = self._space or " "

    def _say_as_written(self, text: str) -> None:
        text = _FIXED_SPACE.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
        for number, line in enumerate(text.split("\n")):
            if number and not (self._after_block and self._breaks):
                self._breaks += 1
            if line:
                self._put(line)

    def _put(self, words: str) -> None:
        quotes = min(self.quotes, _DEEPEST)
        if self._breaks or not self._pieces:
            if self._pieces:
                between = ("> " * min(self._quotes_before, quotes)).rstrip()
                self._pieces.append("\n" + f"{between}\n" * (self._breaks - 1))
            indent = min(self._indent, _DEEPEST) - bool(self._mark)
            self._pieces.append("> " * quotes + "  " * indent + self._mark)
        else:
            self._pieces.append(self._space)
        self._pieces.append(words)
        self._quotes_before = quotes
        self._breaks, self._space, self._mark = 0, "", ""
        self._fresh = self._after_block = self._empty_line = False
        self._row_has_words = True
