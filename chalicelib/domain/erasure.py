"""What is kept of a person who was erased: marks that name nobody, and the receipt."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from chalicelib.domain.account import AccountRef
from chalicelib.domain.changes import Claim, ClaimKey, Outcome, SentKey
from chalicelib.domain.contact import Alias

ERASED: Final = "erased"
_PREFIX: Final = f"{ERASED}:"
_BETWEEN: Final = "\x1f"  #: in no id of any platform

Keys = Callable[[], Sequence[str]]
"""Returns the secret keys of the marks, newest first; none where nobody was ever erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grave:
    """When something was erased, in ms since the epoch, and by which erasure."""

    at: int
    erasure: str


class HeldTicket(NamedTuple):
    """A ticket that the helpdesk holds of a person; without an id, one that may stand there."""

    desk: str
    ticket_id: str
    url: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """
    The receipt of an erasure: when it was, and how many of what it removed.

    While it is under way (`finished_at` is 0) it names the conversations and tickets that it is
    about, so that it can be taken up again; then no more.
    """

    id: str
    started_at: int
    finished_at: int = 0
    conversations: tuple[str, ...] = ()
    tickets: tuple[HeldTicket, ...] = ()
    rows: int = 0
    files: int = 0
    bodies: int = 0


class RequestState(StrEnum):
    """How far a request for deletion, made through Meta, has come."""

    WAITING = "waiting"
    DONE = "done"
    NOTHING = "nothing"  #: nobody here is known by that id


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionRequest:
    """
    That Meta asks to erase the user `user`, under a code that names nobody.

    The user's id is kept until it is done. Times are in ms since the epoch.
    """

    code: str
    user: str
    requested_at: int
    state: RequestState = RequestState.WAITING
    ended_at: int = 0


def mark(key: str, *name: str) -> str:
    """Return what stands for a name and tells it to nobody who has not the key."""
    return hmac.digest(
        key.encode(), _BETWEEN.join(name).encode("utf-8", "surrogatepass"), "sha256"
    ).hex()


def of_alias(account: AccountRef, alias: Alias) -> tuple[str, ...]:
    """Return what is marked of a name of a person on an account."""
    return ("alias", *account, alias.kind, alias.value)


def of_item(key: ClaimKey) -> tuple[str, ...]:
    """Return what is marked of a line in the books."""
    return ("item", *key)


def of_sent(key: SentKey) -> tuple[str, ...]:
    """Return what is marked of a message to a person, by the platform's id."""
    return ("sent", *key.account, key.message_id)


def of_ticket(desk: str, ticket_id: str) -> tuple[str, ...]:
    """Return what is marked of a ticket."""
    return ("ticket", desk, ticket_id)


def of_name(name: str) -> tuple[str, ...]:
    """Return what is marked of what a person is called, whichever the account."""
    return ("name", name)


def of_conversation(conversation_id: str) -> tuple[str, ...]:
    """Return what is marked of a conversation."""
    return ("conversation", conversation_id)


def erased_key(key: ClaimKey, secret: str) -> ClaimKey:
    """Return the key under which an item is in the books once it was erased."""
    return ClaimKey(key.scope, _PREFIX + mark(secret, *of_item(key)))


def erased_line(claim: Claim, secret: str) -> Claim:
    """
    Return what is left of a line in the books: that there was an item, and which copies came.

    The item is counted by it, and recognised when it comes again.
    """
    return Claim(
        key=erased_key(claim.key, secret),
        owner=claim.owner,
        book=claim.book,
        outcome=Outcome.IGNORED,
        source=claim.source,
        received_at=claim.received_at,
        reason=ERASED,
        seen=claim.seen,
    )
