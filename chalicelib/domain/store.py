"""The port of the store: what the pipeline asks of the table, as a protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

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
from chalicelib.domain.content import File
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.erasure import DeletionRequest, Erasure, Grave
from chalicelib.domain.message import Message
from chalicelib.domain.person import Traces
from chalicelib.domain.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look into the store found; what is not there is missing from its mapping."""

    claims: Mapping[ClaimKey, Claim] = field(default_factory=dict)
    aliases: Mapping[Alias, str] = field(default_factory=dict)
    sent: Mapping[SentKey, Sent] = field(default_factory=dict)
    ticket: str = ""  #: the conversation of the ticket asked for
    erased: Mapping[str, Grave] = field(default_factory=dict)  #: by mark


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
        marks: Sequence[str] = (),
    ) -> Found:
        """
        Look for several things in one call.

        `claim` and `others` are lines of the books, `aliases` names on `account`; `ticket` is a
        desk's id and a ticket's; under `marks` erased people would be found.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """
    A row that holds something of a person.

    `kind` names what it is (`alias`, `claim`, `conversation`, `message`, `sent`, `state`, `ticket`
    or `work`), `row` has all of it as it is stored, `files` are those that it names. Of a line in
    the books there is the `claim`, of a message to the person the key under which it is `sent`, and
    of a ticket the desk's id and the `ticket`'s.
    """

    kind: str
    row: Mapping[str, Any]
    files: tuple[File, ...] = ()
    claim: Claim | None = None
    sent: SentKey | None = None
    ticket: tuple[str, str] | None = None


class People(Protocol):
    """
    All that is kept of people, for who exports or erases it: each read costs a scan of the table.

    Every call may raise TransientError.
    """

    def conversations(self) -> Iterator[Conversation]:
        """Yield all conversations."""
        ...

    def held(self, traces: Traces) -> Iterator[Held]:
        """
        Yield every row that holds something of a person.

        What is in another's conversation is not theirs, whatever it says; what is in none is where
        it names them.
        """
        ...

    def parked(self) -> Iterator[Claim]:
        """Yield the parked lines of the books that are in no conversation."""
        ...

    def remove(self, rows: Iterable[Held], *, secret: str) -> int:
        """
        Remove rows and return how many; of a line in the books its `erased_line` is left.

        A person's state and names go last, so that what is interrupted is found again.
        """
        ...

    def bury(self, marks: Iterable[str], grave: Grave) -> None:
        """Keep graves under marks for as long as the platforms may tell of what was before."""
        ...

    def buried(self, marks: Sequence[str]) -> Mapping[str, Grave]:
        """Return the graves that there are under any number of marks."""
        ...

    def erasure(self, erasure_id: str) -> Erasure | None:
        """Return the receipt of an erasure."""
        ...

    def keep_erasure(self, erasure: Erasure) -> None:
        """Keep a receipt, or change it."""
        ...


class DeletionRequests(Protocol):
    """Meta's requests to delete what is held of one of its users, by their codes."""

    def request(self, code: str) -> DeletionRequest | None:
        """Return a request."""
        ...

    def requests(self) -> Sequence[DeletionRequest]:
        """Return all requests that there are."""
        ...

    def keep_request(self, request: DeletionRequest, *, only_if_new: bool = False) -> None:
        """Keep a request, or change it; raise Conflict where it had to be new and is not."""
        ...
