"""
What agents can ask for in a reply beside its text: a reply that begins with a slash and a word.

    /template order_shipped it "Anna" "DHL 123"        a template, in a customer's ticket
    /<channel> +393331234567 order_shipped it "Anna"   a conversation that the agent starts
    /private Please tell us your order number.         an answer to a comment that only its writer reads

docs/agents.md explains them to agents.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from chalicelib.domain.command_words import Unclosed, Word, split
from chalicelib.domain.sending import Template

_TEMPLATE: Final = "/template"
_PRIVATE: Final = "/private"
_COMMANDS: Final = (_TEMPLATE, _PRIVATE)
_ALMOST: Final = 0.7  #: how much of a command a word must have to be a misspelt one
_FROM: Final = "from"
_HEADER: Final = "header"

_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{2}))?")
_PHONE: Final = re.compile(r"\+[0-9]{7,15}")
_PART_OF_A_PHONE: Final = re.compile(r"\+?[0-9()./ -]+")
_BUTTON: Final = re.compile(r"button([1-9]|10)")
_TAG: Final = re.compile(r"<[^<>]*>")
_LINE_TAG: Final = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SendTemplate:
    """Send a template to the customer of the ticket."""

    template: Template


@dataclass(frozen=True, slots=True)
class Start:
    """
    Begin a conversation with a phone number on a channel, by a template.

    `phone` and `account`, the number of ours to use where the agent named one, are digits alone.
    """

    channel: str
    phone: str
    template: Template
    account: str = ""


@dataclass(frozen=True, slots=True)
class AnswerPrivately:
    """Answer a public comment by a message that only its writer reads."""

    text: str


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A command that cannot be understood; `problem` is a key of the words catalogue."""

    problem: str
    detail: str = ""


Command = SendTemplate | Start | AnswerPrivately | Misspelt


def command(text: str, *, starts: Collection[str]) -> Command | None:
    """
    Return what a reply asks for; None for a reply that is to be sent as it stands.

    `starts` are the names of the channels on which a business may write first.

    What an editor of web pages puts around a command, or makes of its quotation marks, is no part
    of it. A word that is almost a command is a misspelt one: it is hardly meant for a customer.
    """
    stripped = text.strip()
    if stripped.startswith("<"):
        stripped = html.unescape(_TAG.sub("", _LINE_TAG.sub("\n", stripped))).strip()
    if not stripped.startswith("/"):
        return None
    first = stripped.split(maxsplit=1)[0]
    word, rest = first.lower(), stripped[len(first) :].strip()
    if word == _PRIVATE:
        return AnswerPrivately(rest) if rest else Misspelt("command.private_empty")
    channel = next((name for name in starts if word == f"/{name}"), "")
    if word != _TEMPLATE and not channel:
        commands = (*_COMMANDS, *(f"/{name}" for name in starts))
        is_almost_one = get_close_matches(word, commands, n=1, cutoff=_ALMOST)
        return Misspelt("command.unknown", first) if is_almost_one else None
    try:
        words = split(rest)
    except Unclosed:
        return Misspelt("command.quotes")
    return _start(channel, words) if channel else _template(words)


def _template(words: Sequence[Word]) -> SendTemplate | Misspelt:
    template = _filled(words)
    return template if isinstance(template, Misspelt) else SendTemplate(template)


def _start(channel: str, words: Sequence[Word]) -> Start | Misspelt:
    """Return whom to write to and what; people write a number in several words, too."""
    named = [word.value for word in words if word.name == _FROM]
    words = [word for word in words if word.name != _FROM]
    parts = 0
    while parts < len(words) and _PART_OF_A_PHONE.fullmatch(words[parts].written):
        parts += 1
    written = " ".join(word.written for word in words[: max(parts, 1)])
    phone = re.sub(r"[^+0-9]", "", written) if parts else ""
    if not _PHONE.fullmatch(phone):
        return Misspelt("command.phone", written)
    template = _filled(words[parts:])
    if isinstance(template, Misspelt):
        return template
    account = re.sub(r"[^0-9]", "", named[0]) if named else ""
    if named and not account:
        return Misspelt("command.from_unknown", named[0])
    phone = phone.removeprefix("+")
    return Start(channel=channel, phone=phone, template=template, account=account)


def _filled(words: Sequence[Word]) -> Template | Misspelt:
    """Return the template that is named, with what goes into its blanks."""
    name = words[0].value.lower() if words else ""
    if not _NAME.fullmatch(name) or words[0].name:
        return Misspelt("command.template_name", words[0].written if words else "")
    spoken = words[1].written if len(words) > 1 else ""
    language = _LANGUAGE.fullmatch(spoken)
    if language is None:
        return Misspelt("command.template_language", spoken)
    blanks = words[2:]
    if any(not word.value for word in blanks):
        return Misspelt("command.template_empty")
    named = {word.name: word.value for word in blanks if word.name}
    if len(named) < sum(bool(word.name) for word in blanks):
        return Misspelt("command.template_twice")
    header = named.pop(_HEADER, "")
    numbers = {key: match for key in named if (match := _BUTTON.fullmatch(key))}
    buttons = {int(match[1]): named.pop(key) for key, match in numbers.items()}
    values = tuple(word.value for word in blanks if not word.name)
    if values and named:
        return Misspelt("command.template_mixed")
    region = f"_{language[2].upper()}" if language[2] else ""
    return Template(
        name=name,
        language=language[1].lower() + region,
        values=values,
        named=named,
        header=header,
        buttons=buttons,
    )
