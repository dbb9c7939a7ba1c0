"""What each event of a helpdesk means for the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from chalicelib.domain.changes import (
    AliasAdded,
    Change,
    ConversationChanged,
    ConversationOpened,
    Outcome,
    TicketLinked,
)
from chalicelib.domain.commands import Misspelt, Start, command
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.conversation import Conversation, Link
from chalicelib.domain.events import DeskEvent, DeskEventIgnored, ReplyWritten, TicketChanged
from chalicelib.domain.ports import Channel, Directory
from chalicelib.domain.store import Found, Store
from chalicelib.pipeline.decision import OLDEST, Decision, parked
from chalicelib.pipeline.replies import Replies

STARTED_ON = "whatsapp"  #: the channel on which an agent may write first


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvents:
    """What deciding needs; `new_id` names a new conversation."""

    store: Store
    directory: Directory
    channel: Callable[[str], Channel]
    new_id: Callable[[], str]

    def decide(
        self, event: DeskEvent, *, desk: str, found: Found, now: int, came_at: int
    ) -> Decision:
        """
        Return what becomes of an event of a desk; `now` is in ms since the epoch.

        `came_at` is since when the books know it, and `found` holds the conversation of the event's
        ticket. Writes nothing, like its
        counterpart for the channels.
        """
        match event:
            case ReplyWritten():
                return self._reply(event, desk, found, now=now, came_at=came_at)
            case TicketChanged():
                return self._ticket(event, found)
            case DeskEventIgnored():
                return Decision(outcome=Outcome.IGNORED, reason=event.kind)
            case _:
                assert_never(event)

    def _reply(
        self, event: ReplyWritten, desk: str, found: Found, *, now: int, came_at: int
    ) -> Decision:
        # What the ticket was created under: from the second ticket on, the id and a number.
        conversation_id = found.ticket or event.conversation_id.partition(".")[0]
        before = self.store.conversation(conversation_id) if conversation_id else None
        asked = command(event.text)
        is_nobodys = not conversation_id or (before is not None and not before.contact.aliases)
        if is_nobodys and isinstance(asked, Start | Misspelt):
            return self._start(event, asked, desk, now)
        account = self.directory.account(before.account) if before else None
        if before is None or account is None:
            return parked("no_account" if before else "no_ticket")
        # The desk that signed must be the one that the conversation belongs to.
        if desk != (before.link.desk if before.link else account.desk):
            return parked("foreign_ticket")
        if came_at - event.occurred_at > OLDEST:
            return parked("too_old")
        if not event.text.strip() and not event.files:
            return Decision(outcome=Outcome.IGNORED, reason="empty")
        replies = Replies(channel=self.channel(account.ref.channel), account=account, now=now)
        return replies.decide(event, before)

    def _start(self, event: ReplyWritten, asked: Start | Misspelt, desk: str, now: int) -> Decision:
        """
        Decide on a conversation that an agent starts, in a ticket that was nobody's of ours.

        From then on the ticket is the conversation's. A person whom the account knows has one
        already: there the template is sent, and its ticket tells from where.
        """
        accounts = [a for a in self.directory.accounts_of(desk) if a.ref.channel == STARTED_ON]
        if isinstance(asked, Start) and asked.account:
            accounts = [a for a in accounts if asked.account in (a.ref.id, a.options.get("number"))]
        if not accounts:
            return parked("no_account")
        account = accounts[0]
        replies = Replies(channel=self.channel(STARTED_ON), account=account, now=now)
        aliases: tuple[Alias, ...] = ()
        if isinstance(asked, Start) and len(accounts) == 1:
            aliases = (Alias(AliasKind.PHONE, asked.phone),)
        known = self.store.find(account=account.ref, aliases=aliases).aliases if aliases else {}
        there = self.store.conversation(next(iter(known.values()))) if known else None
        if there is not None:
            return replies.started_elsewhere(event, there)
        before = Conversation(
            id=self.new_id(),
            account=account.ref,
            contact=Contact(aliases=aliases),
            tickets=1,
            link=Link(desk=desk, ticket_id=event.ticket_id, changed_at=now),
        )
        decision = replies.decide(event, before, is_ambiguous=len(accounts) > 1)
        changed = [c for c in decision.changes if isinstance(c, ConversationChanged)]
        opened: list[Change] = [
            ConversationOpened(changed[-1].after if changed else before),
            TicketLinked(desk, event.ticket_id, before.id),
            *(AliasAdded(account.ref, alias, before.id) for alias in aliases),
        ]
        others = [change for change in decision.changes if change not in changed]
        return replace(decision, changes=[*opened, *others])

    def _ticket(self, event: TicketChanged, found: Found) -> Decision:
        before = self.store.conversation(found.ticket) if found.ticket else None
        if before is None or before.link is None or before.link.ticket_id != event.ticket_id:
            return Decision(outcome=Outcome.IGNORED, reason="not_our_ticket")
        decision = Decision(
            outcome=Outcome.RECORDED, conversation_id=before.id, reason=event.status
        )
        if event.occurred_at < before.link.changed_at or event.status is before.link.status:
            return decision
        link = replace(before.link, status=event.status, changed_at=event.occurred_at)
        return replace(decision, changes=[ConversationChanged(before, replace(before, link=link))])
