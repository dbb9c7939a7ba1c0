"""Instagram as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from chalicelib.domain.account import Account
from chalicelib.domain.contact import AliasKind, Contact
from chalicelib.domain.envelope import Item
from chalicelib.domain.events import ChannelEvent
from chalicelib.domain.ports import Channel, Secrets
from chalicelib.domain.sending import Sending
from chalicelib.domain.window import HOUR, Window
from chalicelib.errors import Refused
from chalicelib.graph_api.channel import MetaChannel
from chalicelib.graph_api.error_codes import CONTENT
from chalicelib.graph_api.messaging import items
from chalicelib.settings import Settings


class Instagram(MetaChannel):
    """Keeps the contract of `ports.Channel`."""

    name: ClassVar[str] = "instagram"

    # https://developers.facebook.com/documentation/business-messaging/instagram-messaging
    window = Window(response=24 * HOUR, human_agent=7 * 24 * HOUR)

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return every item of a webhook; see `ports.Webhook`."""
        return items.split(body, channel=self.name)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return what an item means; see `ports.Channel`."""
        # What receives webhooks must not pay for a schema library that it never uses.
        from chalicelib.channels.instagram import parser

        return parser.parse(raw, channel=self.name, received_at=received_at)

    def name_of(self, *, account: Account, contact: Contact) -> str:
        """Return a customer's name, else the user name; webhooks carry only an id."""
        person = contact.address(AliasKind.IGSID)
        told = self._profile(person, account=account, fields=("name", "username"))
        return next(iter(told.values()), "")

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return a text in portions; see `ports.Channel`."""
        del contact
        return [text]

    def send(self, sending: Sending) -> str:
        """Send a message and return its id; Instagram would not give the reference back."""
        from chalicelib.channels.instagram import sender  # as above, for HTTP

        account = sending.account
        if sending.template is not None:
            raise Refused(CONTENT)
        message = (
            sender.file_message(sending.contact, sending.file)
            if sending.file
            else sender.message(sending.contact, sending.text)
        )
        return sender.sent(self._graph().send(account.node, message, token=self._token(account)))

    def recall(self, *, account: Account, since: int) -> Iterator[Mapping[str, Any]]:
        """Yield what was said on an account since a time; see `ports.Channel`."""
        from chalicelib.graph_api.messaging.conversations import Conversations  # as above

        conversations = Conversations(
            graph=self._graph(),
            account=account,
            webhook_object="instagram",
            token=self._token(account),
            pause=self._pause,
        )
        return conversations.recall(since=since)


def create(*, secrets: Secrets, settings: Settings) -> Channel:
    """Return the channel."""
    return Instagram(secrets=secrets, settings=settings)
