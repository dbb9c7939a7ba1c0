"""
Reads a page as browsers do, as far as a text needs it: what begins, what ends, and words between.

Python's html.parser is no base for it: before its patches of 2025 and 2026 it takes minutes over a
megabyte of unclosed tags, and stops with an AssertionError at `<![<`. justhtml is right in both,
but would be a twentieth of what Lambda loads, 530 kB packed, for its tokens alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import Final

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\t\n\f\r />]*)")
_NAME: Final = re.compile(r"[\t\n\f\r /]*(=?[^\t\n\f\r />=]*)([\t\n\f\r ]*=[\t\n\f\r ]*)?")
_UNQUOTED: Final = re.compile(r"[^\t\n\f\r >]*")
_COMMENT: Final = re.compile(r"<[!?]|</(?!\Z)")  # or what browsers take for one; tags are none
_EMPTY_COMMENT: Final = re.compile(r"<!---?>")
_COMMENT_END: Final = re.compile(r"--!?>")

#: Elements that hold text up to their own end and nowhere a tag.
_TEXT_ONLY: Final = {
    name: re.compile(rf"</{name}[\t\n\f\r />]", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}

#: More digits than any character has; Python refuses to read thousands of them.
_TOO_LONG: Final = re.compile(r"&#0*[0-9]{8,};?")
#: In an attribute; in an address `&copy=1` and `&region` are parameters.
_REFERENCE: Final = re.compile(
    r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z0-9]{1,32}(?:;|(?![=a-zA-Z0-9])))"
)


@dataclass(frozen=True, slots=True)
class Start:
    """An element begins; of an attribute given twice the first one counts."""

    tag: str
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class End:
    """An element ends, if it is open."""

    tag: str


def read(page: str) -> Iterator[Start | End | str]:
    """Yield what a page consists of, in time that grows with its length alone; never raise."""
    place = 0
    while (opening := page.find("<", place)) >= 0:
        if opening > place:
            yield _decoded(page[place:opening])
        after: int | None
        if tag := _TAG.match(page, opening):
            name = tag[2].lower()
            given, after = _attributes(page, tag.end())
            if after is None:
                return
            yield End(name) if tag[1] else Start(name, given)
            if not tag[1] and name in _TEXT_ONLY:
                end = _TEXT_ONLY[name].search(page, after)
                place, after = after, end.start() if end else len(page)
                yield _decoded(page[place:after])
        elif _COMMENT.match(page, opening):
            after = _after_comment(page, opening)
        else:
            yield "<"
            after = opening + 1
        place = after
    yield _decoded(page[place:])


def _attributes(page: str, place: int) -> tuple[dict[str, str], int | None]:
    """Return what a tag says, and where it has ended; None if it never does."""
    given: dict[str, str] = {}
    while True:
        name = _NAME.match(page, place)
        if not name or not name[1]:
            end = name.end() if name else place
            return given, end + 1 if end < len(page) else None
        place, value = name.end(), ""
        if name[2]:
            quote = page[place : place + 1]
            if quote in {'"', "'"}:
                end = page.find(quote, place + 1)
                if end < 0:
                    return given, None
                place, value = end + 1, page[place + 1 : end]
            elif unquoted := _UNQUOTED.match(page, place):
                place, value = unquoted.end(), unquoted[0]
        given.setdefault(name[1].lower(), _REFERENCE.sub(_referred, value))


def _after_comment(page: str, opening: int) -> int:
    """Return where a comment has ended; one that nobody ended goes on to the end of all."""
    if page.startswith("<!--", opening):
        empty = _EMPTY_COMMENT.match(page, opening)
        end = empty or _COMMENT_END.search(page, opening + len("<!--"))
        return end.end() if end else len(page)
    return page.find(">", opening) + 1 or len(page)


def _referred(reference: re.Match[str]) -> str:
    written = reference[0]
    is_known = written.startswith("&#") or written[1:] in html5
    return _decoded(written) if is_known else written


def _decoded(text: str) -> str:
    return html.unescape(_TOO_LONG.sub("\ufffd", text)) if "&" in text else text
