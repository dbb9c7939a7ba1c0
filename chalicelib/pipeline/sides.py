"""The two sides that can be asked what was said: an account's channel, and a desk's helpdesk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.domain.account import Account, Desk
from chalicelib.domain.changes import ClaimKey, SentKey
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.envelope import trace
from chalicelib.domain.events import MessageEchoed, MessageReceived
from chalicelib.domain.ports import Channel, Helpdesk, Webhook
from chalicelib.domain.store import Store

_BATCH: Final = 100  #: sent messages looked for in one call


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    Something that was said, as a side tells it: `body` is the webhook that would have told of it.

    `name` stands for it in logs; `at` is when it was said, in ms since the epoch.
    """

    key: ClaimKey
    name: str
    at: int
    body: Mapping[str, Any]
    event: MessageReceived | MessageEchoed | ReplyWritten


class Side(Protocol):
    """One account or one desk."""

    @property
    def source(self) -> str:
        """Return the source of its webhooks."""
        ...

    @property
    def webhook(self) -> Webhook:
        """Return what takes its webhooks apart."""
        ...

    def recall(self, since: int) -> Iterator[Mapping[str, Any]] | None:
        """Yield what was said since a time, as the port's `recall` does."""
        ...

    def told(self, body: Mapping[str, Any], *, received_at: int) -> Iterator[Told]:
        """Yield what was said in a webhook's body; what else it may hold is passed over."""
        ...

    def news(self, unclaimed: Sequence[Told]) -> list[Told]:
        """Return those of what is in no book that are not known, or none of ours, otherwise."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSide:
    """Keeps the contract of Side for an account."""

    account: Account
    channel: Channel
    store: Store

    @property
    def source(self) -> str:
        """See Side."""
        return f"channel:{self.account.ref.channel}"

    @property
    def webhook(self) -> Webhook:
        """See Side."""
        return self.channel

    def recall(self, since: int) -> Iterator[Mapping[str, Any]] | None:
        """See Side."""
        return self.channel.recall(account=self.account, since=since)

    def told(self, body: Mapping[str, Any], *, received_at: int) -> Iterator[Told]:
        """See Side."""
        for item in self.channel.split(body):
            event = self.channel.parse(item.raw, received_at=received_at)
            if isinstance(event, MessageReceived | MessageEchoed):
                yield Told(
                    key=ClaimKey.of_account(event.account, event.key),
                    name=trace(event.message_id),
                    at=event.occurred_at,
                    body=body,
                    event=event,
                )

    def news(self, unclaimed: Sequence[Told]) -> list[Told]:
        """See Side: our own sends are known, whether or not the account subscribes to echoes."""
        echoes = {
            each.key: SentKey(self.account.ref, each.event.message_id)
            for each in unclaimed
            if isinstance(each.event, MessageEchoed)
        }
        wanted = list(echoes.values())
        ours: set[SentKey] = set()
        for first in range(0, len(wanted), _BATCH):
            found = self.store.find(sent=wanted[first : first + _BATCH]).sent
            ours |= {key for key, sent in found.items() if sent.conversation_id}
        return [each for each in unclaimed if echoes.get(each.key) not in ours]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSide:
    """Keeps the contract of Side for a desk."""

    desk: Desk
    helpdesk: Helpdesk
    store: Store

    @property
    def source(self) -> str:
        """See Side."""
        return f"desk:{self.desk.id}"

    @property
    def webhook(self) -> Webhook:
        """See Side."""
        return self.helpdesk

    def recall(self, since: int) -> Iterator[Mapping[str, Any]] | None:
        """See Side."""
        return self.helpdesk.recall(since=since)

    def told(self, body: Mapping[str, Any], *, received_at: int) -> Iterator[Told]:
        """See Side."""
        for item in self.helpdesk.split(body):
            event = self.helpdesk.parse(item.raw, received_at=received_at)
            if isinstance(event, ReplyWritten):
                yield Told(
                    key=ClaimKey.of_desk(self.desk.id, event.key),
                    name=event.comment_id,
                    at=event.occurred_at,
                    body=body,
                    event=event,
                )

    def news(self, unclaimed: Sequence[Told]) -> list[Told]:
        """See Side: a desk has tickets that have nothing to do with us."""
        whose = {each.key: getattr(each.event, "ticket_id", "") for each in unclaimed}
        linked = {
            ticket: self.store.find(ticket=(self.desk.id, ticket)).ticket
            for ticket in set(whose.values())
        }
        return [each for each in unclaimed if linked[whose[each.key]]]


def scope_of(source: Account | Desk) -> str:
    """Return how a source is called: an account `channel#id`, a desk `desk#id`."""
    if isinstance(source, Account):
        return ClaimKey.of_account(source.ref, "").scope
    return ClaimKey.of_desk(source.id, "").scope
