"""Forward: write what is open into the helpdesk, in sequence, each entry once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from chalicelib import words
from chalicelib.domain.account import Account, Desk
from chalicelib.domain.changes import ConversationChanged, TicketLinked, WorkDone
from chalicelib.domain.content import Attachment
from chalicelib.domain.conversation import Conversation, Link, TicketStatus
from chalicelib.domain.ports import Channel, Directory, Helpdesk
from chalicelib.domain.ticket import Entry, Opening, Ticket
from chalicelib.domain.work import Aim, Stage, Work
from chalicelib.errors import (
    AmbiguousError,
    Conflict,
    Gone,
    PermanentError,
    ScriptaError,
    TransientError,
)
from chalicelib.pipeline.breakers import Breakers
from chalicelib.pipeline.drain import MS, Line, Rest, TimeLeft, Wait, reason_of
from chalicelib.pipeline.files import FileKeeper, found_since, given_up, shown

MOST_ATTEMPTS = 6  #: at one entry, by a desk that otherwise answers


@dataclass(frozen=True, slots=True)
class _Written:
    """An entry that stands in the helpdesk; an old one, where the conversation has gone on from."""

    entry_id: str
    ticket: Ticket | None = None  #: that was made for it, if it is not in the linked one
    is_old: bool = field(default=False, kw_only=True)


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

    def _attempt(self, conversation: Conversation, work: Work) -> Conversation | Wait | Rest:
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
        return _Try(
            line=self.line,
            breakers=self.breakers,
            helpdesk=self.helpdesk(desk),
            channel=self.channel(account.ref.channel),
            keeper=self.keeper,
            conversation=conversation,
            work=work,
            account=account,
            desk=desk,
        ).run()

    def _wait_for(self, desk: Desk, work: Work) -> Rest:
        if work.waiting_for != desk.id:
            waiting = replace(work, waiting_for=desk.id, due_at=self.line.clock())
            self.line.change(work, waiting)
        return Rest()


@dataclass(slots=True, kw_only=True)
class _Try:
    """One attempt at one entry; `work` is the row as last written."""

    line: Line
    breakers: Breakers
    helpdesk: Helpdesk
    channel: Channel
    keeper: FileKeeper
    conversation: Conversation
    work: Work
    account: Account
    desk: Desk
    asked_name: str = ""

    def run(self) -> Conversation | Wait | Rest:
        """Look first where an earlier attempt may have written; write; note the end."""
        unclear = self.work.stage is Stage.STARTED
        try:
            written = self._look() if unclear else None
            if isinstance(written, Wait):
                return written
            if written is None:
                unclear = False
                self.work = self._begun()
                written = self._write()
        except Conflict:
            raise
        except TransientError as error:
            # An attempt that wrote nothing leaves what an earlier one may have written as unclear.
            return self._failed(error, Stage.STARTED if unclear else Stage.READY)
        except AmbiguousError as error:
            return self._failed(error, Stage.STARTED)
        except PermanentError as error:
            # A refused look says nothing of the entry, which may stand.
            return self._failed(error, Stage.STARTED) if unclear else self._refused(error)
        # From here on it stands outside: a store that fails now must leave the mark as it is.
        return self._done(written)

    def _refused(self, error: PermanentError) -> Conversation | Wait | Rest:
        """Write the entry without its files if it has any: it may be one of them; else park it."""
        if not any(not file.problem for file in self.work.files):
            return self.line.park(self.conversation, self.work, reason_of(error))
        self.line.log.warning(
            "files refused",
            conversation=self.conversation.id,
            sequence=self.work.sequence,
            reason=reason_of(error),
        )
        files = tuple(replace(f, problem=f.problem or "file_refused") for f in self.work.files)
        bare = replace(self.work, stage=Stage.READY, files=files)
        self.work = self.line.change(self.work, bare)
        return self.run()

    def _begun(self) -> Work:
        """Mark the entry as begun, after a last attempt at those of its files that are not kept yet."""
        before = self.work.files
        kept = self.keeper.keep(
            before, lambda file: self.channel.locate(file, account=self.account)
        )
        # Whatever forgets a message must know of all that is kept of it.
        said = self.line.store.said(self.conversation.id) if kept != before else []
        work = replace(self.work, files=given_up(kept), aim=self._aim())
        return self.line.begin(work, *found_since(said, before, kept))

    def _entry(self, files: tuple[Attachment, ...] = ()) -> Entry:
        text = shown(self.work.text, self.work.files, language=self.account.language)
        return Entry(kind=self.work.kind, text=text, author=self.work.author, files=files)

    def _write(self) -> _Written:
        entry = self._entry(self.keeper.in_hand(self.work.files))
        link = self._target()
        if link is not None:
            try:
                return _Written(self.helpdesk.append(link.ticket_id, entry))
            except Gone:
                self.line.log.warning("ticket gone", conversation=self.conversation.id)
        self.asked_name = self._ask_name()
        ticket = self.helpdesk.create(self._opening(entry))
        return _Written(ticket.last_entry, ticket)

    def _look(self) -> _Written | Wait | None:
        """
        Return what an earlier attempt wrote; None where it is certain that it wrote nothing.

        Certain is a second look that finds nothing, one look-up lag after the first.
        """
        if (found := self._find()) is not None:
            return found
        now = self.line.clock()
        lag = self.helpdesk.promise.lookup_lag
        looked_at = self.work.looked_at
        if looked_at and now - looked_at >= lag * MS:
            return None
        if not looked_at:
            looking = replace(self.work, looked_at=now, due_at=0, waiting_for="")
            self.work = self.line.change(self.work, looking)
        return Wait(lag)

    def _find(self) -> _Written | None:
        """Look where the last attempt wrote: one that was parked may have been overtaken since."""
        aim, link = self.work.aim or self._aim(), self.conversation.link
        if aim.ticket_id:
            entry_id = None
            with suppress(Gone):
                entry = self._entry()
                entry_id = self.helpdesk.find_entry(aim.ticket_id, after=aim.behind, entry=entry)
            if entry_id is not None:
                now = (link.ticket_id, link.last_entry) if link else None
                return _Written(entry_id, is_old=now != (aim.ticket_id, aim.behind))
        ticket = self.helpdesk.find(aim.reference)
        is_old = aim.tickets != self.conversation.tickets
        return _Written(ticket.last_entry, ticket, is_old=is_old) if ticket else None

    def _aim(self) -> Aim:
        """Return where an attempt is to write now."""
        link, tickets = self._target(), self.conversation.tickets
        place, behind = (link.ticket_id, link.last_entry) if link else ("", "")
        return Aim(ticket_id=place, behind=behind, reference=self._reference(), tickets=tickets)

    def _target(self) -> Link | None:
        """Return the linked ticket if it is to be written to; None where a new one is due."""
        link = self.conversation.link
        if link is None or link.status is TicketStatus.GONE:
            return None
        closed_for = self.line.clock() - link.changed_at
        if link.status is TicketStatus.CLOSED and closed_for > self.desk.reopen_window * MS:
            return None
        return link

    def _reference(self) -> str:
        """Return our name of the ticket that this entry may create, and no other entry."""
        # What a conversation begins with opens the ticket that has its name.
        return self.conversation.id if self.work.sequence == 1 else self.work.reference

    def _ask_name(self) -> str:
        """Return what the channel tells of a customer whose messages carry no name."""
        contact = self.conversation.contact
        if contact.name:
            return ""
        return self.channel.name_of(account=self.account, contact=contact)

    def _opening(self, entry: Entry) -> Opening:
        language, channel = self.account.language, self.account.ref.channel
        shown = words.say(language, f"channel.{channel}")
        name = self.conversation.contact.name or self.asked_name
        name = name or words.say(language, "someone", channel=shown)
        return Opening(
            reference=self._reference(),
            subject=words.say(language, "subject", channel=shown, name=name),
            channel=channel,
            # A name under .invalid can never be reached by mail: RFC 2606, section 2.
            requester=f"{channel}-{self.conversation.id}@scripta.invalid",
            name=name,
            entry=entry,
        )

    def _done(self, written: _Written) -> Conversation:
        """Commit that the entry stands, and where; return the conversation as it is then."""
        before = self.conversation
        # Behind an old one later entries stand: the next look begins behind those.
        after = before if written.is_old else self._gone_on(written)
        ticket = written.ticket
        linked = [TicketLinked(self.desk.id, ticket.id, before.id)] if ticket else []
        changed = [ConversationChanged(before, after)] if after != before else []
        self.line.store.commit(WorkDone(self.work), *linked, *changed)
        self.line.log.info(
            "forwarded",
            conversation=after.id,
            sequence=self.work.sequence,
            ticket=after.link.ticket_id if after.link else "",
            url=after.link.url if after.link else "",
            new=written.ticket is not None,
        )
        return after

    def _gone_on(self, written: _Written) -> Conversation:
        """Return the conversation as it is once an entry was written."""
        before, now = self.conversation, self.line.clock()
        if written.ticket is not None:
            link = Link(
                desk=self.desk.id,
                ticket_id=written.ticket.id,
                url=written.ticket.url,
                last_entry=written.entry_id,
                changed_at=now,
            )
            contact = replace(before.contact, name=before.contact.name or self.asked_name)
            return replace(before, contact=contact, link=link, tickets=before.tickets + 1)
        if before.link is None:
            return before
        link = replace(before.link, last_entry=written.entry_id)
        if link.status is TicketStatus.CLOSED:
            link = replace(link, status=TicketStatus.OPEN, changed_at=now)
        return replace(before, link=link)

    def _failed(self, error: ScriptaError, stage: Stage) -> Conversation | Wait | Rest:
        """Wait for the desk if it is down; for a time, a few times, if only this entry fails."""
        asked_to_wait = isinstance(error, TransientError) and error.retry_after is not None
        if not asked_to_wait and self.breakers.opens(self.desk, self.helpdesk, error):
            now = self.line.clock()
            waiting = replace(self.work, stage=stage, waiting_for=self.desk.id, due_at=now)
            self.line.change(self.work, waiting)
            return Rest()
        if not asked_to_wait and self.work.attempts + 1 >= MOST_ATTEMPTS:
            return self.line.park(self.conversation, self.work, "keeps_failing")
        return self.line.put_off(self.work, error, stage=stage)
