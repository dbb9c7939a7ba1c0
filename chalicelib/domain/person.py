"""Who is one person, and what tells that something is about them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.domain.contact import Alias, AliasKind
from chalicelib.domain.conversation import Conversation

#: Shorter names are looked for as whole JSON strings only: they stand in too many other things.
_LONG_ENOUGH: Final = 6
_WRITTEN_BETWEEN: Final = re.compile(r"[\s()./+-]")
_NUMBER: Final = re.compile(r"(?:\+|00)?[0-9]{5,15}")
_WAMID: Final = re.compile(r"wamid\.([A-Za-z0-9+/_-]+=*)")


def meant(text: str) -> str:
    """Return a name as it is kept: a phone number without its plus and what people write between."""
    bare = _WRITTEN_BETWEEN.sub("", text)
    number = f"+{bare}" if text.strip().startswith("+") else bare
    if _NUMBER.fullmatch(number):
        return re.sub(r"^(?:\+|00)", "", number)
    return text.strip()


def is_named(conversation: Conversation, who: str) -> bool:
    """
    Return whether a conversation is with whom `who` names.

    That is a name that the channel knows them by, the id of the conversation, or that of a person
    whose contacts were linked.
    """
    if who in (conversation.id, conversation.contact.person):
        return bool(who)
    return meant(who) in values(conversation) or who in values(conversation)


def values(conversation: Conversation) -> frozenset[str]:
    """Return what a conversation's contact is called by the platform, kinds aside."""
    return frozenset(value for alias in conversation.contact.aliases for value in _values(alias))


def together(
    chosen: Iterable[Conversation], everything: Iterable[Conversation]
) -> list[Conversation]:
    """
    Return all conversations with the people of those chosen, the chosen ones among them.

    Two are of one person where an operator linked them, or where they share a name on one channel.
    A number is no proof where both have ids of their own that differ: numbers are given away.
    """
    found = {each.id: each for each in chosen}
    left = [each for each in everything if each.id not in found]
    news = list(found.values())
    while news:
        new = [each for each in left if any(_is_same(each, known) for known in news)]
        found |= {each.id: each for each in new}
        left = [each for each in left if each.id not in found]
        news = new
    return list(found.values())


def people(chosen: Sequence[Conversation], everything: Sequence[Conversation]) -> int:
    """Return how many people the chosen conversations are with."""
    left, count = list(chosen), 0
    while left:
        ids = {each.id for each in together(left[:1], everything)}
        left = [each for each in left if each.id not in ids]
        count += 1
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """
    What a person leaves: the ids of their conversations, and `names` that are theirs alone.

    `tickets` are the desks' ids and the tickets' of those that the conversations had.
    """

    conversations: frozenset[str]
    names: frozenset[str]
    tickets: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    @classmethod
    def of(cls, theirs: Collection[Conversation], everything: Iterable[Conversation]) -> Traces:
        """Return the traces of a person; what somebody else is known by as well is no trace."""
        ids = frozenset(each.id for each in theirs)
        names = {value for each in theirs for value in values(each)}
        for other in everything:
            if other.id not in ids:
                names -= values(other)
        return cls(conversations=ids, names=frozenset(names))

    def are_in(self, text: str) -> bool:
        """Return whether a text, JSON for one, names the person; ids of WhatsApp hold a number."""
        if self._stand_in(text):
            return True
        return any(self._stand_in(hidden) for hidden in _hidden(text))

    def only(self, value: Any) -> Any:
        """Return of a JSON value what is theirs: of each list the elements that name them."""
        if isinstance(value, dict):
            return {name: self.only(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.only(each) for each in value if self._is_of(each)]
        return value

    def _is_of(self, value: Any) -> bool:
        if isinstance(value, dict):
            return any(self._is_of(each) for each in value.values())
        if isinstance(value, list):
            return any(self._is_of(each) for each in value)
        return self.are_in(f'"{value}"')

    def _stand_in(self, text: str) -> bool:
        return any(_stands_in(name, text) for name in (*self.names, *self.conversations))


def _values(alias: Alias) -> Iterator[str]:
    yield alias.value
    root, _, author = alias.value.rpartition("/")
    # A mention that names nobody has the comment itself for its author.
    if alias.kind is AliasKind.THREAD and author and author != root:
        yield author


def _is_same(one: Conversation, other: Conversation) -> bool:
    if one.contact.person and one.contact.person == other.contact.person:
        return True
    if one.account.channel != other.account.channel:
        return False
    shared = values(one) & values(other)
    numbers = {a.value for a in one.contact.aliases if a.kind is AliasKind.PHONE}
    if shared - numbers:
        return True
    ids = [_scoped(one), _scoped(other)]
    return bool(shared) and not (all(ids) and ids[0].isdisjoint(ids[1]))


def _scoped(conversation: Conversation) -> set[str]:
    return {a.value for a in conversation.contact.aliases if a.kind is AliasKind.BSUID}


def _stands_in(name: str, text: str) -> bool:
    """Return whether a name stands in a text as a word of its own."""
    if name not in text:
        return False
    if len(name) < _LONG_ENOUGH:
        return f'"{name}"' in text
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text) is not None


def _hidden(text: str) -> Iterator[str]:
    """Yield what stands in the message ids of WhatsApp: base64 with the number in it."""
    for found in _WAMID.finditer(text):
        encoded = found[1].rstrip("=")
        try:
            yield base64.b64decode(
                encoded + "=" * (-len(encoded) % 4),
                altchars=b"-_" if {"-", "_"} & set(encoded) else None,
            ).decode("latin-1")
        except binascii.Error:
            continue
