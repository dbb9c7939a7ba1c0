"""The calls of Chatwoot's API that we need, and what its failures mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from chalicelib.desk_api.api import Api, meaning, said, said_by_the_api
from chalicelib.desk_api.contacts import found_or_made
from chalicelib.desk_api.uploads import with_files
from chalicelib.domain.content import Attachment
from chalicelib.errors import Gone, ScriptaError, TransientError
from chalicelib.helpdesks.chatwoot.payloads import Contact, Conversation, Inbox, Message
from chalicelib.http_client import Response, Transport

# https://github.com/chatwoot/chatwoot/blob/develop/app/finders/message_finder.rb
_PAGE: Final = 100  # messages after one
_MOST_PAGES: Final = 100  # of conversations: 2500 of them
_FLOODED: Final = "Too many messages"
_FLOOD_ENDS: Final = 60.0  # seconds
_CHECK_TIMEOUT: Final = 5.0

Fields = Mapping[str, Any]


class Client:
    """The API of one account, which is at `url`."""

    def __init__(
        self, *, url: str, credentials: Sequence[Mapping[str, str]], http: Transport
    ) -> None:
        self._api = Api(url=url, credentials=credentials, http=http, meaning=_of_a_ticket)
        self._all = Api(url=url, credentials=credentials, http=http, meaning=_of_the_account)

    def contact(self, body: Fields) -> int:
        """Return who has a contact's identifier, or else its number; made where nobody has."""
        return found_or_made(lambda: self._known(body), lambda: self._new_contact(body))

    def _known(self, body: Fields) -> int | None:
        # A search finds the contacts of whom something contains the text: 15 at most.
        for name in filter(None, (body["identifier"], body.get("phone_number"))):
            asked = {"q": name, "include_contact_inboxes": "false"}
            path, rows = "contacts/search", list[Contact]
            for found in self._all.read(path, rows, asked=asked, within="payload"):
                if name in (found.identifier, found.phone_number):
                    return found.id
        return None

    def _new_contact(self, body: Fields) -> int:
        return self._all.write("POST", "contacts", body, Contact, within="payload.contact").id

    def new_conversation(self, body: Fields, files: Sequence[Attachment]) -> Conversation:
        """Create a conversation together with its first message."""
        sent = with_files(body, files, field="message[attachments][]")
        return self._all.write("POST", "conversations", sent, Conversation)

    def conversation(self, ticket: int) -> Conversation:
        """Return a conversation; raise Gone where there is none."""
        return self._api.read(f"conversations/{ticket}", Conversation)

    def named(self, inbox: int, source: str) -> list[Conversation]:
        """Return the conversations of the contact that an inbox knows by a name."""
        asked = {"inbox_id": inbox, "status": "all", "source_id": source}
        return self._all.read(
            "conversations", list[Conversation], asked=asked, within="data.payload"
        )

    def newest_conversations(self, inbox: int) -> Iterator[Conversation]:
        """Yield the conversations of an inbox, the one where something happened last first."""
        return self._all.pages(
            "conversations",
            list[Conversation],
            asked={"inbox_id": inbox, "status": "all", "sort_by": "last_activity_at_desc"},
            within="data.payload",
            size=1,
            most=_MOST_PAGES,
        )

    def set_open(self, ticket: int) -> None:
        """Open a conversation."""
        body = {"status": "open"}
        self._api.prepare("POST", f"conversations/{ticket}/toggle_status", body, dict[str, Any])

    def label(self, ticket: int, labels: Sequence[str]) -> None:
        """Give a conversation these labels and no others."""
        body = {"labels": list(labels)}
        self._api.write("POST", f"conversations/{ticket}/labels", body, dict[str, Any])

    def new_message(self, ticket: int, body: Fields, files: Sequence[Attachment]) -> Message:
        """Add a message to a conversation; raise Gone where there is none."""
        sent = with_files(body, files, field="attachments[]")
        return self._api.write("POST", f"conversations/{ticket}/messages", sent, Message)

    def messages_after(self, ticket: int, message: int) -> Iterator[Message]:
        """Yield what was said in a conversation after a message, oldest first."""
        while True:
            path, asked = f"conversations/{ticket}/messages", {"after": message}
            page = self._api.read(path, list[Message], asked=asked, within="payload")
            yield from page
            if len(page) < _PAGE:
                return
            message = max(each.id for each in page)

    def newest_messages(self, ticket: int) -> Iterator[Message]:
        """Yield what was said in a conversation, newest first."""
        path, asked = f"conversations/{ticket}/messages", dict[str, int]()
        while page := self._api.read(path, list[Message], asked=asked, within="payload"):
            yield from reversed(page)
            asked = {"before": min(each.id for each in page)}

    def inbox(self, inbox: int) -> Inbox:
        """Return an inbox."""
        return self._all.read(f"inboxes/{inbox}", Inbox, timeout=_CHECK_TIMEOUT)


def _of_a_ticket(response: Response, wrote: bool) -> ScriptaError:
    if response.status == HTTPStatus.UNPROCESSABLE_ENTITY and _FLOODED in str(said(response)):
        return TransientError("too many messages in a minute", retry_after=_FLOOD_ENDS)
    return said_by_the_api(meaning(response, wrote), response, field="error")


def _of_the_account(response: Response, wrote: bool) -> ScriptaError:
    error = _of_a_ticket(response, wrote)
    if isinstance(error, Gone):
        # The desk's row can be corrected, and the messages wait for that.
        return TransientError("the desk's account or inbox is not there, or not open to its token")
    return error
