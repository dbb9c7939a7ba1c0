"""The whole pipeline in memory: WhatsApp and django-helpdesk as they are, between ports in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from bench.metered import MeteredTable
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.account import Account, AccountRef, Desk
from chalicelib.helpdesks.django_helpdesk.helpdesk import DjangoHelpdesk
from chalicelib.storage.store import TableStore
from infra.local import credentials
from tests.channels import APP_SECRETS, SETTINGS, signature
from tests.fakes.deployment import DESK, WORKERS, Deployment
from tests.fakes.desk_api import DeskApi
from tests.fakes.secrets import MemorySecrets
from tests.fakes.table import MemoryTable
from tests.webhooks import Said, entry, webhook

CHANNEL: Final = "whatsapp"
_TOKEN: Final = "in-memory"  # noqa: S105 - opens nothing
_SOURCE: Final = f"channel:{CHANNEL}"


class _Silence:
    """The Log port; nobody listens."""

    def info(self, message: str, **keys: object) -> None:
        """Say nothing."""

    warning = info

    def alarm(self, message: str, **keys: object) -> None:
        """Stop: an alarm is none of what is measured."""
        raise RuntimeError(f"{message}: {keys}")


class Bridge(Deployment):
    """One account, one desk, and customers who write; the table's calls and units are counted."""

    def __init__(self) -> None:
        super().__init__(CHANNEL)
        self.counted = MeteredTable(MemoryTable())
        self.table: Any = self.counted
        self.store = TableStore(self.counted, clock=self.clock)
        self.log: Any = _Silence()
        self.desk_api = DeskApi(tokens=(_TOKEN,), clock=self.clock)
        secrets = MemorySecrets(
            {
                "meta": {"app_secrets": APP_SECRETS},
                f"desks/{DESK}": {"api_tokens": (_TOKEN,), "webhook_secrets": ("whsec_QUFB",)},
            }
        )
        desk = Desk(
            id=DESK, helpdesk="django_helpdesk", url="https://desk.test", options={"queue": "1"}
        )
        ref = AccountRef(CHANNEL, credentials.PHONE_NUMBER_ID)
        self.account = Account(ref=ref, desk=DESK)
        self.directory.accounts = {ref: self.account}
        self.directory.rows = {DESK: desk}
        self.channel: Any = WhatsApp(secrets=secrets, settings=SETTINGS)
        helpdesk: Any = DjangoHelpdesk(desk=desk, secrets=secrets, http=self.desk_api)
        self.adapters = {DESK: helpdesk}
        self.start()

    def hear(self, said: Sequence[Said]) -> None:
        """Receive a signed webhook in which customers say something."""
        body = webhook(CHANNEL, entry(CHANNEL, said))
        for message in body["entry"][0]["changes"][0]["value"]["messages"]:
            message["timestamp"] = str(self.clock() // 1000)
        raw = json.dumps(body, separators=(",", ":")).encode()
        headers = {"x-hub-signature-256": signature(raw, APP_SECRETS[0])}
        self.receiver.receive(self.channel, source=_SOURCE, body=raw, headers=headers)

    def work(self) -> None:
        """Do everything that there is to do, batch by batch."""
        while sum(self.pump(name) for name in WORKERS):
            pass

    def entries(self) -> int:
        """Return how many entries stand in the helpdesk's tickets."""
        return sum(len(ticket.entries) for ticket in self.desk_api.tickets.values())


def said(customer: int, number: int, text: str = "Where is my parcel?") -> Said:
    """Return what a customer says for the `number`th time."""
    phone = str(15_550_000_000 + customer)
    return Said(credentials.PHONE_NUMBER_ID, phone, f"wamid.{customer}.{number}", text)
