"""Everybody around the storm: customers, agents and Meta, and the webhooks that tell of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

from chalicelib.domain.message import Status
from tests import builders
from tests.builders import Raw
from tests.fakes.channel import Arrived
from tests.fakes.helpdesk import DeskTicket
from tests.storm.tokens import owner, tokens

_CONTACTS: Final = 6  #: of a channel
_LARGE: Final = 60_000  #: bytes of an item that, with a few others, makes a body oversized
_HUGE: Final = 300_000  #: bytes of an item that no queue message holds
_STATUSES: Final = (Status.SENT, Status.DELIVERED, Status.READ)
#: Seconds after which Meta tells of a message: before the answer, soon, late, too late.
_DELAYS: Final = (0, 0, 0, 1, 5, 60, 300, 1200)


@dataclass(slots=True, kw_only=True)
class Sender:
    """
    Who sends webhooks: Meta for a channel, or a desk.

    `pending` was never answered with 200 and is sent again, re-batched, until it is; `later` comes
    at its time (ms since the epoch); `told` was answered with 200 and may be sent again even so.
    """

    source: str
    pending: list[Raw] = field(default_factory=list)
    later: list[tuple[int, Raw]] = field(default_factory=list)
    told: list[Raw] = field(default_factory=list)

    def tell(self, raw: Raw, *, at: int = 0) -> None:
        """Have an item told, now or at its time."""
        if at:
            self.later.append((at, raw))
        else:
            self.pending.append(raw)

    def due(self, now: int) -> None:
        """Have told what is due."""
        self.pending += [raw for at, raw in self.later if at <= now]
        self.later = [(at, raw) for at, raw in self.later if at > now]


@dataclass(slots=True, kw_only=True)
class People:
    """
    What everybody does; `random` decides, `clock` dates it.

    `said` has every token that must be shown in a ticket, `replies` every one that must be sent,
    `poison` the ids of the items that nobody can understand.
    """

    random: Random
    clock: Callable[[], int]
    senders: dict[str, Sender]
    said: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    poison: list[str] = field(default_factory=list)
    _count: int = 0

    def token(self, kind: str, contact: str) -> str:
        """Return a text that there is only once, and that tells whose it is."""
        self._count += 1
        return f"{kind}{self._count}@{contact}"

    def write(self, channel: str) -> None:
        """Have a customer write, as one of the names that they have."""
        contact = self._contact(channel)
        text = self.token("in", contact)
        roll = self.random.random()
        if roll < 0.05:
            raw = builders.sticker(mid=text, contact=contact) | {"kind": text}
        else:
            raw = builders.message(text, contact=contact, at=self.clock())
        if roll > 0.97:
            raw["pad"] = "x" * (_HUGE if roll > 0.997 else _LARGE)
        self.said.append(text)
        self._channel(channel).tell(self._named(raw, channel, contact))

    def write_outside(self, channel: str) -> None:
        """Have somebody answer from Meta's own inbox."""
        contact = self._contact(channel)
        text = self.token("outside", contact)
        raw = builders.echo(text, mid=f"m-{text}", contact=contact, at=self.clock())
        self.said.append(text)
        self._channel(channel).tell(self._named(raw, channel, contact))

    def answer(self, desk: str, ticket: DeskTicket) -> None:
        """Have an agent answer in a ticket."""
        whose = next(iter(_owners(ticket)), "")
        if not whose:
            return
        text = self.token("reply", whose)
        self.replies.append(text)
        raw = builders.reply(
            ticket.id, text, conversation=ticket.opening.reference, at=self.clock()
        )
        self.senders[f"desk:{desk}"].tell(raw)

    def note_privately(self, desk: str, ticket: DeskTicket) -> None:
        """Have an agent write a note that is for nobody else."""
        whose = next(iter(_owners(ticket)), "nobody")
        text = self.token("private", whose)
        raw = builders.desk_noise(mid=text) | {"lane": ticket.id, "text": text, "type": "note"}
        self.senders[f"desk:{desk}"].tell(raw)

    def be_odd(self, channel: str) -> None:
        """Have Meta send what nobody foresaw."""
        contact = self._contact(channel)
        mid = f"odd{self._count}"
        self._count += 1
        if self.random.random() < 0.5:
            self.poison.append(mid)
            raw = builders.poison(mid=mid, lane=contact)
        else:
            raw = builders.unknown(mid=mid)
        self._channel(channel).tell(raw)

    def read(self, channel: str) -> None:
        """Have a customer read everything."""
        raw = builders.watermark("read", until=self.clock(), contact=self._contact(channel))
        self._channel(channel).tell(raw)

    def repeat(self, source: str) -> None:
        """Have an item sent again that was answered with 200 long ago."""
        sender = self.senders[source]
        if sender.told:
            sender.tell(self.random.choice(sender.told))

    def hear_back(self, channel: str, sent: Arrived, *, bare: bool) -> None:
        """Have Meta tell of a message of ours: before, after or without its answer, or not at all."""
        if self.random.random() < 0.85:
            names = [(str(alias.kind), alias.value) for alias in sent.contact.aliases]
            echo = builders.echo_of(sent, bare=bare) | {"aliases": names, "lane": names[0][1]}
            self._back(channel, echo)
        words = list(_STATUSES)
        if self.random.random() < 0.05:
            words = [Status.FAILED]
        self.random.shuffle(words)
        for word in words:
            if self.random.random() < 0.6:
                reference = "" if bare else sent.reference
                self._back(channel, builders.status(word, mid=sent.id, delivery=reference))

    def _back(self, channel: str, raw: Raw) -> None:
        delay = self.random.choice(_DELAYS)
        self._channel(channel).tell(raw, at=self.clock() + delay * 1000)

    def _contact(self, channel: str) -> str:
        # Some write far more than others: most races are between items of one conversation.
        number = min(self.random.randrange(_CONTACTS) for _ in range(3))
        return f"{channel[0]}{number}"

    def _named(self, raw: Raw, channel: str, contact: str) -> Raw:
        """Return an item under some of the contact's names, in the lane of the first of them."""
        every = [("psid", contact), ("phone", f"phone/{contact}")]
        if channel != "messenger":
            every = every[:1]
        names = self.random.choice((every, every[:1], every[-1:]))
        return raw | {"aliases": names, "lane": names[0][1]}

    def _channel(self, channel: str) -> Sender:
        return self.senders[f"channel:{channel}"]


def _owners(ticket: DeskTicket) -> list[str]:
    return [owner(token) for each in ticket.entries for token in tokens(each.entry.text)]
