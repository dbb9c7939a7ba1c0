"""A channel in memory, whose webhooks are in words of our own (tests/builders.py writes them)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact, Profile
from chalicelib.domain.content import (
    Attachment,
    Content,
    File,
    FileKind,
    Location,
    Part,
    unsupported,
)
from chalicelib.domain.envelope import Item
from chalicelib.domain.events import (
    ChannelEvent,
    ChannelEventIgnored,
    ConsentChanged,
    ControlChanged,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    Noticed,
    Reacted,
    StatusChanged,
    UnknownEvent,
    WatermarkReached,
)
from chalicelib.domain.message import Status
from chalicelib.domain.pace import Pace
from chalicelib.domain.sending import Accepted, Sending
from chalicelib.domain.window import HOUR, Window
from chalicelib.errors import InvalidSignature
from tests.fakes.faults import Faults

SIGNED = {"signature": "good"}
PORTION_END = "\f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What a customer's phone shows."""

    id: str
    contact: Contact
    text: str
    reference: str
    file: Attachment | None = None


class FakeChannel:
    """
    Keeps the contract of ports.Channel, except where a planned fault breaks it.

    `history` are the items of what was said, oldest first, None where it cannot be asked.
    `arrived` is what was sent, `sendings` what was to be, and `read` what was shown as read; each
    answer to a send has `told_names`; `names` and `pictures` are those of people, by an alias, and
    `asked_for` whose were asked for;
    `during_send` are called once each, after the customer has the
    message and before the sender has the answer.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults = Faults()
        self.arrived: list[Arrived] = []
        self.during_send: list[Callable[[Arrived], None]] = []
        self.attempts = 0
        self.sendings: list[Sending] = []
        self.read: list[str] = []
        self.window = Window(response=24 * HOUR, human_agent=7 * 24 * HOUR)
        self.pace: Pace | None = None
        self.starts = name == "whatsapp"
        self.names: dict[str, str] = {}
        self.pictures: dict[str, str] = {}
        self.asked_for: list[Contact] = []
        self.history: list[dict[str, Any]] | None = []
        self.told_names: list[Alias] = []

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Accept what is SIGNED."""
        if headers.get("signature") != SIGNED["signature"]:
            raise InvalidSignature("not signed")

    def handshake(self, query: Mapping[str, str]) -> str:
        """Never asked for by the pipeline."""
        raise NotImplementedError

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return the items in the lanes that they name."""
        return [Item(lane=raw["lane"], raw=raw) for raw in body["items"]]

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return what an item says, or fail as planned; raise KeyError for an unforeseen one."""
        self.faults.meet("parse", raw.get("text", ""))
        account = AccountRef(self.name, raw["account"])
        return _PARSERS[raw["type"]](raw, account)

    def profile_of(self, *, account: Account, contact: Contact) -> Profile:
        """Return what `names` and `pictures` have for any of the contact's aliases."""
        self.asked_for.append(contact)
        known = [alias.value for alias in contact.aliases]
        return Profile(
            name=next((self.names[each] for each in known if each in self.names), ""),
            picture=next((self.pictures[each] for each in known if each in self.pictures), ""),
        )

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return a text cut at its form feeds."""
        return text.split(PORTION_END)

    def send(self, sending: Sending) -> Accepted:
        """Send what there is, or fail as planned for its text or the name of its file."""
        self.sendings.append(sending)
        text = sending.file.name if sending.file else sending.text
        if sending.template:
            text = sending.template.name
        return self._send(sending.contact, text, sending.reference, sending.file)

    def seen(self, *, account: Account, contact: Contact, message_id: str) -> None:
        """Remember what was shown as read."""
        self.read.append(message_id)

    def locate(self, file: File, *, account: Account) -> Location:
        """Return the file's own address, or fail as planned."""
        self.faults.meet("locate", file.name)
        return Location(url=file.url, hosts=("platform.test",))

    def recall(self, *, account: Account, since: int) -> Iterator[Mapping[str, Any]] | None:
        """Yield what `history` has of the account since then, or fail as planned."""
        if self.history is None:
            return None
        return self._recalled(account, since, self.history)

    def _recalled(
        self, account: Account, since: int, history: Sequence[dict[str, Any]]
    ) -> Iterator[Mapping[str, Any]]:
        for raw in reversed(history):
            self.faults.meet("recall", raw.get("text", ""))
            if raw["account"] == account.ref.id and raw["at"] >= since:
                yield {"items": [raw]}

    def _send(
        self, contact: Contact, text: str, reference: str, file: Attachment | None
    ) -> Accepted:
        self.attempts += 1
        fault = self.faults.meet("send", text)
        sent = Arrived(
            id=f"out-{len(self.arrived) + 1}",
            contact=contact,
            text="" if file else text,
            reference=reference,
            file=file,
        )
        self.arrived.append(sent)
        while self.during_send:
            self.during_send.pop(0)(sent)
        if fault is not None:
            raise fault.error
        return Accepted(id=sent.id, names=tuple(self.told_names))


def files(names: Sequence[str]) -> tuple[File, ...]:
    """Return files of those names, as they are told of."""
    return tuple(
        File(kind=FileKind.IMAGE, url=f"https://platform.test/{name}", name=name) for name in names
    )


def _contact(raw: Mapping[str, Any]) -> Contact:
    aliases = tuple(Alias(AliasKind(kind), value) for kind, value in raw["aliases"])
    return Contact(aliases=aliases, name=raw["name"])


