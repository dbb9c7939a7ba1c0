"""Forward: write what is open into the helpdesk, in sequence, each entry once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.account import Account, Desk
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.ports import Channel, Directory, Helpdesk
from chalicelib.domain.work import Work
from chalicelib.pipeline.breakers import Breakers
from chalicelib.pipeline.drain import Line, Rest, TimeLeft, Wait
from chalicelib.pipeline.files import FileKeeper
from chalicelib.pipeline.writing import Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarder:
    """What forwarding needs: the adapter of a desk, and a channel by its name."""

    line: Line
    directory: Directory
    breakers: Breakers
    helpdesk: Callable[[Desk], Helpdesk]
    channel: Callable[[str], Channel]
    keeper: FileKeeper

    def forward(self, conversation_id: str, *, time_left: TimeLeft) -> Wait | None:
        """
        Forward what is open in a conversation; only one process at a time may do so.

        Returns None when it can rest, else how long until it must be woken again. Raises
        TransientError where the store is not to be reached.
        """
        return self.line.drain(conversation_id, self._attempt, time_left=time_left)

    def _attempt(
        self, conversation: Conversation, work: Work, rows: Sequence[Work]
    ) -> Conversation | Wait | Rest:
        account = self.directory.account(conversation.account)
        if account is None and conversation.link:
            # The account was removed, the ticket is still there: its agents are still to be told.
            account = Account(ref=conversation.account, desk=conversation.link.desk)
        served_by = conversation.link.desk if conversation.link else account and account.desk
        desk = self.directory.desk(served_by) if served_by else None
        if account is None or desk is None:
            return self.line.park(conversation, work, "no_desk")
        if self.breakers.is_open(desk.id, suspect=bool(work.waiting_for)):
            return self._wait_for(desk, work)
        if not work.waiting_for and work.due_at > self.line.clock():
            return Rest()
        return Writing(
            line=self.line,
            breakers=self.breakers,
            helpdesk=self.helpdesk(desk),
            channel=self.channel(account.ref.channel),
            keeper=self.keeper,
            conversation=conversation,
            work=work,
            rows=rows,
            account=account,
            desk=desk,
        ).run()

    def _wait_for(self, desk: Desk, work: Work) -> Rest:
        if work.waiting_for != desk.id:
            waiting = replace(work, waiting_for=desk.id, due_at=self.line.clock())
            self.line.change(work, waiting)
        return Rest()
