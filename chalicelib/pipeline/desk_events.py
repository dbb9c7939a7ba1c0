"""What each event of a helpdesk means for the store."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import assert_never

from chalicelib.domain.changes import (
    Change,
    ConversationChanged,
    Outcome,
    TicketClosed,
    TicketLinked,
)
from chalicelib.domain.commands import command
from chalicelib.domain.conversation import Conversation, TicketStatus
from chalicelib.domain.desk_events import (
    DeskEvent,
    DeskEventIgnored,
    ReplyWritten,
    TicketChanged,
    TicketMerged,
)
from chalicelib.domain.ports import Channel, Directory
from chalicelib.domain.store import Found, Store
from chalicelib.pipeline.decision import OLDEST, Decision, parked
from chalicelib.pipeline.links import followed
from chalicelib.pipeline.quoting import Quoting
from chalicelib.pipeline.replies import LONGEST, Replies
from chalicelib.pipeline.starts import Starts


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvents:
    """
    What deciding needs; `new_id` names a new conversation.

    `starts` returns the names of the channels on which a business may write first.
    """

    store: Store
    directory: Directory
    channel: Callable[[str], Channel]
    starts: Callable[[], Collection[str]]
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
                return self._ticket(event, desk, found)
            case TicketMerged():
                return self._merged(event, desk, found, now=now)
            case DeskEventIgnored():
                return Decision(outcome=Outcome.IGNORED, reason=event.kind)
            case _:
                assert_never(event)

    def _reply(
        self, event: ReplyWritten, desk: str, found: Found, *, now: int, came_at: int
    ) -> Decision:
        # What the ticket was created under: the id, and the number of what it began with.
        conversation_id = found.ticket or event.conversation_id.partition(".")[0]
        before = self.store.conversation(conversation_id) if conversation_id else None
        if not conversation_id or (before is not None and not before.contact.aliases):
            return self._of_nobody(event, before, desk, now=now, came_at=came_at)
        account = self.directory.account(before.account) if before else None
        if before is None or account is None:
            return parked("no_account" if before else "no_ticket")
        # The desk that signed must be the one that the conversation belongs to.
        if desk != (before.link.desk if before.link else account.desk):
            return parked("foreign_ticket")
        if late := self._too_late(event, desk, came_at=came_at):
            return parked(late)
        channel, starts = self.channel(account.ref.channel), self.starts()
        replies = Replies(channel=channel, account=account, starts=starts, now=now)
        if not event.text.strip() and not event.files:
            return replies.refused(event, before, "nothing_to_send", "")
        event, quotes = Quoting(store=self.store, language=account.language).read(event, before)
        return replies.decide(event, before, quotes=quotes)

    def _of_nobody(
        self,
        event: ReplyWritten,
        before: Conversation | None,
        desk: str,
        *,
        now: int,
        came_at: int,
    ) -> Decision:
        """Decide on a reply in a ticket without a customer of ours: only commands are for us."""
        is_short = len(event.text) <= LONGEST
        asked = command(event.text, starts=self.starts()) if is_short else None
        if asked is not None and (late := self._too_late(event, desk, came_at=came_at)):
            return parked(late)
        if asked is not None and event.ticket_id:
            starts = Starts(
                store=self.store,
                directory=self.directory,
                channel=self.channel,
                names=self.starts(),
                new_id=self.new_id,
            )
            return starts.decide(event, asked, before, desk=desk, now=now)
        if event.foreign or before is not None:
            return Decision(outcome=Outcome.IGNORED, reason="not_our_ticket")
        return parked("no_ticket")

    def _too_late(self, event: ReplyWritten, desk_id: str, *, came_at: int) -> str:
        """Return why a reply may have been sent already, as far as the books go; "" for no reason."""
        if came_at - event.occurred_at > OLDEST:
            return "too_old"
        desk = self.directory.desk(desk_id)
        fence = desk.restored_at if desk else 0
        return "restored" if fence and event.occurred_at <= fence else ""

    def _ticket(self, event: TicketChanged, desk: str, found: Found) -> Decision:
        before = self._linked(event.ticket_id, found)
        if before is None or before.link is None:
            return Decision(outcome=Outcome.IGNORED, reason="not_our_ticket")
        decision = Decision(
            outcome=Outcome.RECORDED, conversation_id=before.id, reason=event.status
        )
        if event.occurred_at < before.link.changed_at or event.status is before.link.status:
            return decision
        link = replace(before.link, status=event.status, changed_at=event.occurred_at)
        changes: list[Change] = [ConversationChanged(before, replace(before, link=link))]
        if event.status is TicketStatus.CLOSED:
            changes.append(TicketClosed(desk, event.ticket_id, before.id, event.occurred_at))
        return replace(decision, changes=changes)

    def _merged(self, event: TicketMerged, desk: str, found: Found, *, now: int) -> Decision:
        """Decide to go on in the ticket that took ours over, unless it is somebody else's."""
        before = self._linked(event.ticket_id, found)
        if before is None:
            return Decision(outcome=Outcome.IGNORED, reason="not_our_ticket")
        decision = Decision(outcome=Outcome.RECORDED, conversation_id=before.id, reason="merged")
        if not event.into or event.into == event.ticket_id:
            return decision
        owner = self.store.find(ticket=(desk, event.into)).ticket
        after = followed(before, event, owner=owner, now=now)
        linked = [TicketLinked(desk, event.into, before.id)] if not owner else []
        return replace(decision, changes=[ConversationChanged(before, after), *linked])

    def _linked(self, ticket_id: str, found: Found) -> Conversation | None:
        """Return the conversation that has just this ticket now."""
        before = self.store.conversation(found.ticket) if found.ticket else None
        if before is None or before.link is None or before.link.ticket_id != ticket_id:
            return None
        return before
