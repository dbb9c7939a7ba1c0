"""The helpdesk port for Chatwoot, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from chalicelib.desk_api.adapter import Adapter, behind, number, number_or_zero
from chalicelib.desk_api.settings import NUMBER, api_token, webhook_secret
from chalicelib.domain.account import Desk
from chalicelib.domain.content import File, Location
from chalicelib.domain.desk_events import DeskEvent
from chalicelib.domain.pace import Pace
from chalicelib.domain.ports import Secrets
from chalicelib.domain.setting import Setting
from chalicelib.domain.ticket import Authenticity, Entry, EntryKind, Opening, Promise, Ticket
from chalicelib.errors import AmbiguousError, Refused, ScriptaError
from chalicelib.helpdesks.chatwoot import webhook

if TYPE_CHECKING:
    from chalicelib.helpdesks.chatwoot.client import Client
    from chalicelib.helpdesks.chatwoot.payloads import Conversation

_API_INBOX: Final = "Channel::Api"

SETTINGS: Final[Sequence[Setting]] = (
    Setting(name="account", words="number of the account", required=True, pattern=NUMBER),
    Setting(name="inbox", words="number of the API inbox", required=True, pattern=NUMBER),
    Setting(
        name="file_hosts",
        words="hosts of the storage that Chatwoot keeps files in, if it is not its own disk",
        pattern=r"\.?[A-Za-z0-9.-]+(,\s?\.?[A-Za-z0-9.-]+)*",
    ),
    Setting(
        name="labels",
        words="whether a new conversation gets the channel's name as a label",
        choices=("on", "off"),
    ),
    api_token("access token of the bridge's own user", pattern=r"[A-Za-z0-9_-]{10,200}"),
    webhook_secret("secret that Chatwoot shows beside the webhook", pattern=r"[!-~]{16,200}"),
)


class Chatwoot(Adapter):
    """One inbox of one account: the options `inbox` and `account`."""

    webhooks = webhook
    promise = Promise(
        # A look asks the database that was written to; a write that was cut off may still go on.
        lookup_lag=2.0,
        authenticity=Authenticity.SIGNED,
        names_authors=True,
        # 200 messages in a minute are let into a conversation, and agents' are among them.
        pace=Pace(burst=60, interval=1.0),
    )

    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> DeskEvent:
        """Return what a webhook means; raise nothing for an odd one."""
        # pydantic: receive loads this module and parses nothing.
        from chalicelib.helpdesks.chatwoot import mapper

        inbox = self._option("inbox")
        return mapper.event(raw, desk=self._desk.id, inbox=inbox, received_at=received_at)

    def create(self, opening: Opening) -> Ticket:
        """
        Create a conversation, with its first message in the same call, and return it.

        Its contact is looked for first, and created where nobody has the customer's name or number.
        """
        from chalicelib.helpdesks.chatwoot import mapper

        client, inbox = self._client(), self._number("inbox")
        contact = client.contact(mapper.new_contact(opening.customer))
        body = mapper.new_conversation(opening, contact=contact, inbox=inbox)
        made = client.new_conversation(body, opening.entry.files)
        # The conversation stands: that it has no label is no reason to doubt or repeat it.
        missing = self._label(client, made.id, opening.channel)
        try:
            return replace(self._ticket(client, made), missing=missing)
        except ScriptaError as exc:
            raise AmbiguousError("written, but the first message is not known") from exc

    def append(self, ticket_id: str, entry: Entry) -> str:
        """
        Add a message to a conversation and return its id.

        A customer's message opens the conversation; for any other we do, before it is written, if
        the conversation is resolved.
        """
        from chalicelib.helpdesks.chatwoot import mapper

        client, ticket = self._client(), number(ticket_id)
        if entry.kind is not EntryKind.COMMENT and client.conversation(ticket).status == "resolved":
            client.set_open(ticket)
        return str(client.new_message(ticket, mapper.new_message(entry), entry.files).id)

    def find(self, reference: str) -> Ticket | None:
        """Return the conversation that was created under our reference, if there is one."""
        from chalicelib.helpdesks.chatwoot import mapper

        client = self._client()
        for found in client.named(self._number("inbox"), mapper.source(reference)):
            if found.reference == reference:
                return self._ticket(client, found)
        return None

    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        """Return the id of the message that has the entry's key, if it stands behind `after`."""
        from chalicelib.helpdesks.chatwoot import mapper

        name, known = mapper.source(entry.key), number_or_zero(after)
        messages = self._client().messages_after(number(ticket_id), known)
        return behind(known, messages, lambda message: message.source_id == name)

    def locate(self, file: File) -> Location:
        """
        Return the address that Chatwoot told, if it is the desk's own; else raise Refused.

        Its links are signed, so that no credential goes along; they lead on to the storage, which
        may be one of the option `file_hosts`.
        """
        return self._location(file, also=self._listed("file_hosts"), is_open=True)

    def recall(self, *, since: int) -> Iterator[Mapping[str, Any]]:
        """
        Yield agents' public replies since a time: of each conversation the newest first.

        See `ports.Helpdesk`. Looks at the 2500 conversations where something happened last.
        """
        from chalicelib.helpdesks.chatwoot import mapper

        client, inbox = self._client(), self._number("inbox")
        for conversation in client.newest_conversations(inbox):
            if (conversation.last_activity_at + 1) * 1000 < since:
                return
            for message in client.newest_messages(conversation.id):
                if message.created_at * 1000 < since:
                    break
                if mapper.is_reply_of_theirs(message):
                    yield mapper.recalled(message, conversation, inbox=inbox)

    def check(self) -> None:
        """Return if the desk answers, takes our token, and the inbox is one for an API."""
        inbox = self._client().inbox(self._number("inbox"))
        if inbox.channel_type != _API_INBOX:
            raise Refused("desk_refused", f"inbox {inbox.id} is not of the type API")

    def _label(self, client: Client, conversation: int, label: str) -> str:
        """Return what is missing then: the labels, if an operator wants them and Chatwoot refuses."""
        if self._option("labels") != "on":
            return ""
        try:
            client.label(conversation, [label])
        except ScriptaError:
            return "labels"
        return ""

    def _ticket(self, client: Client, found: Conversation) -> Ticket:
        from chalicelib.helpdesks.chatwoot import mapper

        # Only the newest message comes along, which may be a greeting or an agent's.
        last = mapper.last_of_ours(found.messages)
        last = last or mapper.last_of_ours(client.messages_after(found.id, 0))
        return Ticket(
            id=str(found.id),
            url=f"{self._url}/app/accounts/{self._number('account')}/conversations/{found.id}",
            last_entry=str(last or ""),
            requester=str(found.requester),
        )

    def _client(self) -> Client:
        from chalicelib.helpdesks.chatwoot.client import Client

        account = f"{self._url}/api/v1/accounts/{self._number('account')}"
        return Client(url=account, credentials=self._credentials(), http=self._transport())

    def _credential(self, token: str) -> Mapping[str, str]:
        return {"api_access_token": token}


def create(*, desk: Desk, secrets: Secrets) -> Chatwoot:
    """Return the helpdesk of a desk."""
    return Chatwoot(desk=desk, secrets=secrets)
