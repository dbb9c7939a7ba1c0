"""WhatsApp as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from chalicelib.channels.whatsapp import items
from chalicelib.domain.account import Account
from chalicelib.domain.contact import Contact
from chalicelib.domain.content import File, Location
from chalicelib.domain.envelope import Item
from chalicelib.domain.events import ChannelEvent
from chalicelib.domain.ports import Channel, Secrets
from chalicelib.domain.sending import Sending
from chalicelib.domain.window import HOUR, Window
from chalicelib.errors import Refused
from chalicelib.graph_api.channel import MetaChannel
from chalicelib.graph_api.error_codes import CONTENT
from chalicelib.settings import Settings


class WhatsApp(MetaChannel):
    """Keeps the contract of `ports.Channel`."""

    name: ClassVar[str] = "whatsapp"

    # https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    window = Window(response=24 * HOUR)

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

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return a text in portions; see `ports.Channel`."""
        del contact
        return [text]

    def send(self, sending: Sending) -> str:
        """
        Send a message and return its id; see `ports.Channel`.

        A file is uploaded first, where WhatsApp takes uploads of its type: that sends nothing yet.
        """
        from chalicelib.channels.whatsapp import sender  # as above, for HTTP

        account, to = sending.account, sender.address(sending.contact)
        graph, token = self._graph(), self._token(account)
        if sending.template is not None:
            raise Refused(CONTENT)
        if sending.file is None:
            message = sender.message(sending.contact, sending.text, sending.reference)
            return sender.sent(graph.send(account.node, message, token=token))
        form = sender.upload(sending.file)
        source = (
            {"link": sending.file.link}
            if form is None
            else {"id": graph.upload(account.node, form, token=token)}
        )
        message = sender.file_message(to, sending.file, source, sending.reference)
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
