"""WhatsApp as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from chalicelib.channels.whatsapp import items
from chalicelib.domain.account import Account
from chalicelib.domain.contact import Contact
from chalicelib.domain.content import Attachment, File, Location
from chalicelib.domain.envelope import Item
from chalicelib.domain.events import ChannelEvent
from chalicelib.domain.ports import Channel, Secrets
from chalicelib.graph_api.channel import MetaChannel
from chalicelib.settings import Settings


class WhatsApp(MetaChannel):
    """Keeps the contract of `ports.Channel`."""

    name: ClassVar[str] = "whatsapp"

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return every item of a webhook; see `ports.Webhook`."""
        return items.split(body, channel=self.name)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return what an item means; see `ports.Channel`."""
        # What receives webhooks must not pay for a schema library that it never uses.
        from chalicelib.channels.whatsapp import parser

        return parser.parse(raw, channel=self.name, received_at=received_at)

    def name_of(self, *, account: Account, contact: Contact) -> str:
        """Return "": webhooks carry the name, and there is nobody to ask."""
        del account, contact
        return ""

    def send(self, *, account: Account, contact: Contact, text: str, reference: str) -> str:
        """Send a text and return its id; see `ports.Channel`."""
        from chalicelib.channels.whatsapp import sender  # as above, for HTTP

        message = sender.message(contact, text, reference)
        return sender.sent(self._graph().send(account.node, message, token=self._token(account)))

    def send_file(
        self, *, account: Account, contact: Contact, file: Attachment, reference: str
    ) -> str:
        """
        Send a file and return the message's id; see `ports.Channel`.

        It is uploaded first, where WhatsApp takes uploads of its type: that sends nothing yet.
        """
        from chalicelib.channels.whatsapp import sender  # as above, for HTTP

        to = sender.address(contact)
        graph, token = self._graph(), self._token(account)
        form = sender.upload(file)
        source = (
            {"link": file.link}
            if form is None
            else {"id": graph.upload(account.node, form, token=token)}
        )
        message = sender.file_message(to, file, source, reference)
        return sender.sent(graph.send(account.node, message, token=token))

    def locate(self, file: File, *, account: Account) -> Location:
        """
        Return where a customer's file is, which the platform tells anew each time.

        The address wants the token, and is only asked there. See `ports.Channel` for the rest.
        """
        if not file.id:
            located = super().locate(file, account=account)
            return self._location(located.url, token=self._token(account))
        token = self._token(account)
        return self._location(self._graph().media_url(file.id, token=token), token=token)

    def recall(self, *, account: Account, since: int) -> None:
        """Return None: WhatsApp tells nothing of the past; see `ports.Channel`."""
        del account, since


def create(*, secrets: Secrets, settings: Settings) -> Channel:
    """Return the channel."""
    return WhatsApp(secrets=secrets, settings=settings)
