"""What everybody said in a storm: each text there is only once, and tells whose it is."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

_PHRASE: Final = "Where is my parcel? <b>bold</b> & 🙂"
_TOKEN: Final = re.compile(
    r"\b(in|reply|private)-(messenger|instagram|whatsapp)-([0-9]+)-([0-9]+)\b"
)


class Kind(StrEnum):
    """What a text is: a customer's, an agent's public reply, or a note for agents alone."""

    IN = "in"
    REPLY = "reply"
    PRIVATE = "private"


class Person(NamedTuple):
    """A customer, as the simulated Meta calls them."""

    channel: str
    contact: str


class Token(NamedTuple):
    """What a text is known by; `number` counts the person's texts of that kind."""

    kind: Kind
    person: Person
    number: int


def tokens(text: str) -> list[Token]:
    """Return the tokens in a text, in its order."""
    return [
        Token(Kind(kind), Person(channel, contact), int(number))
        for kind, channel, contact, number in _TOKEN.findall(text)
    ]


@dataclass(slots=True)
class Said:
    """
    Everything that was said, by what it is known by; several threads write into it.

    A text is here before it is sent: what is sent and not here is nobody's.
    """

    texts: dict[Token, str] = field(default_factory=dict)
    _counts: Counter[tuple[Kind, Person]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self, kind: Kind, person: Person) -> str:
        """Return a text that nobody has said yet."""
        with self._lock:
            self._counts[kind, person] += 1
            token = Token(kind, person, self._counts[kind, person])
            text = f"{token.kind}-{person.channel}-{person.contact}-{token.number} {_PHRASE}"
            self.texts[token] = text
            return text

    def everything(self) -> dict[Token, str]:
        """Return what has been said so far."""
        with self._lock:
            return dict(self.texts)

    def number(self, kind: Kind) -> int:
        """Return how many texts of a kind there are."""
        with self._lock:
            return sum(token.kind is kind for token in self.texts)
