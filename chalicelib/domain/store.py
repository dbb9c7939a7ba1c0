"""The port of the store: what the pipeline asks of the table, as a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib.domain.account import AccountRef
from chalicelib.domain.breaker import Breaker
from chalicelib.domain.changes import (
    Change,
    Claim,
    ClaimKey,
    Delivery,
    MessageKept,
    Sent,
    SentKey,
)
from chalicelib.domain.contact import Alias
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.message import Message
from chalicelib.domain.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look into the store found; what is not there is missing from its mapping."""

    claims: Mapping[ClaimKey, Claim] = field(default_factory=dict)
    aliases: Mapping[Alias, str] = field(default_factory=dict)
    sent: Mapping[SentKey, Sent] = field(default_factory=dict)
    ticket: str = ""  #: the conversation of the ticket asked for


class Store(Protocol):
    """
    The truth: conversations, what was said, what must go out, and the books.

    Reads see every write before them.
    """

    def find(
        self,
        *,
        claim: ClaimKey | None = None,
        others: Sequence[ClaimKey] = (),
        account: AccountRef | None = None,
        aliases: Sequence[Alias] = (),
        sent: Sequence[SentKey] = (),
        ticket: tuple[str, str] | None = None,
    ) -> Found:
        """
        Look for several things in one call.

        `claim` and `others` are lines of the books, `aliases` names on `account`; `ticket` is a
        desk's id and a ticket's.
        """
        ...

    def claimed(self, keys: Sequence[ClaimKey]) -> frozenset[ClaimKey]:
        """Return those of any number of keys under which there is an item in the books."""
        ...

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Return a conversation's state."""
        ...

    def message(self, conversation_id: str, sequence: int) -> Message | None:
        """Return one thing that was said."""
        ...

    def messages(self, conversation_id: str, sequences: Sequence[int]) -> list[MessageKept]:
        """Return up to 100 things that were said, in the order asked for, in one call."""
        ...

    def said(self, conversation_id: str) -> list[MessageKept]:
        """Return everything that was said in a conversation, in sequence: for what is rare."""
        ...

    def open_work(self, conversation_id: str) -> tuple[Conversation | None, list[Work]]:
        """Return a conversation and all its work, each verb's in sequence, in one call."""
        ...

    def delivery(self, conversation_id: str, sequence: int) -> Delivery | None:
        """Return how a send ended, or None while it has not."""
        ...

    def commit(self, *changes: Change) -> None:
        """Write all changes or none, in one call; raise Conflict where one does not fit any more."""
        ...

    def seen_again(self, key: ClaimKey, owner: str) -> None:
        """Note another copy of a claimed item; noting it twice changes nothing."""
        ...

    def waiting(self, *, until: int, desk: str = "", most: int = 100) -> list[Work]:
        """Return work that was due at a time, or that waits for a desk, longest waiting first."""
        ...

    def breaker(self, desk: str) -> Breaker:
        """Return the state of a desk's breaker; a closed one where nothing is known."""
        ...

    def keep_breaker(self, breaker: Breaker) -> None:
        """Keep the state of a breaker."""
        ...
