"""
What agents can ask for in a reply beside its text: a line that begins with a slash.

    /template order_shipped it "Anna" "DHL 123"        a template, in a customer's ticket
    /whatsapp +393331234567 order_shipped it "Anna"    a conversation that the agent starts
    /private Please tell us your order number.         an answer to a comment that only its writer reads

docs/agents.md explains them to agents.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.domain.sending import Template

_TEMPLATE: Final = "/template"
_START: Final = "/whatsapp"
_PRIVATE: Final = "/private"
_FROM: Final = "from"
_HEADER: Final = "header"
_BUTTON: Final = "button"

_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
_PHONE: Final = re.compile(r"\+[0-9]{7,15}")
_NAMED: Final = re.compile(r"([a-z][a-z0-9_]{0,63})=(.*)", re.DOTALL)
# What word processors and web editors make of straight quotes and plain spaces.
_STRAIGHT: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\xa0": " "})


@dataclass(frozen=True, slots=True)
class SendTemplate:
    """Send a template to the customer of the ticket."""

    template: Template


@dataclass(frozen=True, slots=True)
class Start:
    """Begin a conversation with a phone number, by a template; `account` is the number to use."""

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


def command(text: str) -> Command | None:
    """Return what a reply asks for; None for a reply that is to be sent as it stands."""
    stripped = text.strip()
    word = stripped.split(maxsplit=1)[0].lower() if stripped else ""
    rest = stripped[len(word) :].strip()
    if word == _PRIVATE:
        return AnswerPrivately(rest) if rest else Misspelt("command.private_empty")
    if word not in (_TEMPLATE, _START):
        return None
    try:
        words = shlex.split(rest.translate(_STRAIGHT))
    except ValueError:
        return Misspelt("command.quotes")
    return _template(words) if word == _TEMPLATE else _start(words)


def _template(words: Sequence[str]) -> SendTemplate | Misspelt:
    template = _filled(words)
    return template if isinstance(template, Misspelt) else SendTemplate(template)


def _start(words: Sequence[str]) -> Start | Misspelt:
    phone = words[0] if words else ""
    if not _PHONE.fullmatch(phone):
        return Misspelt("command.phone", phone)
    sender = next((word for word in words[1:] if word.startswith(f"{_FROM}=")), "")
    template = _filled([word for word in words[1:] if word != sender])
    if isinstance(template, Misspelt):
        return template
    return Start(
        phone=phone.removeprefix("+"),
        template=template,
        account=sender.removeprefix(f"{_FROM}=").removeprefix("+"),
    )


def _filled(words: Sequence[str]) -> Template | Misspelt:
    """Return the template that is named, with what goes into its blanks."""
    name, language, blanks = (words[0] if words else ""), "", words[2:]
    if len(words) > 1:
        language = words[1].replace("-", "_")
    if not _NAME.fullmatch(name):
        return Misspelt("command.template_name", name)
    if not _LANGUAGE.fullmatch(language):
        return Misspelt("command.template_language", language)
    values: list[str] = []
    named: dict[str, str] = {}
    for word in blanks:
        match = _NAMED.fullmatch(word)
        if match:
            named[match[1]] = match[2]
        else:
            values.append(word)
    header = named.pop(_HEADER, "")
    buttons = [key for key in named if re.fullmatch(rf"{_BUTTON}[0-9]", key)]
    pressed = tuple(named.pop(key) for key in sorted(buttons))
    if values and named:
        return Misspelt("command.template_mixed")
    if any(not value.strip() for value in (*values, *named.values())):
        return Misspelt("command.template_empty")
    return Template(
        name=name,
        language=language,
        values=tuple(values),
        named=named,
        header=header,
        buttons=pressed,
    )
