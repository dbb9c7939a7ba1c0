"""The person at the other end, known to an account under one or several aliases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple


class AliasKind(StrEnum):
    """How a platform names a person; listed in the order in which they are trusted."""

    BSUID = "bsuid"  #: WhatsApp's business-scoped user id
    PHONE = "phone"
    PSID = "psid"  #: Messenger's page-scoped id
    IGSID = "igsid"  #: Instagram-scoped id
    ID = "id"  #: whatever another channel names people by
    THREAD = "thread"  #: one person in one thread of public comments, and nowhere else


class Alias(NamedTuple):
    """One name of a person on one account."""

    kind: AliasKind
    value: str


_TRUST: Final = tuple(AliasKind)


def by_trust(*aliases: Alias) -> tuple[Alias, ...]:
    """Return the aliases, each once, most trusted first; those of a kind stay in their order."""
    return tuple(sorted(dict.fromkeys(aliases), key=lambda alias: _TRUST.index(alias.kind)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """
    A person: the aliases an item showed, most trusted first, and the name, if it told one.

    Of several aliases of a kind the first is the newest: it is what sends go to. `person` is the
    same for all contacts that an operator linked, and empty while nobody did.
    """

    aliases: tuple[Alias, ...]
    name: str = ""
    person: str = ""

    @property
    def is_public(self) -> bool:
        """Return whether this is somebody in a thread of public comments."""
        return any(alias.kind is AliasKind.THREAD for alias in self.aliases)

    def address(self, *kinds: AliasKind) -> str | None:
        """Return the first alias of the given kinds, in their order."""
        return next((a.value for kind in kinds for a in self.aliases if a.kind == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a platform tells of a person when asked: a name, and the address of a picture."""

    name: str = ""
    picture: str = ""


def merged(known: Contact, shown: Contact, *, is_newer: bool) -> Contact:
    """
    Return the contact with the names that an item showed; what is known is never dropped.

    The newer names come first, and what a person is called is what the newer one says.
    """
    first, second = (shown, known) if is_newer else (known, shown)
    aliases = by_trust(*first.aliases, *second.aliases)
    contact = Contact(aliases=aliases, name=first.name or second.name, person=known.person)
    return known if contact == known else contact
