"""One attempt at writing one entry into a helpdesk: look where it may stand, write, note the end."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from chalicelib import words
from chalicelib.domain.account import Account, Desk
from chalicelib.domain.changes import (
    ConversationChanged,
    MessageKept,
    TicketLinked,
    WorkAdded,
    WorkDone,
)
from chalicelib.domain.contact import Profile
from chalicelib.domain.content import Attachment, File
from chalicelib.domain.conversation import Conversation, Link, TicketStatus
from chalicelib.domain.ports import Channel, Helpdesk
from chalicelib.domain.ticket import Entry, Idempotency, Ticket
from chalicelib.domain.work import Aim, Stage, Work
from chalicelib.errors import (
    AmbiguousError,
    Conflict,
    Gone,
    Moved,
    PermanentError,
    ScriptaError,
    TransientError,
)
from chalicelib.pipeline import entry_log, introduction, links
from chalicelib.pipeline.breakers import Breakers
from chalicelib.pipeline.decision import note
from chalicelib.pipeline.drain import MS, Line, Rest, Wait, reason_of
from chalicelib.pipeline.files import FileKeeper, found_since, given_up, shown
from chalicelib.pipeline.joining import following, joined, text_of
from chalicelib.pipeline.openings import opening_of, reference_of

MOST_ATTEMPTS = 6  #: at one entry, by a desk that otherwise answers


@dataclass(frozen=True, slots=True)
class _Written:
    """An entry that stands in the helpdesk; an old one, where the conversation has gone on from."""

    entry_id: str
    ticket: Ticket | None = None  #: that was made for it, if it is not in the linked one
    is_old: bool = field(default=False, kw_only=True)


@dataclass(slots=True, kw_only=True)
class Writing:
    """One attempt at one entry; `work` is the row as last written, `rows` all as they were read."""

    line: Line
    breakers: Breakers
    helpdesk: Helpdesk
    channel: Channel
    keeper: FileKeeper
    conversation: Conversation
    work: Work
    rows: Sequence[Work]
    account: Account
    desk: Desk
    profile: Profile = field(default_factory=Profile)

    def run(self) -> Conversation | Wait | Rest:
        """Look first where an earlier attempt may have written; write; note the end."""
        unclear = self.work.stage is Stage.STARTED
        try:
            written = self._look() if unclear else self._pause()
            if isinstance(written, Wait):
                return written
            if written is None:
                unclear = False
                self._begin()
                written = self._write()
        except Conflict:
            raise
        except Moved as error:
            return self._moved(error)
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

    def _pause(self) -> Wait | None:
        """Return how long until the ticket may be updated again; None where it may be now."""
        pace, link = self.helpdesk.promise.pace, self._target()
        wait = pace.wait(link.paid_until, now=self.line.clock()) if pace and link else 0.0
        return Wait(wait) if wait else None

    def _begin(self) -> None:
        """Mark the row as begun, together with what is written in one entry with it."""
        others = following(self.work, self.rows) if self.helpdesk.promise.pace else []
        # Until both are stored together, this row says what it said.
        whole = joined(self.work, others) if others else self.work
        before = self._files(whole)
        kept = self.keeper.keep(
            before, lambda file: self.channel.locate(file, account=self.account)
        )
        # Whatever forgets a message must know of all that is kept of it.
        is_news = bool(whole.files) and kept != before
        said = self.line.store.said(self.conversation.id) if is_news else []
        files = introduction.without_missing(given_up(kept))
        begun = replace(whole, files=files, aim=self._aim())
        found = found_since(said, before, kept)
        self.work = self.line.begin(begun, *map(WorkDone, others), *found)

    def _moved(self, error: Moved) -> Conversation | Wait | Rest:
        """Go on in the ticket that took ours over, or, if that is somebody else's, in a new one."""
        before, into = self.conversation, error.ticket_id
        if before.link is None or self.work.aim is None or before.link.ticket_id == into:
            return self._refused(error)
        owner = self.line.store.find(ticket=(self.desk.id, into)).ticket
        after = links.followed(before, error, owner=owner, now=self.line.clock())
        linked = [TicketLinked(self.desk.id, into, before.id)] if not owner else []
        ready = replace(self.work, stage=Stage.READY)
        self.work = self.line.change(self.work, ready, ConversationChanged(before, after), *linked)
        self.conversation = after
        return self.run()

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

    def _files(self, work: Work) -> tuple[File, ...]:
        """Return the entry's files; those of a new ticket's first one may be the customer's picture."""
        if self._target() is None:
            self.profile = self._asked()
        language = self.account.language
        return introduction.with_portrait(work.files, self.profile, language=language)

    def _entry(self, files: tuple[Attachment, ...] = ()) -> Entry:
        link = self.conversation.link
        return Entry(
            kind=self.work.kind,
            text=shown(text_of(self.work), self.work.files, language=self.account.language),
            author=self.work.author,
            files=files,
            key=self.work.reference,
            requester=link.requester if link else "",
            reopens=link is not None and link.status is TicketStatus.CLOSED,
        )

    def _write(self) -> _Written:
        entry = self._entry(self.keeper.in_hand(self.work.files))
        link = self._target()
        if link is not None:
            try:
                return _Written(self.helpdesk.append(link.ticket_id, entry))
            except Moved:
                raise
            except Gone:
                self.line.log.warning("ticket gone", conversation=self.conversation.id)
                self.profile = self._asked()
        opening = opening_of(
            entry,
            reference=reference_of(self.work),
            conversation=self.conversation,
            account=self.account,
            name=self.profile.name,
        )
        ticket = self.helpdesk.create(opening)
        return _Written(ticket.last_entry, ticket)

    def _look(self) -> _Written | Wait | None:
        """
        Return what an earlier attempt wrote; None where it is to be written.

        That is where a second look finds nothing, one look-up lag after the first, and where a look
        tells nothing, or nothing is needed: the helpdesk makes one of what has the same key.
        """
        promise, aim = self.helpdesk.promise, self.work.aim
        how = promise.appends if aim and aim.ticket_id else promise.creates
        if how is not Idempotency.LOOKUP:
            return None
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
        return Aim(
            ticket_id=place, behind=behind, reference=reference_of(self.work), tickets=tickets
        )

    def _target(self) -> Link | None:
        """Return the linked ticket if it is to be written to; None where a new one is due."""
        link = self.conversation.link
        if link is None or link.status is TicketStatus.GONE:
            return None
        closed_for = self.line.clock() - link.changed_at
        if link.status is TicketStatus.CLOSED and closed_for > self.desk.reopen_window * MS:
            return None
        return link

    def _asked(self) -> Profile:
        return introduction.profile_of(self.conversation.contact, self.channel, self.account)

    def _done(self, written: _Written) -> Conversation | Wait:
        """Commit that the entry stands, and where; return the conversation as it is then."""
        before = self.conversation
        # Behind an old one later entries stand: the next look begins behind those.
        after = before if written.is_old else self._gone_on(written)
        ticket = written.ticket
        linked = self._linked(ticket)
        after, told = self._told_of_a_loss(after, written)
        changed = [ConversationChanged(before, after)] if after != before else []
        self.line.store.commit(WorkDone(self.work), *linked, *told, *changed)
        introduction.let_go(self.work.files, self.keeper)
        entry_log.tell(self.line, self.work, after, desk=self.desk.id, new=written.ticket)
        # The rows that were read are no longer those that stand.
        return Wait(0.0) if self.work.joined else after

    def _linked(self, ticket: Ticket | None) -> list[TicketLinked]:
        """Return that a ticket made for an entry is the conversation's."""
        opened_at, id_ = self.line.clock(), self.conversation.id
        return [TicketLinked(self.desk.id, ticket.id, id_, opened_at)] if ticket else []

    def _told_of_a_loss(
        self, after: Conversation, written: _Written
    ) -> tuple[Conversation, list[MessageKept | WorkAdded]]:
        """Return what tells the agents of a new ticket why the conversation did not stay in its old one."""
        lost = self.conversation.link
        is_new = written.ticket is not None and not written.is_old
        if not is_new or lost is None or lost.status is TicketStatus.CLOSED:
            return after, []
        text = words.say(self.account.language, "goes_on", ticket=lost.url or lost.ticket_id)
        # With a time, the sweep finds the note whatever becomes of this wake-up.
        now = self.line.clock()
        return note(after, text, now=now, due_at=now, owner=self.work.owner)

    def _gone_on(self, written: _Written) -> Conversation:
        """Return the conversation as it is once an entry was written."""
        before, now, pace = self.conversation, self.line.clock(), self.helpdesk.promise.pace
        if written.ticket is None:
            return links.written(before, written.entry_id, pace=pace, now=now)
        ticket, name = replace(written.ticket, last_entry=written.entry_id), self.profile.name
        return links.opened(before, ticket, desk=self.desk.id, name=name, pace=pace, now=now)

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
