"""Messenger as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from chalicelib.domain.contact import AliasKind, Contact
from chalicelib.domain.envelope import Item
from chalicelib.domain.setting import Setting
from chalicelib.graph_api.account_settings import (
    ACCESS_TOKENS,
    APP_SECRETS,
    COMMENTS,
    HUMAN_AGENT,
    READ_MARKS,
    TAKE_CONTROL,
)
from chalicelib.graph_api.messaging import items
from chalicelib.graph_api.messaging.channel import MessagingChannel

if TYPE_CHECKING:
    from chalicelib.domain.account import Account
    from chalicelib.domain.events import ChannelEvent
    from chalicelib.domain.ports import Channel, Secrets
    from chalicelib.domain.sending import Sending
    from chalicelib.domain.upkeep import Onboarding
    from chalicelib.http_client import Form
    from chalicelib.settings import Settings


#: In characters, and on the safe side of what these may be: see `portions.utf16_units`.
#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
LONGEST_TEXT: Final = 2000
SETTINGS: Final[Sequence[Setting]] = (
    ACCESS_TOKENS,
    APP_SECRETS,
    COMMENTS,
    HUMAN_AGENT,
    READ_MARKS,
    TAKE_CONTROL,
)


class Messenger(MessagingChannel):
    """Keeps the contract of `ports.Channel`."""

    name: ClassVar[str] = "messenger"
    person: ClassVar[AliasKind] = AliasKind.PSID
    names: ClassVar[tuple[str, ...]] = ("first_name", "last_name")
    answers: ClassVar[str] = "comments"

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return every item of a webhook; see `ports.Webhook`."""
        return items.split(body, channel=self.name)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return what an item means; see `ports.Channel`."""
        # What receives webhooks must not pay for a schema library that it never uses.
        from chalicelib.channels.messenger import parser

        return parser.parse(raw, channel=self.name, received_at=received_at)

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return a text in portions of 2000 characters; see `ports.Channel`."""
        from chalicelib.graph_api import portions  # as above: what receives webhooks cuts nothing

        del contact
        return portions.portions(text, most=LONGEST_TEXT, measure=portions.utf16_units)

    def _called(self, names: Sequence[str]) -> str:
        """Return both names."""
        return " ".join(names)

    def _message(self, sending: Sending) -> Mapping[str, Any] | Form:
        from chalicelib.channels.messenger import sender  # as above, for HTTP

        if sending.file is not None:
            return sender.file_message(sending, sending.file)
        return sender.message(sending)

    def recall(self, *, account: Account, since: int) -> Iterator[Mapping[str, Any]]:
        """Yield what was said on an account since a time; see `ports.Channel`."""
        from chalicelib.graph_api.messaging.conversations import Conversations  # as above

        conversations = Conversations(
            graph=self._graph(account),
            account=account,
            webhook_object="page",
            token=self._token(account),
            pause=self._pause,
        )
        return conversations.recall(since=since)


def create(*, secrets: Secrets, settings: Settings) -> Channel:
    """Return the channel."""
    return Messenger(secrets=secrets, settings=settings)


def onboarding(*, secrets: Secrets, settings: Settings) -> Onboarding:
    """Return what asks how an account stands."""
    from chalicelib.channels.messenger.onboarding import DEMANDS  # as above, for HTTP
    from chalicelib.graph_api.onboarding import MetaOnboarding

    channel = Messenger(secrets=secrets, settings=settings)
    return MetaOnboarding(channel.connection, DEMANDS)
