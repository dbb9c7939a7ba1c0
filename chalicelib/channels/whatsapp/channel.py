"""WhatsApp as the pipeline sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

from chalicelib.channels.whatsapp import items
from chalicelib.domain.contact import Contact, Profile
from chalicelib.domain.envelope import Item
from chalicelib.domain.pace import Pace
from chalicelib.domain.setting import Setting
from chalicelib.domain.window import HOUR, Window
from chalicelib.graph_api.account_settings import ACCESS_TOKENS, APP_SECRETS, READ_MARKS
from chalicelib.graph_api.channel import MetaChannel

if TYPE_CHECKING:
    from chalicelib.domain.account import Account
    from chalicelib.domain.content import Attachment, File, Location
    from chalicelib.domain.events import ChannelEvent
    from chalicelib.domain.ports import Channel, Secrets
    from chalicelib.domain.sending import Accepted, Sending
    from chalicelib.domain.upkeep import Onboarding
    from chalicelib.graph_api.client import Graph
    from chalicelib.settings import Settings


#: In characters, and on the safe side of what these may be: see `portions.utf16_units`.
#: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages
LONGEST_TEXT: Final = 4096
#: The option of an account that names what is subscribed for it.
BUSINESS_ID: Final = "business_id"
SETTINGS: Final[Sequence[Setting]] = (
    ACCESS_TOKENS,
    APP_SECRETS,
    Setting(
        name=BUSINESS_ID,
        words="id of the WhatsApp business account that the number belongs to",
        required=True,
        pattern=r"[0-9]{5,20}",
    ),
    Setting(
        name="number",
        words="the number as customers see it, like +15550783881",
        pattern=r"\+[0-9]{6,15}",
    ),
    READ_MARKS,
)


class WhatsApp(MetaChannel):
    """Keeps the contract of `ports.Channel`."""

    name: ClassVar[str] = "whatsapp"

    # https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    window = Window(response=24 * HOUR)
    starts = True
    # https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
    pace = Pace(burst=45, interval=6.0)

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        """Return every item of a webhook; see `ports.Webhook`."""
        return items.split(body, channel=self.name)

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> ChannelEvent:
        """Return what an item means; see `ports.Channel`."""
        # What receives webhooks must not pay for a schema library that it never uses.
        from chalicelib.channels.whatsapp import parser

        return parser.parse(raw, channel=self.name, received_at=received_at)

    def profile_of(self, *, account: Account, contact: Contact) -> Profile:
        """Return nothing: webhooks carry the name, and there is nobody to ask."""
        del account, contact
        return Profile()

    def portions(self, text: str, *, contact: Contact) -> Sequence[str]:
        """Return a text in portions of 4096 characters; see `ports.Channel`."""
        from chalicelib.graph_api import portions  # as above: what receives webhooks cuts nothing

        del contact
        return portions.portions(text, most=LONGEST_TEXT, measure=portions.utf16_units)

    def send(self, sending: Sending) -> Accepted:
        """
        Send a message; see `ports.Channel`.

        A file is uploaded first, where WhatsApp takes uploads of its type: that sends nothing yet.
        """
        from chalicelib.channels.whatsapp import sender  # as above, for HTTP

        account = sending.account
        graph, token = self._graph(account), self._token(account)
        if sending.template is not None:
            message = sender.template_message(sending, sending.template)
        elif sending.file is not None:
            message = self._file_message(sending, sending.file, graph)
        else:
            message = sender.message(sending)
        return sender.sent(graph.send(account.node, message, token=token))

    def _file_message(self, sending: Sending, file: Attachment, graph: Graph) -> Mapping[str, Any]:
        from chalicelib.channels.whatsapp import sender  # as above, for HTTP

        account, to, form = sending.account, sender.address(sending.contact), sender.upload(file)
        source = (
            {"link": file.link}
            if form is None
            else {"id": graph.upload(account.node, form, token=self._token(account))}
        )
        return sender.file_message(to, file, source, sending)

    def _signs(self, contact: Contact, message_id: str) -> Sequence[Mapping[str, Any]]:
        from chalicelib.channels.whatsapp import sender  # as above, for HTTP

        del contact
        return [sender.read_mark(message_id)]

    def locate(self, file: File, *, account: Account) -> Location:
        """
        Return where a customer's file is, which the platform tells anew each time.

        The address wants the token, and is only asked there. See `ports.Channel` for the rest.
        """
        if not file.id:
            located = super().locate(file, account=account)
            return self._location(located.url, token=self._token(account))
        token = self._token(account)
        return self._location(self._graph(account).media_url(file.id, token=token), token=token)

    def recall(self, *, account: Account, since: int) -> None:
        """Return None: WhatsApp tells nothing of the past; see `ports.Channel`."""
        del account, since


def create(*, secrets: Secrets, settings: Settings) -> Channel:
    """Return the channel."""
    return WhatsApp(secrets=secrets, settings=settings)


def onboarding(*, secrets: Secrets, settings: Settings) -> Onboarding:
    """Return what asks how an account stands."""
    from chalicelib.channels.whatsapp.onboarding import WhatsAppOnboarding  # as above, for HTTP

    return WhatsAppOnboarding(WhatsApp(secrets=secrets, settings=settings).connection)
