"""Everybody around the storm: customers, agents and Meta, and the webhooks that tell of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
    `poison` the ids of the items that nobody can understand, `heard` the replies that something
    was told of that carries our reference. Persons on the channels `many_names`
    are known by several; another application answers those who are `held`. `does` has a desk do what an
    agent does, and returns what it posts. Without `words` webhooks are
    written as they come over the wire, and there is nothing that nobody can read.
    """

    random: Random
    clock: Callable[[], int]
    senders: dict[str, Sender]
    said: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    poison: list[str] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    many_names: frozenset[str] = frozenset()
    words: bool = True
    does: Callable[[str, Raw], Sequence[Raw]] = lambda desk, raw: [raw]
    _count: int = 0

    def token(self, kind: str, contact: str) -> str:
        """Return a text that there is only once, and that tells whose it is."""
        self._count += 1
        return f"{kind}{self._count}@{contact}"

    def write(self, channel: str) -> None:
        """Have a customer write, as one of the names that they have."""
        contact = self.someone(channel)
        text = self.token("in", contact)
        roll = self.random.random()
        if roll < 0.05 and self.words:
            raw = builders.sticker(mid=text, contact=contact) | {"kind": text}
        elif roll < 0.2:
            raw = self._message_with_files(channel, text, contact)
        else:
            raw = builders.message(text, contact=contact, at=self.clock())
        if roll > 0.97:
            raw["pad"] = "x" * (_HUGE if roll > 0.997 else _LARGE)
        self.said += [text] if raw.get("text", text) else []
        self._channel(channel).tell(self.named(raw, channel, contact))

    def _message_with_files(self, channel: str, text: str, contact: str) -> Raw:
        # WhatsApp sends each file as a message of its own.
        most = 1 if channel == "whatsapp" else 3
        names = [
            f"{self.token('infile', contact)}.png" for _ in range(self.random.randint(1, most))
        ]
        self.said += [name.removesuffix(".png") for name in names]
        said = text if self.random.random() < 0.7 else ""
        return builders.message(said, mid=text, contact=contact, at=self.clock(), files=names)

    def forge(self, channel: str) -> Raw:
        """Return what somebody would have us believe that a customer wrote."""
        contact = self.someone(channel)
        raw = builders.message(self.token("forged", contact), contact=contact, at=self.clock())
        return self.named(raw, channel, contact)

    def write_outside(self, channel: str) -> None:
        """Have somebody answer from Meta's own inbox."""
        if channel == "whatsapp":
            return  # a number of the Cloud API has no inbox
        contact = self.someone(channel)
        text = self.token("outside", contact)
        raw = builders.echo(text, mid=f"m-{text}", contact=contact, at=self.clock())
        self.said.append(text)
        self._channel(channel).tell(self.named(raw, channel, contact))

    def answer(self, desk: str, ticket: DeskTicket) -> None:
        """Have an agent answer in a ticket."""
        whose = next(iter(_owners(ticket)), "")
        if not whose:
            return
        text = self.token("reply", whose)
        names = []
        if self.random.random() < 0.15:
            endings = [self.random.choice((".png", ".png", ".pdf", ".zip")) for _ in range(2)]
            names = [
                f"{self.token('replyfile', whose)}{ending}"
                for ending in endings[: self.random.choice((1, 1, 2))]
            ]
            self.replies += [name.partition(".")[0] for name in names]
        said = text if not names or self.random.random() < 0.5 else ""
        self.replies += [said] if said else []
        raw = builders.reply(
            ticket.id,
            said,
            comment=text,
            conversation=ticket.opening.reference,
            files=names,
            at=self.clock(),
        )
        self.do(desk, raw)

    def is_saying(self, ticket: DeskTicket, *, shown: Collection[str]) -> str:
        """Return what the customer of a ticket wrote last and is not shown yet; empty for nothing."""
        whose = next(iter(_owners(ticket)), "")
        said = (
            each for each in reversed(self.said) if each.startswith("in") and "file" not in each
        )
        return next((each for each in said if owner(each) == whose and each not in shown), "")

    def note_privately(self, desk: str, ticket: DeskTicket) -> None:
        """Have an agent write a note that is for nobody else."""
        whose = next(iter(_owners(ticket)), "nobody")
        text = self.token("private", whose)
        note = {"text": text, "type": "note", "conversation": ticket.opening.reference}
        raw = builders.desk_noise(mid=text) | {"lane": ticket.id} | note
        self.do(desk, raw)

    def do(self, desk: str, raw: Raw) -> None:
        """Have an agent do what an item says, and the desk tell of it."""
        for told in self.does(desk, raw):
            self.senders[f"desk:{desk}"].tell(told)

    def be_odd(self, channel: str) -> None:
        """Have Meta send what nobody foresaw."""
        contact = self.someone(channel)
        mid = f"odd{self._count}"
        self._count += 1
        if self.words and self.random.random() < 0.5:
            self.poison.append(mid)
            raw = builders.poison(mid=mid, lane=contact)
        else:
            raw = builders.unknown(mid=mid)
        self._channel(channel).tell(raw)

    def read(self, channel: str) -> None:
        """Have a customer read everything."""
        raw = builders.watermark("read", until=self.clock(), contact=self.someone(channel))
        self._channel(channel).tell(raw)

    def repeat(self, source: str) -> None:
        """Have an item sent again that was answered with 200 long ago."""
        sender = self.senders[source]
        if sender.told:
            sender.tell(self.random.choice(sender.told))

    def hear_back(self, channel: str, sent: Arrived, *, bare: bool) -> None:
        """Have Meta tell of a message of ours: before, after or without its answer, or not at all."""
        names = [(str(alias.kind), alias.value) for alias in sent.contact.aliases]
        content = sent.file.content.decode() if sent.file else sent.text
        said = tokens(content)
        confirming = False
        about = {"aliases": names, "at": self.clock()}
        if channel != "whatsapp" and self.random.random() < 0.85:
            files = [f"{name}.png" for name in said] if sent.file else []
            echo = builders.echo_of(sent, bare=bare) | about
            self._back(channel, echo | {"lane": names[0][1], "files": files})
            confirming = not bare
        words = list(_STATUSES)
        if self.random.random() < 0.05:
            words = [Status.FAILED]
        self.random.shuffle(words)
        for word in words:
            if self.random.random() < 0.6:
                reference = "" if bare else sent.reference
                told = builders.status(word, mid=sent.id, delivery=reference) | about
                self._back(channel, told)
                # Messenger's receipts name a moment, and no message.
                confirming |= not bare and (self.words or channel == "whatsapp")
        # One that failed for all that arrived nowhere, whatever else is told of it.
        if confirming and Status.FAILED not in words:
            self.heard.update(said)

    def _back(self, channel: str, raw: Raw) -> None:
        self.tell(channel, raw, after=self.random.choice(_DELAYS))

    def tell(self, channel: str, raw: Raw, *, after: float) -> None:
        """Have a channel tell an item some seconds later."""
        self._channel(channel).tell(raw, at=self.clock() + round(after * 1000))

    def someone(self, channel: str) -> str:
        """Return one of those who write on a channel."""
        # Some write far more than others: most races are between items of one conversation.
        number = min(self.random.randrange(_CONTACTS) for _ in range(3))
        return f"{channel[0]}{number}"

    def named(self, raw: Raw, channel: str, contact: str) -> Raw:
        """Return an item under some of the contact's names, in the lane of the first of them."""
        each = self.names(channel, contact)
        every = [name for names in each for name in names]
        names = self.random.choice((every, every[:1], every[-1:]))
        standby = {"standby": True} if contact in self.held else {}
        return raw | {"aliases": names, "lane": names[0][1]} | standby

    def names(self, channel: str, contact: str) -> list[builders.Names]:
        """Return each of the names that somebody has, alone."""
        every = [("psid", contact), ("phone", f"phone/{contact}")]
        return [[name] for name in every[: 2 if channel in self.many_names else 1]]

    def _channel(self, channel: str) -> Sender:
        return self.senders[f"channel:{channel}"]


def _owners(ticket: DeskTicket) -> list[str]:
    return [owner(token) for each in ticket.entries for token in tokens(each.entry.text)]
