"""The ports: what the pipeline asks of the world, as protocols; adapters keep the contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.account import Account, AccountRef, Desk
    from chalicelib.domain.contact import Contact, Profile
    from chalicelib.domain.content import File, Location
    from chalicelib.domain.desk_events import DeskEvent
    from chalicelib.domain.envelope import Item
    from chalicelib.domain.events import ChannelEvent
    from chalicelib.domain.pace import Pace
    from chalicelib.domain.sending import Accepted, Sending
    from chalicelib.domain.ticket import Entry, Opening, Promise, Ticket
    from chalicelib.domain.window import Window

Clock = Callable[[], int]
"""Returns the time in ms since the epoch."""


class Log(Protocol):
    """
    A structured log: a constant message, and keys that carry ids, counts and words of our own.

    No text, name, number or token of anybody ever goes in.
    """

    def info(self, message: str, **keys: object) -> None:
        """Log what is normal."""
        ...

    def warning(self, message: str, **keys: object) -> None:
        """Log what is not, and heals by itself."""
        ...

    def alarm(self, message: str, **keys: object) -> None:
        """Log what an operator must look at."""
        ...


class Secrets(Protocol):
    """Where the secrets are; each is a list, so that rotation drops nothing."""

    def get(self, name: str, field: str) -> tuple[str, ...]:
        """
        Return the values of one field of a secret, newest first; empty where there are none.

        Raises TransientError where the store cannot be asked.
        """
        ...


class Webhook(Protocol):
    """What receive asks of the side that calls us, a channel or a helpdesk."""

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """
        Return if the raw body was signed with one of our secrets.

        `headers` has lower-case names. Raises Replayed where one of our secrets signed it, but not
        about now, and InvalidSignature in every other case, a missing secret and a garbled header
        included; compares in constant time.
        """
        ...

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """
        Return every item of a verified body, in its order, knowing no more than whose each is.

        Never raises for an odd part: that becomes an item of its own, for ingest to find unknown.
        Loads no schema library.
        """
        ...


class Channel(Webhook, Protocol):
    """A messaging platform; `window` is until when it takes answers."""

    window: Window

    @property
    def starts(self) -> bool:
        """Return whether a business may write first here, to a phone number and by a template."""
        ...

    @property
    def pace(self) -> Pace | None:
        """Return how often one person may be written to, None where nothing is said of that."""
        ...

    def handshake(self, query: Mapping[str, str]) -> str:
        """Return the challenge to echo; raise InvalidSignature where the token is not ours."""
        ...

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """
        Return what an item means; what is not understood is an UnknownEvent, never an error.

        `received_at` (ms since the epoch) stands in where the platform tells no time.
        """
        ...

    def profile_of(self, *, account: Account, contact: Contact) -> Profile:
        """
        Return a person's name and picture where webhooks carry none and the platform tells them.

        One call tells both. What is not told is empty; raises nothing, since neither is worth a
        failure. The picture is located like a customer's file.
        """
        ...

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """
        Return a reply as texts that the channel takes, in their order; one where it takes it whole.

        No word is cut that could stay whole, nor what a person sees as one character.
        """
        ...

    def send(self, sending: Sending) -> Accepted:
        """
        Send a message to a customer and return what the platform calls it.

        Raises Refused (was not and will not be sent), TransientError (was not sent), Unauthorised
        (was not sent: our token) or AmbiguousError (may have been sent).
        """
        ...

    def seen(self, *, account: Account, contact: Contact, message_id: str) -> None:
        """
        Show a customer that their newest message was read and that somebody is typing.

        Where nothing can be shown, nothing is. Raises nothing: an answer must not wait for a courtesy.
        """
        ...

    def locate(self, file: File, *, account: Account) -> Location:
        """
        Return where a customer's file is to be fetched.

        Raises Refused where it can be had no more, TransientError where the platform cannot be
        asked, Unauthorised where it no longer takes our token.
        """
        ...

    def recall(self, *, account: Account, since: int) -> Iterator[Mapping[str, Any]] | None:
        """
        Yield what was said on an account since a time, in ms since the epoch.

        Each is the body of the webhook that would have told of it, with one item of the same key,
        so that it can be taken in like one; of each conversation the newest comes first. Asks as it goes, and may raise Refused, TransientError
        or Unauthorised in the middle. None where the platform tells nothing of the past.
        """
        ...


class Helpdesk(Webhook, Protocol):
    """
    A configured helpdesk.

    Every call may raise Refused, Gone, TransientError (nothing was written), Unauthorised or
    AmbiguousError (may have been written).
    """

    promise: Promise

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """
        Return what an item of the helpdesk's webhook means; raise nothing for an odd one.

        A webhook that says only where to look may make it ask the helpdesk.
        """
        ...

    def create(self, opening: Opening) -> Ticket:
        """
        Create a ticket whose first entry is the opening's, and return it.

        Where the helpdesk knows follow-ups it becomes one of `opening.follows`, if that can be
        followed.
        """
        ...

    def append(self, ticket_id: str, entry: Entry) -> str:
        """
        Add an entry to a ticket and return the entry's id; a closed ticket is open afterwards.

        Raises Moved where the ticket was merged into another one, if the helpdesk tells; else Gone
        where it is no longer there, or is closed for good.
        """
        ...

    def find(self, reference: str) -> Ticket | None:
        """Return the ticket that was created under our reference, if there is one."""
        ...

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """
        Return the id of the entry, if it stands in the ticket behind the entry `after`.

        Only entries written by us count. Without `after` we have written nothing yet in a ticket that
        somebody else opened. Raises Gone where the ticket is no longer there.
        """
        ...

    def locate(self, file: File) -> Location:
        """Return where a file of an agent's reply is to be fetched; raise Refused for no file."""
        ...

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]] | None:
        """
        Yield agents' public replies since a time, in ms since the epoch, newest first.

        Each is the body of the webhook that would have told of it, as those of `Channel.recall`
        are; some may be in tickets that are not of a conversation. Never yields what we wrote
        ourselves. None where the helpdesk cannot be asked.
        """
        ...

    def check(self) -> None:
        """Return if the helpdesk answers and takes our credentials; raise what stands in the way."""
        ...


