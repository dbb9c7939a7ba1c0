"""
What the conformance suite asks of whoever plays a helpdesk: one module here for each of them.

`tests/desks/<name>.py` has `open_bench() -> Bench`, a context. A bench is an adapter before a
helpdesk that keeps state: a real one, or one in memory that refuses what the vendor's contract does
not allow. Tests share it, so each makes tickets of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, NamedTuple, Protocol

from chalicelib.domain.account import Desk
from chalicelib.domain.ports import Helpdesk
from chalicelib.http_client import Transport
from tests.fakes.secrets import MemorySecrets

DESK = "d"  #: the id of every bench's desk
OLD, NEW, OTHER = (f"whsec_{digit * 32}" for digit in "123")
TOKEN = "token-of-the-bench"

Headers = Mapping[str, str]


class Webhook(NamedTuple):
    """What a helpdesk posts to us, `at` a time in ms; `headers` has lower-case names."""

    body: bytes
    headers: Headers
    at: int = 0


class SeenFile(NamedTuple):
    """A file as an agent gets it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEntry:
    """
    An entry as agents see it, its markup taken away.

    `by_customer` tells whether it is shown as the customer's own; False where the helpdesk cannot.
    """

    id: str
    text: str
    is_public: bool
    by_customer: bool = False
    files: tuple[SeenFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTicket:
    """A ticket as agents see it; `labels` are all its tags and the values of its own fields."""

    id: str
    subject: str
    reference: str
    requester: str
    is_open: bool
    entries: Sequence[SeenEntry] = ()
    labels: frozenset[str] = frozenset()
    follows: str = ""


class Bench(Protocol):
    """
    One desk, and everything that agents and mishaps can do to it.

    What agents do returns the webhooks that the helpdesk posts about it, each signed with NEW and of
    now: none where it posts none. `merges`, `removes` and `closes_for_good` tell what agents can do.
    """

    helpdesk: Helpdesk
    secrets: MemorySecrets
    merges: bool
    removes: bool
    closes_for_good: bool

    def ticket(self, ticket_id: str) -> SeenTicket:
        """Return a ticket as agents see it."""
        ...

    def tickets(self) -> Sequence[SeenTicket]:
        """Return all tickets of this bench, oldest first."""
        ...

    def open(self, text: str) -> str:
        """Do what an agent does who opens a ticket of their own, and return its id."""
        ...

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """Answer the customer in a ticket, as plain text in the helpdesk's own editor."""
        ...

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """Write what is for agents only."""
        ...

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """Solve a ticket, or, `for_good`, close it so that it takes nothing any more."""
        ...

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """Open a closed ticket."""
        ...

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """Delete a ticket."""
        ...

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """Merge a ticket into another one."""
        ...

    def echoes(self) -> Sequence[Webhook]:
        """Return what the helpdesk posted about our own writes since this was last asked."""
        ...

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """Return the headers of a webhook that a desk with that secret posts, now or `at`."""
        ...

    def fetch(self, url: str, headers: Headers) -> bytes:
        """Return what a GET of a file's address gives; raise LookupError where it is refused."""
        ...

    def answers_are_cut(self) -> AbstractContextManager[None]:
        """Let the helpdesk do what it is asked, and lose every answer to a write."""
        ...

    def fails(
        self, status: int, *, headers: Headers | None = None, done: bool = False, times: int = 1
    ) -> None:
        """Answer the next writes with a status: before anything is done, or once it was `done`."""
        ...

    def is_down(self) -> AbstractContextManager[None]:
        """Let nobody be reached."""
        ...

    def calls(self) -> Sequence[str]:
        """Return every request of the adapter so far, as `METHOD url`."""
        ...

    def let_pass(self, seconds: float) -> None:
        """Let that much time pass for the helpdesk: what lags is seen then."""
        ...

    def webhook(self, **said: Any) -> Mapping[str, Any]:
        """
        Return the body of a webhook about an agent's public reply, in the vendor's words.

        Of `ticket_id`, `comment_id`, `text`, `agent` those that are given are in it as they are, of
        whatever type; `private` makes it one that is for agents only.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """
    What there is around a helpdesk that is played.

    `clock` returns its time in ms since the epoch, `first` is what its numbers begin behind, `linked`
    returns what is behind a link of ours.
    """

    clock: Callable[[], int]
    first: int
    linked: Callable[[str], bytes]

    def seconds(self) -> float:
        """Return the time in seconds since the epoch."""
        return self.clock() / 1000


class Played(Bench, Protocol):
    """
    A bench that needs nothing but memory, for the storm: `tests/desks/<name>.py` has `played(stage)`.

    Nothing is held against the contract in it.
    `desk` is what the adapter was made for, `behind` who answers its requests. `wrote` is called with
    the id of a ticket and each entry of the adapter's that stands in it, before the answer.
    """

    desk: Desk
    wrote: Callable[[str, SeenEntry], None]

    @property
    def behind(self) -> Transport:
        """Return who plays the helpdesk."""
        ...

    def news(self) -> Sequence[Webhook]:
        """Return what the helpdesk posted since this was last asked, at this very moment."""
        ...


def bench_of(name: str) -> AbstractContextManager[Bench]:
    """Return the bench of a helpdesk, by the name of its folder: a context, closed at its end."""
    opened: AbstractContextManager[Bench] = import_module(f"tests.desks.{name}").open_bench()
    return opened
