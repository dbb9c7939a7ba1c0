"""Turns what an agent wrote in an editor of web pages into the text that a customer's phone shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from chalicelib.desk_api.markup import End, Start, read
from chalicelib.desk_api.phone_text import MOST_BREAKS, PhoneText


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_PARAGRAPHS: Final = _tags("blockquote dl h1 h2 h3 h4 h5 h6 hr ol p pre ul")
_BLOCKS: Final = _PARAGRAPHS | _tags("""
    address article aside body caption center dd details dialog dir div dt fieldset figcaption
    figure footer form header html legend li main menu nav option section summary table tbody td
    tfoot th thead tr
    """)
_LISTS: Final = frozenset({"dir", "menu", "ol", "ul"})
_CELLS: Final = frozenset({"td", "th"})
_VOID: Final = _tags("area base br col embed hr img input link meta source track wbr")
_UNSEEN: Final = _tags("""
    audio canvas datalist iframe math noembed noframes noscript object script style svg template
    title video
    """)

#: What ends by itself where a block begins, if it is the innermost one.
_ENDED_BY: Final = {
    "li": frozenset({"p", "li"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"p", "dt", "dd"})),
    **dict.fromkeys(("td", "th"), frozenset({"p", "li", "td", "th"})),
    **dict.fromkeys(
        ("tr", "tbody", "tfoot"), frozenset({"p", "li", "td", "th", "tr", "thead", "tbody"})
    ),
}
_ENDED_BY_ANY: Final = frozenset({"p"})

_HIDING: Final = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all",
    re.IGNORECASE,
)
_AS_WRITTEN: Final = re.compile(r"white-space\s{0,9}:\s{0,9}(?:pre|break-spaces)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]{1,6}")

#: Controls, halves of surrogate pairs, and what has no width; the joiner of emoji is none of them.
_NOISE: Final = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]"
)
_WEB: Final = re.compile(r"(?:https?:)?//[^/\s]", re.IGNORECASE)
_SCHEME: Final = re.compile(r"https?://(?:www\.)?|mailto:|www\.", re.IGNORECASE)
_LONGEST_SIGN: Final = 16  # characters; a family in one emoji has eleven
_FIRST_SIGN: Final = "\u203c"  # no character before it is drawn as an emoji


def text_of(html: str) -> str:
    """
    Return a page as text: with its lines, lists, links and quotes, without what nobody would see.

    Nothing is raised, whatever comes in, and the work grows with the length alone. What comes out
    has no control characters but line breaks and tabulators.
    """
    page = _Page()
    for part in read(html):
        match part:
            case Start():
                page.start(part.tag, part.given)
            case End():
                page.end(part.tag)
            case _:
                page.text(part)
    return page.whole()


@dataclass(slots=True)
class _Open:
    """An element that has begun; a block also holds what is open inside it and is no block."""

    tag: str
    hidden: bool = False
    as_written: bool = False
    breaks: int = 1  # before it and behind it
    number: int | None = None  # the next one of a numbered list
    inside: list[_Open] = field(default_factory=list)
    tags_inside: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Link:
    anchor: _Open
    address: str
    place: int  # where its words begin
    has_image: bool = False


class _Page:
    """Knows what is open, and so what the next words are part of."""

    def __init__(self) -> None:
        self._blocks = [_Open("")]
        self._open: Counter[str] = Counter()
        self._lists: list[_Open] = []
        self._hidden = 0
        self._link: _Link | None = None
        self._text = PhoneText()

    def whole(self) -> str:
        while len(self._blocks) > 1:
            self._end_block()
        self._end_inside(0)
        return self._text.whole()

    def text(self, text: str) -> None:
        if not self._hidden:
            self._text.say(_NOISE.sub("", text))

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        block = tag in _BLOCKS
        if block:
            ended = _ENDED_BY.get(tag, _ENDED_BY_ANY)
            while self._blocks[-1].tag in ended:
                self._end_block()
        if tag in _VOID:
            self._start_void(tag, given)
            return
        style = given.get("style", "")
        opened = _Open(
            tag,
            hidden=tag in _UNSEEN or "hidden" in given or bool(_HIDING.search(style)),
            as_written=tag == "pre" or bool(_AS_WRITTEN.search(style)),
        )
        self._hidden += opened.hidden
        if block:
            self._start_block(opened, given)
        else:
            self._blocks[-1].inside.append(opened)
            self._blocks[-1].tags_inside[tag] += 1
            if tag == "a":
                self._start_link(opened, given.get("href", ""))
        self._text.as_written += opened.as_written

    def end(self, tag: str) -> None:
        if tag == "br":
            self._start_void(tag, {})
        elif self._open[tag]:
            while self._end_block() != tag:
                pass
        elif self._blocks[-1].tags_inside[tag]:
            inside = self._blocks[-1].inside
            place = len(inside) - 1
            while inside[place].tag != tag:
                place -= 1
            self._end_inside(place)

    def _start_void(self, tag: str, given: Mapping[str, str]) -> None:
        if self._hidden or "hidden" in given:
            return
        if tag == "br":
            self._text.break_line()
        elif tag == "hr":
            self._text.break_block(MOST_BREAKS)
        elif tag == "img":
            alt = given.get("alt", "").strip()
            if _is_sign(alt):
                self._text.say(alt)
            elif self._link:
                self._link.has_image = True

    def _start_block(self, opened: _Open, given: Mapping[str, str]) -> None:
        tag = opened.tag
        self._blocks.append(opened)
        self._open[tag] += 1
        is_outlooks = "MsoNormal" in given.get("class", "")  # its paragraphs are lines
        if tag in _PARAGRAPHS and not is_outlooks and not (tag in _LISTS and self._lists):
            opened.breaks = MOST_BREAKS
        if tag in _LISTS:
            opened.number = _number(given.get("start"), 1) if tag == "ol" else None
            self._lists.append(opened)
        if self._hidden:
            return
        if tag in _CELLS:
            self._text.begin_cell()
            return
        self._text.break_block(opened.breaks)
        if tag == "blockquote":
            self._text.quotes += 1
        elif tag == "tr":
            self._text.begin_row()
        elif tag == "li":
            self._text.begin_item(self._mark(given), len(self._lists))

    def _mark(self, given: Mapping[str, str]) -> str:
        if not self._lists or self._lists[-1].number is None:
            return "- "
        number = _number(given.get("value"), self._lists[-1].number)
        self._lists[-1].number = number + 1
        return f"{number}. "

    def _end_block(self) -> str:
        block = self._blocks[-1]
        self._end_inside(0)
        is_seen = not self._hidden
        self._blocks.pop()
        self._open[block.tag] -= 1
        self._close(block)
        if block.tag in _LISTS:
            self._lists.pop()
        if is_seen and block.tag in _CELLS:
            self._text.end_cell()
        elif is_seen:
            self._text.break_block(block.breaks)
            if block.tag == "blockquote":
                self._text.quotes -= 1
            elif block.tag == "li":
                self._text.end_item(len(self._lists))
        return block.tag

    def _end_inside(self, place: int) -> None:
        """End what is open in the innermost block, from a place on."""
        block = self._blocks[-1]
        while len(block.inside) > place:
            ended = block.inside.pop()
            block.tags_inside[ended.tag] -= 1
            if self._link and self._link.anchor is ended:
                self._end_link(self._link)
            self._close(ended)

    def _close(self, ended: _Open) -> None:
        self._hidden -= ended.hidden
        self._text.as_written -= ended.as_written

    def _start_link(self, anchor: _Open, href: str) -> None:
        if self._link:
            self._end_link(self._link)
        address = _address(href)
        if address and not self._hidden:
            self._link = _Link(anchor, address, self._text.place)

    def _end_link(self, link: _Link) -> None:
        self._link = None
        words = self._text.since(link.place)
        if words and not _says(words, link.address):
            self._text.add(f" ({link.address})")
        elif not words and link.has_image:
            self._text.say(link.address)


def _number(written: str | None, otherwise: int) -> int:
    return int(written) if written and _NUMBER.fullmatch(written) else otherwise


def _is_sign(alt: str) -> bool:
    """Tell whether what an image stands for is an emoji, and no description of a picture."""
    has_words = any(character.isalpha() or character.isspace() for character in alt)
    return len(alt) <= _LONGEST_SIGN and max(alt, default="") >= _FIRST_SIGN and not has_words


def _address(href: str) -> str:
    """Return what a phone can open or dial; nothing for a place in the page, a script, a file."""
    href = _NOISE.sub("", re.sub(r"[\t\n\r]", "", href)).strip()
    scheme, _, rest = href.partition(":")
    if scheme.lower() in {"mailto", "tel"}:
        plain = unquote(rest.partition("?")[0], errors="ignore")
        return "".join(_NOISE.sub("", plain).split())
    if not _WEB.match(href):
        return ""
    return re.sub(r"\s", "%20", f"https:{href}" if href.startswith("//") else href)


def _says(words: str, address: str) -> bool:
    said, meant = (
        _SCHEME.sub("", text.casefold(), count=1).removesuffix("/") for text in (words, address)
    )
    dialled = [re.sub(r"[^0-9]", "", text) for text in (words, address)]
    is_a_number = not re.search(r"[^-+0-9().\s/]", words + address)
    return said == meant or (is_a_number and dialled[0] == dialled[1])