def _content(raw: Mapping[str, Any]) -> Content:
    if "text" not in raw:
        return Content(parts=(unsupported(raw["kind"]),))
    parts = tuple(Part(word=word, values=values) for word, values in raw.get("parts", ()))
    return Content(text=raw["text"], files=files(raw.get("files", ())), parts=parts)


def _key(raw: Mapping[str, Any], kind: str) -> str:
    """Return the key of something about a message; copies in standby have keys of their own."""
    plain = f"{kind}:{raw['id']}"
    return f"standby:{plain}" if raw.get("standby") else plain


def _traces(message_id: str) -> tuple[str, ...]:
    """Return the keys under which a message may have been told."""
    return f"m:{message_id}", f"standby:m:{message_id}"


def _message(raw: Mapping[str, Any], account: AccountRef) -> MessageReceived:
    answered = raw.get("reply_to", "")
    return MessageReceived(
        key=_key(raw, "m"),
        account=account,
        contact=_contact(raw),
        message_id=raw["id"],
        content=_content(raw),
        occurred_at=raw["at"],
        reply_to=answered,
        about=f"m:{answered}" if answered else "",
        traces=_traces(answered) if answered else (),
        undone_by=_key(raw, "d"),
        standby=raw.get("standby", False),
    )


def _echo(raw: Mapping[str, Any], account: AccountRef) -> MessageEchoed:
    return MessageEchoed(
        key=_key(raw, "e"),
        account=account,
        contact=_contact(raw),
        message_id=raw["id"],
        content=_content(raw),
        occurred_at=raw["at"],
        delivery=raw["delivery"],
        undone_by=_key(raw, "d"),
        standby=raw.get("standby", False),
    )


def _edit(raw: Mapping[str, Any], account: AccountRef) -> MessageEdited:
    return MessageEdited(
        key=f"{_key(raw, 'edit')}:{raw['number']}",
        account=account,
        contact=_contact(raw),
        message_id=raw["id"],
        about=_key(raw, "m"),
        content=_content(raw),
        occurred_at=raw["at"],
        traces=_traces(raw["id"]),
        undone_by=_key(raw, "d"),
        ours=raw.get("ours", False),
        standby=raw.get("standby", False),
    )


def _unsend(raw: Mapping[str, Any], account: AccountRef) -> MessageDeleted:
    return MessageDeleted(
        key=_key(raw, "d"),
        account=account,
        contact=_contact(raw),
        message_id=raw["id"],
        about=_key(raw, "m"),
        occurred_at=raw["at"],
        traces=(_key(raw, "e"), *(f"{_key(raw, 'edit')}:{number}" for number in (1, 2))),
    )


def _reaction(raw: Mapping[str, Any], account: AccountRef) -> Reacted:
    return Reacted(
        key=f"{_key(raw, 'react')}:{raw['emoji']}:{raw['at']}",
        account=account,
        contact=_contact(raw),
        message_id=raw["id"],
        about=_key(raw, "m"),
        emoji=raw["emoji"],
        occurred_at=raw["at"],
        traces=_traces(raw["id"]),
        opens_window=raw.get("opens_window", False),
    )


def _notice(raw: Mapping[str, Any], account: AccountRef) -> Noticed:
    return Noticed(
        key=f"n:{raw['word']}:{raw['at']}",
        account=account,
        contact=_contact(raw),
        word=raw["word"],
        occurred_at=raw["at"],
        values=raw["values"],
    )


def _consent(raw: Mapping[str, Any], account: AccountRef) -> ConsentChanged:
    return ConsentChanged(
        key=f"consent:{raw['opted_out']}:{raw['at']}",
        account=account,
        contact=_contact(raw),
        opted_out=raw["opted_out"],
        occurred_at=raw["at"],
    )


def _control(raw: Mapping[str, Any], account: AccountRef) -> ControlChanged:
    return ControlChanged(
        key=f"control:{raw['lane']}:{raw['owner']}:{raw['at']}",
        account=account,
        contact=_contact(raw),
        owner=raw["owner"],
        occurred_at=raw["at"],
        summary=raw["summary"],
    )


def _ignored(raw: Mapping[str, Any], account: AccountRef) -> ChannelEventIgnored:
    return ChannelEventIgnored(key=f"i:{raw['id']}", account=account, kind=raw["kind"])


def _status(raw: Mapping[str, Any], account: AccountRef) -> StatusChanged:
    return StatusChanged(
        key=f"s:{raw['id']}:{raw['status']}",
        account=account,
        message_id=raw["id"],
        status=Status(raw["status"]),
        occurred_at=raw["at"],
        delivery=raw["delivery"],
        reason=raw["reason"],
        detail=raw["detail"],
    )


def _watermark(raw: Mapping[str, Any], account: AccountRef) -> WatermarkReached:
    return WatermarkReached(
        key=f"w:{raw['status']}:{raw['until']}:{raw['aliases']}",
        account=account,
        contact=_contact(raw),
        status=Status(raw["status"]),
        occurred_at=raw["until"],
        until=raw["until"],
    )


def _unknown(raw: Mapping[str, Any], account: AccountRef) -> UnknownEvent:
    return UnknownEvent(key=f"u:{raw['id']}", account=account, kind=raw["kind"])


_PARSERS: Mapping[str, Callable[[Mapping[str, Any], AccountRef], ChannelEvent]] = {
    "message": _message,
    "echo": _echo,
    "status": _status,
    "watermark": _watermark,
    "unknown": _unknown,
    "edit": _edit,
    "unsend": _unsend,
    "reaction": _reaction,
    "notice": _notice,
    "consent": _consent,
    "control": _control,
    "ignored": _ignored,
}
