"""Channels with an account each, and what they asked of the Graph API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef
from chalicelib.domain.contact import Alias, AliasKind, Contact
from chalicelib.domain.sending import Accepted, Sending
from chalicelib.errors import ScriptaError
from chalicelib.graph_api.channel import MetaChannel
from chalicelib.http_client import Response
from tests.channels import SETTINGS, meta_secrets
from tests.fakes.http import Asked, FakeHttp, answered
from tests.fakes.secrets import MemorySecrets

REFERENCE = "01JABC.4"
CHANNELS: dict[str, type[MetaChannel]] = {
    kind.name: kind for kind in (Messenger, Instagram, WhatsApp)
}
PEOPLE = {
    "messenger": Alias(AliasKind.PSID, "71"),
    "instagram": Alias(AliasKind.IGSID, "72"),
    "whatsapp": Alias(AliasKind.PHONE, "393331234567"),
}
SENT = answered({"id": "c_1", "message_id": "m_1", "messages": [{"id": "m_1"}]})
AT = f"{SETTINGS.graph_url}/{SETTINGS.graph_version}"


@dataclass(slots=True, kw_only=True)
class Speaker:
    """A channel that speaks for the account 55, with what Meta answers, by default that it sent."""

    name: str
    answers: tuple[Response | ScriptaError, ...] = (SENT,)
    options: dict[str, str] = field(default_factory=dict)
    people: tuple[Alias, ...] = ()
    http: FakeHttp = field(init=False)
    secrets: MemorySecrets = field(init=False)
    channel: Any = field(init=False)

    def __post_init__(self) -> None:
        """Give the account its token."""
        self.http = FakeHttp(*self.answers)
        self.secrets = meta_secrets()
        self.secrets.put(f"accounts/{self.name}/55", "access_tokens", "the-token")
        kind = CHANNELS[self.name]
        self.channel = kind(secrets=self.secrets, settings=SETTINGS, http=self.http)

    @property
    def account(self) -> Account:
        """Return the account."""
        return Account(ref=AccountRef(self.name, "55"), desk="local", options=self.options)

    @property
    def contact(self) -> Contact:
        """Return whom it writes to."""
        return Contact(aliases=self.people or (PEOPLE[self.name],))

    @property
    def asked(self) -> list[Asked]:
        """Return what Meta was asked."""
        return self.http.asked

    def send(self, **what: Any) -> str:
        """Send something and return the platform's id of it."""
        return self.accepted(**what).id

    def accepted(self, **what: Any) -> Accepted:
        """Send something and return what the platform calls it and its reader."""
        sending = Sending(account=self.account, contact=self.contact, reference=REFERENCE, **what)
        accepted = self.channel.send(sending)
        assert isinstance(accepted, Accepted)
        return accepted

    def see(self, message_id: str = "in_1") -> None:
        """Show that a message was read."""
        self.channel.seen(account=self.account, contact=self.contact, message_id=message_id)
