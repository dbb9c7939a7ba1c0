"""Whose an event is, and what it is about: what decisions on channel events read from the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.domain.changes import ClaimKey, MessageKept, SentKey
from chalicelib.domain.contact import Contact
from chalicelib.domain.conversation import Conversation
from chalicelib.domain.events import MessageEchoed, MessageEdited, MessageReceived, Reacted
from chalicelib.domain.store import Found, Store

#: Who holds a conversation in which we only listen, where the platform does not say.
SOMEBODY: Final = "other"


def is_undone(event: MessageReceived | MessageEchoed | MessageEdited, found: Found) -> bool:
    """Return whether a message was taken back before an item that tells what it says came."""
    return ClaimKey.of_account(event.account, event.undone_by) in found.claims


def missed(store: Store, conversation: Conversation) -> list[MessageKept]:
    """Return what was said since another application holds a conversation, and no ticket shows."""
    since = conversation.standby_from
    said = store.said(conversation.id) if since else []
    return [kept for kept in said if kept.message.standby and kept.sequence >= since]


#: What tells of another message by the keys of the items that may have told of that.
About = MessageReceived | MessageEdited | Reacted


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Looks up conversations and what was said in them."""

    store: Store

    def conversation(self, found: Found, contact: Contact) -> Conversation | None:
        """Return the conversation of the most trusted name that is known."""
        ids = (found.aliases[alias] for alias in contact.aliases if alias in found.aliases)
        first = next(ids, None)
        return self.store.conversation(first) if first else None

    def subject(
        self, found: Found, conversation: Conversation, event: About, *, message_id: str
    ) -> MessageKept | None:
        """
        Return the message of a conversation that an event is about, None where it is not known.

        `message_id` is the platform's id of it, by which what we sent ourselves is known. What stands
        in another conversation is never returned.
        """
        account = event.account
        keys = [ClaimKey.of_account(account, key) for key in (event.about, *event.traces) if key]
        claims = [found.claims.get(key) for key in keys]
        sent = found.sent.get(SentKey(account, message_id)) if message_id else None
        for known in (*claims, sent):
            if known is not None and known.sequence and known.conversation_id == conversation.id:
                message = self.store.message(conversation.id, known.sequence)
                return MessageKept(conversation.id, known.sequence, message) if message else None
        return None
