"""The fakes of the sides in the storm: a helpdesk and a channel, each call of which may fail."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final
from zlib import crc32

from chalicelib.domain.contact import Contact
from chalicelib.domain.content import Attachment
from chalicelib.domain.sending import Accepted, Sending
from chalicelib.domain.ticket import Entry, Opening, Ticket
from chalicelib.errors import (
    AmbiguousError,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import VirtualClock
from tests.fakes.helpdesk import DeskTicket, FakeHelpdesk
from tests.storm.chaos import Chaos, Failing

_LIKED: Final = 40  #: texts for each one that a desk stumbles over


def _busy(random: Random) -> ScriptaError:
    return TransientError("too many", retry_after=random.choice((None, 1.0, 30.0, 600.0)))


def _desk_refused(random: Random) -> ScriptaError:
    roll = random.random()
    if roll < 0.5:
        return _busy(random)
    if roll < 0.95:
        return AmbiguousError("no answer")
    return Unauthorised("token") if roll < 0.98 else Refused("other", "no")


def _channel_refused(random: Random) -> ScriptaError:
    roll = random.random()
    if roll < 0.4:
        return _busy(random)
    if roll < 0.7:
        return AmbiguousError("no answer")
    return Unauthorised("token") if roll < 0.85 else Refused("not_reachable")


def _ambiguous(_: Random) -> AmbiguousError:
    return AmbiguousError("no answer")


_LOOK = Failing(refused=_busy, outside=True)
_DESK = Failing(refused=_desk_refused, lost=_ambiguous, outside=True)
_CHANNEL = Failing(refused=_channel_refused, lost=_ambiguous, outside=True)


class StormyHelpdesk(FakeHelpdesk):
    """A helpdesk behind the storm, which tells every entry that stands to `written`."""

    def __init__(
        self, clock: VirtualClock, chaos: Chaos, written: Callable[[DeskTicket, Entry], None]
    ) -> None:
        super().__init__(clock)
        self._chaos = chaos
        self._written = written

    def create(self, opening: Opening) -> Ticket:
        """See ports.Helpdesk."""
        what = f"desk.create {opening.entry.text[:40]!r}"
        create = super().create
        return self._chaos.call(what, lambda: create(opening), _DESK)

    def append(self, ticket_id: str, entry: Entry) -> str:
        """See ports.Helpdesk."""
        what = f"desk.append {ticket_id} {entry.text[:40]!r}"
        append = super().append
        entry_id = self._chaos.call(what, lambda: append(ticket_id, entry), _DESK)
        if self._stumbles(entry.text):
            raise AmbiguousError("an error, but it stands")
        return entry_id

    def find(self, reference: str) -> Ticket | None:
        """See ports.Helpdesk."""
        find = super().find
        return self._chaos.call("desk.find", lambda: find(reference), _LOOK)

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """See ports.Helpdesk."""
        find_entry = super().find_entry
        if self._stumbles(entry.text):
            raise TransientError("an error")
        return self._chaos.call(
            f"desk.find_entry {ticket_id}",
            lambda: find_entry(ticket_id, after=after, entry=entry),
            _LOOK,
        )

    def write_down(self, ticket_id: str, text: str) -> None:
        """Do what an agent does who writes what the customer says: no look of ours counts it."""

    def _stumbles(self, text: str) -> bool:
        """Return whether the desk fails at one of the few texts that it does not like."""
        stumbles = not self._chaos.calm and crc32(text.encode()) % _LIKED == 0
        if stumbles:
            self._chaos.fault("a desk stumbles over an entry, and writes it")
        return stumbles and self._chaos.happens(0.9)

    def check(self) -> None:
        """See ports.Helpdesk."""
        self._chaos.call("desk.check", super().check, _LOOK)

    def _add(self, ticket: DeskTicket, entry: Entry) -> str:
        self._written(ticket, entry)
        return super()._add(ticket, entry)


class StormyChannel(FakeChannel):
    """A channel behind the storm; `expired` is a token that is no longer good."""

    def __init__(self, name: str, chaos: Chaos, sent: Callable[[StormyChannel], None]) -> None:
        super().__init__(name)
        self.expired = False
        self._chaos = chaos
        self._told = sent

    def send(self, sending: Sending) -> Accepted:
        """See ports.Channel."""
        what = sending.file.name if sending.file else sending.text
        return self._chaos.call(
            f"channel.send {sending.reference} {what[:40]!r}",
            lambda: self._out(sending.contact, what, sending.reference, sending.file),
            _CHANNEL,
        )

    def _out(
        self, contact: Contact, text: str, reference: str, file: Attachment | None
    ) -> Accepted:
        if self.expired:
            raise Unauthorised("the token expired")
        id_ = self._send(contact, text, reference, file)
        self._told(self)
        return id_
