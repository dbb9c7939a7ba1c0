"""Messenger as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

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

if TYPE_CHECKING:
    from chalicelib.http_client import Form


class Messenger(MetaChannel):
    """Keeps the contract of `ports.Channel`."""

    name: ClassVar[str] = "messenger"

    # https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy
    window = Window(response=24 * HOUR, human_agent=7 * 24 * HOUR)

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return every item of a webhook; see `ports.Webhook`."""
        return items.split(body, channel=self.name)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return what an item means; see `ports.Channel`."""
        # What receives webhooks must not pay for a schema library that it never uses.
        from chalicelib.channels.messenger import parser

        return parser.parse(raw, channel=self.name, received_at=received_at)

    def name_of(self, *, account: Account, contact: Contact) -> str:
        """Return a customer's name; webhooks carry only an id."""
        fields = ("first_name", "last_name")
        person = contact.address(AliasKind.PSID)
        return " ".join(self._profile(person, account=account, fields=fields).values())

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return a text in portions; see `ports.Channel`."""
        del contact
        return [text]

    def send(self, sending: Sending) -> str:
        """Send a message and return its id; see `ports.Channel`."""
        from chalicelib.channels.messenger import sender  # as above, for HTTP

        account, contact, reference = sending.account, sending.contact, sending.reference
        if sending.template is not None:
            raise Refused(CONTENT)
        message: Mapping[str, Any] | Form = (
            sender.file_message(contact, sending.file, reference)
            if sending.file
            else sender.message(contact, sending.text, reference)
        )
        return sender.sent(self._graph().send(account.node, message, token=self._token(account)))

    def recall(self, *, account: Account, since: int) -> Iterator[Mapping[str, Any]]:
        """Yield what was said on an account since a time; see `ports.Channel`."""
        from chalicelib.graph_api.messaging.conversations import Conversations  # as above

        conversations = Conversations(
            graph=self._graph(),
            account=account,
            webhook_object="page",
            token=self._token(account),
            pause=self._pause,
        )
        return conversations.recall(since=since)


def create(*, secrets: Secrets, settings: Settings) -> Channel:
    """Return the channel."""
    return Messenger(secrets=secrets, settings=settings)
