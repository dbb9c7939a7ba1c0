"""How what was said is told in a ticket: in the words of the catalogue, in the account's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from chalicelib import words
from chalicelib.domain.changes import MessageKept
from chalicelib.domain.content import Content, File, Part
from chalicelib.domain.message import Direction, Message

_LONGEST_QUOTE: Final = 120  #: characters
_LONGEST_TRANSCRIPT: Final = 10_000  #: characters; what was said last is what matters
_MS: Final = 1000

#: What stands in place of a message that was taken back.
TAKEN_BACK: Final = Content(parts=(Part(word="taken_back"),))


def told(content: Content, *, language: str) -> str:
    """Return what was said as a text, without its files; empty where there were only files."""
    parts = [content.text] if content.text.strip() else []
    parts += [words.say(language, f"part.{part.word}", **part.values) for part in content.parts]
    return "\n".join(parts)


def quote(message: Message | None, *, language: str) -> str:
    """Return a line that recalls a message; empty where it is not known."""
    if message is None:
        return ""
    names = " ".join(f"[{file.name or file.kind}]" for file in message.content.files)
    text = " ".join(f"{told(message.content, language=language)} {names}".split())
    short = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return f"> {short}"


def lines(*parts: str) -> str:
    """Return the parts that are not empty, each on a line of its own."""
    return "\n".join(part for part in parts if part)


def transcript(said: Iterable[MessageKept], *, name: str, language: str) -> str:
    """Return who said what while we only listened, empty for nothing; `name` is the customer's."""
    told_lines = [line_of(kept.message, name=name, language=language) for kept in said]
    text = "\n".join(_last(told_lines))
    if not text:
        return ""
    return words.say(language, "transcript", lines=text)


def files_of(said: Iterable[MessageKept]) -> tuple[File, ...]:
    """Return the files of what was said, in order."""
    return tuple(file for kept in said for file in kept.message.content.files)


def line_of(message: Message, *, name: str, language: str) -> str:
    """Return who said what, and when, as it stands in a transcript."""
    at = datetime.fromtimestamp(message.occurred_at / _MS, tz=UTC).strftime("%H:%M")
    is_customer = message.direction is Direction.IN
    who = (name or words.say(language, "customer")) if is_customer else words.say(language, "bot")
    files = " ".join(f"[{file.name or file.kind}]" for file in message.content.files)
    return f"{at} {who}: {told(message.content, language=language)} {files}".strip()


def _last(texts: Sequence[str]) -> list[str]:
    """Return as many of the last texts as a transcript holds."""
    kept: list[str] = []
    left = _LONGEST_TRANSCRIPT
    for text in reversed(texts):
        left -= len(text) + 1
        if left < 0:
            kept.append("…")
            break
        kept.append(text)
    return kept[::-1]
