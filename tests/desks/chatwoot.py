"""The bench of Chatwoot: the adapter before an account in memory that is held to the contract."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from chalicelib.domain.account import Desk
from chalicelib.domain.file_names import mime_of
from chalicelib.domain.ports import Helpdesk
from chalicelib.helpdesks.chatwoot.helpdesk import Chatwoot
from chalicelib.http_client import Upload
from tests.desks.bench import (
    DESK,
    TOKEN,
    Bench,
    Headers,
    SeenEntry,
    SeenFile,
    SeenTicket,
    Stage,
    Webhook,
)
from tests.desks.in_memory import InMemory
from tests.fakes.desks.chatwoot_api import INCOMING, OUTGOING, ChatwootApi, Conversation, Message

URL: Final = "https://chatwoot.test"
ACCOUNT, INBOX = 3, 7
ALICE: Final = {"id": 2, "name": "Alice", "type": "user"}

# https://github.com/ProseMirror/prosemirror-markdown/blob/master/src/to_markdown.ts
_ESCAPED: Final = re.compile(r"[`*\\~\[\]_]")


class ChatwootBench(InMemory):
    """See `Bench`; agents merge contacts here, never conversations, and close nothing for good."""

    merges = False
    removes = True
    closes_for_good = False

    def __init__(self, **said: Any) -> None:
        self.api = ChatwootApi(url=URL, account=ACCOUNT, inbox=INBOX, tokens=(TOKEN,), **said)
        options = {"account": str(ACCOUNT), "inbox": str(INBOX), "labels": "on"}
        desk = Desk(id=DESK, helpdesk="chatwoot", url=URL, options=options)
        super().__init__(self.api, desk=desk)
        self.helpdesk: Helpdesk = Chatwoot(desk=desk, secrets=self.secrets, http=self.mishaps)

    def ticket(self, ticket_id: str) -> SeenTicket:
        """See Bench."""
        found = self.api.conversations[int(ticket_id)]
        contact = self.api.contacts[found.contact]
        known = (*found.attributes.values(), *found.labels, *contact["custom_attributes"].values())
        return SeenTicket(
            id=str(found.id),
            subject=contact["name"],
            reference=found.attributes.get("scripta_reference", ""),
            requester=str(found.contact),
            is_open=found.status != "resolved",
            entries=[_seen(message) for message in found.messages],
            labels=frozenset(known) | {contact["phone_number"] or ""},
            follows=found.attributes.get("scripta_follows", ""),
        )

    def tickets(self) -> Sequence[SeenTicket]:
        """See Bench."""
        return [self.ticket(str(each)) for each in sorted(self.api.conversations)]

    def open(self, text: str) -> str:
        """See Bench."""
        contact = self.api._new_contact({"name": "Somebody"})
        made = self.api.open(contact["id"], source_id=f"of-{contact['id']}")
        self.api.add(made.id, kind=OUTGOING, content=text, sender=ALICE)
        self.api.told.clear()
        return str(made.id)

    def reply(
        self, ticket_id: str, text: str, *, files: Sequence[SeenFile] = ()
    ) -> Sequence[Webhook]:
        """See Bench; the editor marks what Markdown would take, and the ends of lines."""
        content = _ESCAPED.sub(r"\\\g<0>", text).replace("\n", "\\\n")
        uploads = [
            Upload("attachments[]", f.name, mime_of(f.name) or "application/pdf", f.content)
            for f in files
        ]
        said = {"kind": OUTGOING, "content": content, "sender": ALICE, "files": uploads}
        return self.of(lambda: self.api.add(int(ticket_id), **said))

    def note(self, ticket_id: str, text: str) -> Sequence[Webhook]:
        """See Bench."""
        said = {"kind": OUTGOING, "content": text, "sender": ALICE, "private": True}
        return self.of(lambda: self.api.add(int(ticket_id), **said))

    def close(self, ticket_id: str, *, for_good: bool = False) -> Sequence[Webhook]:
        """See Bench."""
        del for_good
        return self.of(lambda: self.api.set_status(int(ticket_id), "resolved"))

    def reopen(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench."""
        return self.of(lambda: self.api.set_status(int(ticket_id), "open"))

    def remove(self, ticket_id: str) -> Sequence[Webhook]:
        """See Bench; Chatwoot tells nobody."""
        return self.of(lambda: self.api.conversations.pop(int(ticket_id)))

    def merge(self, ticket_id: str, *, into: str) -> Sequence[Webhook]:
        """See Bench; there is no such thing."""
        raise NotImplementedError

    def sign(self, body: bytes, *, secret: str, at: datetime | None = None) -> dict[str, str]:
        """See Bench."""
        stamp = str(int((at or datetime.now(UTC)).timestamp()))
        covered = f"{stamp}.".encode() + body
        return {
            "x-chatwoot-timestamp": stamp,
            "x-chatwoot-signature": f"sha256={hmac.new(secret.encode(), covered, sha256).hexdigest()}",
        }

    def seen(self, ticket: Conversation, entry: Message) -> SeenEntry:
        """See InMemory."""
        del ticket
        return _seen(entry)

    def fetch(self, url: str, headers: Headers) -> bytes:
        """See Bench; a link that Chatwoot signed needs no header."""
        del headers
        return self.api.file(url)

    def webhook(self, **said: Any) -> Mapping[str, Any]:
        """See Bench."""
        names = {"comment_id": "id", "text": "content"}
        body: dict[str, Any] = {
            "event": "message_created",
            "message_type": "outgoing",
            "private": bool(said.pop("private", False)),
            "inbox": {"id": INBOX},
        }
        if "ticket_id" in said:
            attributes = {"scripta_reference": "c-9"}
            body["conversation"] = {"id": said.pop("ticket_id"), "custom_attributes": attributes}
        if "agent" in said:
            body["sender"] = {"name": said.pop("agent")}
        return body | {names.get(name, name): value for name, value in said.items()}


def _seen(message: Message) -> SeenEntry:
    return SeenEntry(
        id=str(message.id),
        text=message.content,
        is_public=not message.private,
        by_customer=message.kind == INCOMING,
        files=tuple(SeenFile(file.name, file.content) for file in message.files),
    )


@contextmanager
def open_bench() -> Iterator[Bench]:
    """Open a bench of its own account."""
    yield ChatwootBench()


def played(stage: Stage) -> ChatwootBench:
    """See Played."""
    return ChatwootBench(clock=stage.seconds, lag=1.9, strict=False, first=stage.first)
