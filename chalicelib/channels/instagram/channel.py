"""Instagram as the pipeline sees it."""

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
    from chalicelib.settings import Settings

#: In bytes of UTF-8.
#: https://developers.facebook.com/documentation/business-messaging/instagram-messaging
LONGEST_TEXT: Final = 1000
#: The option of an account that was connected with Instagram's own login, and its value for that.
LOGIN, OWN_LOGIN = "login", "instagram"
SETTINGS: Final[Sequence[Setting]] = (
    ACCESS_TOKENS,
    APP_SECRETS,
    Setting(
        name=LOGIN,
        words="'instagram' where the account was connected with Instagram's own login",
        choices=(OWN_LOGIN,),
    ),
    Setting(
        name="graph_id",
        words="with Facebook's login, id of the page that sends",
        pattern=r"[0-9]{5,20}",
        of_row=True,
    ),
    COMMENTS,
    HUMAN_AGENT,
    READ_MARKS,
    TAKE_CONTROL,
)


class Instagram(MessagingChannel):
    """Keeps the contract of `ports.Channel`."""

    name: ClassVar[str] = "instagram"
    person: ClassVar[AliasKind] = AliasKind.IGSID
    names: ClassVar[tuple[str, ...]] = ("name", "username")
    answers: ClassVar[str] = "replies"

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return every item of a webhook; see `ports.Webhook`."""
        return items.split(body, channel=self.name)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return what an item means; see `ports.Channel`."""
        # What receives webhooks must not pay for a schema library that it never uses.
        from chalicelib.channels.instagram import parser

        return parser.parse(raw, channel=self.name, received_at=received_at)

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return a text in portions of 1000 bytes; see `ports.Channel`."""
        from chalicelib.graph_api import portions  # as above: what receives webhooks cuts nothing

        del contact
        return portions.portions(text, most=LONGEST_TEXT, measure=portions.utf8_bytes)

    def _called(self, names: Sequence[str]) -> str:
        """Return the name, else the user name."""
        return next(iter(names), "")

    def _message(self, sending: Sending) -> Mapping[str, Any]:
        from chalicelib.channels.instagram import sender  # as above, for HTTP

        if sending.file is not None:
            return sender.file_message(sending, sending.file)
        return sender.message(sending)

    def _graph_url(self, account: Account) -> str:
        """Return where the Graph API answers: for accounts with Instagram's own login elsewhere."""
        if account.options.get(LOGIN) == OWN_LOGIN:
            return self._settings.instagram_url
        return super()._graph_url(account)

    def recall(self, *, account: Account, since: int) -> Iterator[Mapping[str, Any]]:
        """Yield what was said on an account since a time; see `ports.Channel`."""
        from chalicelib.graph_api.messaging.conversations import Conversations  # as above

        conversations = Conversations(
            graph=self._graph(account),
            account=account,
            webhook_object="instagram",
            token=self._token(account),
            pause=self._pause,
        )
        return conversations.recall(since=since)


def create(*, secrets: Secrets, settings: Settings) -> Channel:
    """Return the channel."""
    return Instagram(secrets=secrets, settings=settings)


def onboarding(*, secrets: Secrets, settings: Settings) -> Onboarding:
    """Return what asks how an account stands."""
    from chalicelib.channels.instagram.onboarding import InstagramOnboarding  # as above, for HTTP

    return InstagramOnboarding(Instagram(secrets=secrets, settings=settings).connection)
