"""Which message a reply quotes: the helpdesk says it, or the reply begins with the customer's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from chalicelib.domain.changes import MessageKept
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.message import Direction, Message, Status
from chalicelib.domain.store import Store
from chalicelib.pipeline.telling import TAKEN_BACK, told

#: Of the newest things that were said, among how many quoted words are looked for.
MOST: Final = 30
_MARK: Final = ">"
_SHORTEST_START: Final = 12  #: characters; less could begin many a message
_CUT: Final = ("\u2026", "...")  #: how people and helpdesks end what they shorten
_LONGEST_NUMBER: Final = 9  #: digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoting:
    """What reading quotes needs; a reply that quotes nothing costs no look into the store."""

    store: Store
    language: str

    def read(self, event: ReplyWritten, before: Conversation) -> tuple[ReplyWritten, str]:
        """
        Return a reply without the words that it quotes, and the platform's id of their message.

        The id is empty, and the reply as it was, where what it quotes is not known, was taken
        back or never had an id, and where what is written is public.
        """
        if before.contact.is_public:
            return event, ""
        if event.quotes and (named := self._named(event.quotes, before)):
            return event, named
        words, rest = _taken_apart(event.text)
        if not words or not (rest or event.files):
            return event, ""
        first = max(1, before.sequence - MOST + 1)
        newest = range(before.sequence, first - 1, -1)
        found = self._meant(words, self.store.messages(before.id, newest))
        return (replace(event, text=rest), found) if found else (event, "")

    def _named(self, reference: str, before: Conversation) -> str:
        """Return the id of what stands in the entry that a helpdesk names, if that can be quoted."""
        conversation_id, _, number = reference.rpartition(".")
        if reference == before.id:
            # What a conversation begins with opens the ticket that has its name.
            conversation_id, number = reference, "1"
        is_number = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
        if conversation_id != before.id or not is_number:
            return ""
        message = self.store.message(before.id, int(number))
        if message is None:
            return ""
        if message.direction is Direction.OUT:
            sent = self.store.delivery(before.id, int(number))
            return sent.message_id if sent and sent.status is not Status.FAILED else ""
        return message.message_id if _can_be_quoted(message) else ""

    def _meant(self, words: str, newest: Iterable[MessageKept]) -> str:
        """Return the id of the customer's newest message of these words, else beginning with them."""
        said = [
            (" ".join(text.split()), kept.message.message_id)
            for kept in newest
            if kept.message.direction is Direction.IN and _can_be_quoted(kept.message)
            for text in (
                kept.message.content.text,
                told(kept.message.content, language=self.language),
            )
        ]
        whole = (id_ for text, id_ in said if text == words)
        start = next(
            (words.removesuffix(cut).rstrip() for cut in _CUT if words.endswith(cut)), words
        )
        begun = (id_ for text, id_ in said if _begins(text, start))
        return next(whole, "") or next(begun, "")


def _can_be_quoted(message: Message) -> bool:
    is_said = message.direction in (Direction.IN, Direction.OUTSIDE)
    return is_said and bool(message.message_id) and message.content != TAKEN_BACK


def _begins(text: str, start: str) -> bool:
    return len(start) >= _SHORTEST_START and text.startswith(start)


def _taken_apart(text: str) -> tuple[str, str]:
    """
    Return the words of the quoted lines that a text begins with, and what follows them.

    What was itself quoted in those lines is left out: it is no part of the message.
    """
    lines = text.strip().split("\n")
    marked = [line.strip() for line in takewhile(_is_marked, lines)]
    quoted = (line.removeprefix(_MARK).strip() for line in marked)
    words = " ".join(line for line in quoted if not line.startswith(_MARK))
    return " ".join(words.split()), "\n".join(lines[len(marked) :]).strip()


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith(_MARK)
