"""The telegraph as the pipeline sees it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact, Profile
from chalicelib.domain.content import Content, File, Location
from chalicelib.domain.envelope import Item
from chalicelib.domain.events import ChannelEvent, MessageReceived, UnknownEvent
from chalicelib.domain.ports import Channel, Secrets
from chalicelib.domain.sending import Accepted, Sending
from chalicelib.domain.window import HOUR, Window
from chalicelib.errors import InvalidSignature, Refused
from chalicelib.settings import Settings


class Telegraph:
    """Keeps the contract of `ports.Channel`; what it sends is in `wire`."""

    name = "telegraph"
    pace = None
    starts = False
    window = Window(response=48 * HOUR)

    def __init__(self, *, secrets: Secrets) -> None:
        self._secrets = secrets
        self.wire: list[str] = []

    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Return if the office signed the body with one of its keys."""
        told = headers.get("x-telegraph-signature", "").encode()
        for key in self._secrets.get("telegraph", "keys"):
            if hmac.compare_digest(
                hmac.digest(key.encode(), body, hashlib.sha256).hex().encode(), told
            ):
                return
        raise InvalidSignature("not from the office")

    def handshake(self, query: Mapping[str, str]) -> str:
        """Refuse: the office asks for none."""
        raise InvalidSignature("no handshake")

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return each telegram in the lane of who sent it."""
        telegrams = body.get("telegrams")
        found = telegrams if isinstance(telegrams, list) else [body]
        return [Item(lane=f"telegraph:{_word(t, 'from')}", raw={"telegram": t}) for t in found]

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return a telegram as a message, anything else as unknown."""
        telegram = raw.get("telegram")
        account = AccountRef(self.name, _word(telegram, "office"))
        number, sender = _word(telegram, "number"), _word(telegram, "from")
        if not (number and sender):
            return UnknownEvent(key=f"raw:{telegram!r}", account=account, kind="telegram")
        return MessageReceived(
            key=f"m:{number}",
            account=account,
            contact=Contact(aliases=(Alias(AliasKind.ID, sender),), name=sender),
            message_id=number,
            content=Content(text=_word(telegram, "text")),
            occurred_at=received_at,
        )

    def profile_of(self, *, account: Account, contact: Contact) -> Profile:
        """Return nothing: telegrams are signed."""
        del account, contact
        return Profile()

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return each paragraph: a telegram has one."""
        del contact
        return [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]

    def send(self, sending: Sending) -> Accepted:
        """Send a text, the only thing that goes over a wire."""
        to = sending.contact.address(AliasKind.ID)
        if to is None or not sending.text:
            raise Refused("content_not_supported")
        self.wire.append(f"{to}: {sending.text} STOP")
        return Accepted(id=f"t-{len(self.wire)}")

    def recall(self, *, account: Account, since: int) -> None:
        """Return None: a telegram is kept by nobody."""
        del account, since

    def seen(self, *, account: Account, contact: Contact, message_id: str) -> None:
        """Do nothing: nobody sees that a telegram was read."""
        del account, contact, message_id

    def locate(self, file: File, *, account: Account) -> Location:
        """Refuse: there are no files."""
        del file, account
        raise Refused("file_gone")


def create(*, secrets: Secrets, settings: Settings) -> Channel:
    """Return the channel."""
    del settings
    return Telegraph(secrets=secrets)


def _word(telegram: object, name: str) -> str:
    value = telegram.get(name) if isinstance(telegram, dict) else None
    return value if isinstance(value, str) else ""
