"""What an agent asks for in a ticket of their own: a conversation that the business begins."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from chalicelib import words
from chalicelib.domain.account import Account
from chalicelib.domain.changes import (
    AliasAdded,
    Change,
    ConversationChanged,
    ConversationOpened,
    TicketLinked,
)
from chalicelib.domain.commands import Command, Misspelt, Start
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.conversation import Conversation, Link
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.ports import Channel, Directory
from chalicelib.domain.store import Store
from chalicelib.domain.work import Verb
from chalicelib.pipeline.decision import Decision, note, parked
from chalicelib.pipeline.replies import Replies
from chalicelib.pipeline.wake import Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """
    What deciding needs; `new_id` names a new conversation.

    `names` are those of the channels on which a business may write first.
    """

    store: Store
    directory: Directory
    channel: Callable[[str], Channel]
    names: Collection[str]
    new_id: Callable[[], str]

    def decide(
        self,
        event: ReplyWritten,
        asked: Command,
        before: Conversation | None,
        *,
        desk: str,
        now: int,
    ) -> Decision:
        """
        Return what becomes of a command in a ticket that has no customer; `now` is in ms.

        The ticket gets a conversation, with nobody in it until a command starts one: so there is a
        place for what an agent is told. `before` is that of an earlier command. A person whom the
        account knows has a conversation already: it goes on there, and each ticket tells of the
        other.
        """
        names = (asked.channel,) if isinstance(asked, Start) else self.names
        accounts = [a for a in self.directory.accounts_of(desk) if a.ref.channel in names]
        if not accounts:
            return parked("no_account")
        if before is not None and before.link is not None and before.link.desk != desk:
            return parked("foreign_ticket")
        account, problem, detail = _chosen(asked, accounts)
        channel = self.channel(account.ref.channel)
        replies = Replies(channel=channel, account=account, starts=self.names, now=now)
        place = before or Conversation(
            id=self.new_id(),
            account=account.ref,
            contact=Contact(aliases=()),
            tickets=1,
            link=Link(desk=desk, ticket_id=event.ticket_id, changed_at=now),
        )
        if problem or not isinstance(asked, Start):
            return _in_place(replies.refused(event, place, problem, detail), before, desk)
        person = Alias(AliasKind.PHONE, asked.phone)
        known = self.store.find(account=account.ref, aliases=(person,)).aliases.get(person)
        there = self.store.conversation(known) if known else None
        if there is not None:
            return self._there(event, replies, place, before, there=there, desk=desk)
        place = replace(place, account=account.ref, contact=Contact(aliases=(person,)))
        decision = _in_place(replies.started(event, place), before, desk)
        alias = AliasAdded(account.ref, person, place.id)
        return replace(decision, changes=[*decision.changes, alias])

    def _there(
        self,
        event: ReplyWritten,
        replies: Replies,
        place: Conversation,
        before: Conversation | None,
        *,
        there: Conversation,
        desk: str,
    ) -> Decision:
        """Decide to go on in the conversation that a person has, and to tell the agent where."""
        decision = replies.started_elsewhere(event, there)
        link = there.link
        ticket = (link.url or link.ticket_id) if link else "…"
        text = words.say(replies.account.language, "started_there", ticket=ticket)
        after, told = note(place, text, now=replies.now)
        here = replace(decision, changes=[*told, ConversationChanged(place, after)])
        changes = [*decision.changes, *_in_place(here, before, desk).changes]
        return replace(
            decision, changes=changes, wakes=[*decision.wakes, Wake(Verb.FORWARD, place.id)]
        )


def _chosen(asked: Command, accounts: Sequence[Account]) -> tuple[Account, str, str]:
    """
    Return the account to start from, and what is wrong with a command: a reason and a detail.

    Where none can be chosen it is the first, whose language the agent then reads.
    """
    match asked:
        case Misspelt(problem, detail):
            return accounts[0], problem, detail
        case Start(account=number):
            named = [a for a in accounts if not number or number in _numbers(a)]
            if not named:
                return accounts[0], "command.from_unknown", number
            problem = "command.from" if len(named) > 1 else ""
            return named[0], problem, ""
        case _:
            return accounts[0], "command.start_needed", ""


def _numbers(account: Account) -> tuple[str, str]:
    """Return the digits that name an account: its id, and the number that customers see."""
    shown = account.options.get("number", "")
    return account.ref.id, "".join(filter(str.isdigit, shown))


def _in_place(decision: Decision, before: Conversation | None, desk: str) -> Decision:
    """Return a decision whose conversation is opened with its ticket, where it is new."""
    (changed,) = [c for c in decision.changes if isinstance(c, ConversationChanged)]
    others = [change for change in decision.changes if change is not changed]
    after = changed.after
    if before is not None:
        return replace(decision, changes=[ConversationChanged(before, after), *others])
    ticket_id = after.link.ticket_id if after.link else ""
    opened: list[Change] = [ConversationOpened(after), TicketLinked(desk, ticket_id, after.id)]
    return replace(decision, changes=[*opened, *others])