class Directory(Protocol):
    """The accounts and desks that are configured."""

    def account(self, ref: AccountRef) -> Account | None:
        """Return an account, or None where nobody configured it."""
        ...

    def desk(self, desk_id: str) -> Desk | None:
        """Return a desk, or None where nobody configured it."""
        ...

    def desks(self) -> Sequence[Desk]:
        """Return all desks."""
        ...

    def accounts_of(self, desk_id: str) -> Sequence[Account]:
        """Return the accounts that a desk serves."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A queue message to send; `group` keeps its order, `deduplication` is good for 5 minutes."""

    body: str
    group: str
    deduplication: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A queue message as received; `receipt` is good until its visibility time-out."""

    id: str
    body: str
    group: str
    receipt: str
    receives: int


class Queue(Protocol):
    """
    A FIFO queue with the semantics of SQS.

    Order per group, deduplication for five minutes, visibility time-outs, dead-lettering after too
    many receives.
    """

    def send(self, messages: Sequence[Outgoing]) -> list[str | None]:
        """
        Send up to 10 messages of up to 256 KiB together in one call.

        Returns the message ids in order, None where the queue refused one. Raises TransientError
        where none was accepted for certain.
        """
        ...

    def receive(self, *, most: int, wait: float) -> list[Delivered]:
        """Return up to `most` messages, waiting up to `wait` seconds for the first."""
        ...

    def delete(self, receipt: str) -> None:
        """Take a received message off the queue."""
        ...

    def defer(self, receipt: str, seconds: float) -> None:
        """Show a received message, and with it its group, again after that many seconds."""
        ...

    def depth(self) -> int:
        """Return roughly how many messages are in the queue, received ones included."""
        ...
