"""Translates between our words and Chatwoot's: requests, webhooks, and what is ours in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.desk_api.events import agents_file, changed, ignored
from chalicelib.desk_api.items import fingerprint, key
from chalicelib.desk_api.values import storable
from chalicelib.domain.content import File, FileKind
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten, TicketChanged
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.helpdesks.chatwoot import markup
from chalicelib.helpdesks.chatwoot.payloads import REFERENCE, Conversation, Message, Notice, Sent
from chalicelib.helpdesks.chatwoot.webhook import CREATED, STATUS, UPDATED, is_reply

_OURS: Final = "scripta:"  # what every name that we give begins with
_OUTGOING: Final = 1
_LONGEST_CONTENT: Final = 150_000  # characters
_RETRIED_FOR: Final = 86400 * 1000  # ms

# https://github.com/chatwoot/chatwoot/blob/develop/app/models/contact.rb
_PHONE: Final = re.compile(r"\+[1-9][0-9]{1,14}")

_STATUS: Final = {
    **dict.fromkeys(("open", "pending", "snoozed"), TicketStatus.OPEN),
    "resolved": TicketStatus.CLOSED,
}
_KINDS: Final = {
    "image": FileKind.IMAGE,
    "audio": FileKind.AUDIO,
    "video": FileKind.VIDEO,
    "file": FileKind.DOCUMENT,
}


def source(name: str) -> str:
    """Return what Chatwoot knows by one of our names: a person, a conversation or a message."""
    return _OURS + name


def is_ours(source_id: str | None) -> bool:
    """Tell whether we gave this name."""
    return (source_id or "").startswith(_OURS)


def new_contact(customer: Customer) -> dict[str, Any]:
    """Return the request that creates a contact; it has no address that Chatwoot would mail to."""
    body: dict[str, Any] = {
        "identifier": source(customer.id),
        "name": storable(customer.name)[:255],
        "phone_number": customer.phone if _PHONE.fullmatch(customer.phone) else "",
        "custom_attributes": {"scripta_handle": customer.handle} if customer.handle else {},
    }
    return {name: value for name, value in body.items() if value}


def new_conversation(opening: Opening, *, contact: int, inbox: int) -> dict[str, Any]:
    """
    Return the request that creates a conversation with its first message.

    The inbox knows the contact by a name of its own for each conversation, the reference, so that
    the conversation is found by that.
    """
    attributes = {
        REFERENCE: opening.reference,
        "scripta_channel": opening.channel,
        "scripta_account": opening.account,
        "scripta_follows": opening.follows,
    }
    return {
        "source_id": source(opening.reference),
        "inbox_id": inbox,
        "contact_id": contact,
        "status": "open",
        "custom_attributes": {name: value for name, value in attributes.items() if value},
        "message": new_message(opening.entry),
    }


def new_message(entry: Entry) -> dict[str, Any]:
    """Return the request that adds an entry: as the contact's own words, as ours, or as a note."""
    text = storable(entry.text)
    body: dict[str, Any] = {"message_type": "incoming", "content": text}
    if entry.kind is not EntryKind.COMMENT:
        body = {"message_type": "outgoing", "content": markup.verbatim(text)}
    if entry.kind is EntryKind.NOTE:
        body["private"] = True
    body["content"] = body["content"][:_LONGEST_CONTENT]
    return body | {"source_id": source(entry.key)}


def event(raw: Mapping[str, Any], *, desk: str, inbox: str, received_at: int) -> DeskEvent:
    """
    Return what a webhook means; `received_at` (ms since the epoch) stands in for a missing time.

    What was said in another inbox than ours, if that is known, or by us, is ignored, and so is what
    Chatwoot says by itself.
    """
    notice = Notice.model_validate(dict(raw))
    found: DeskEvent | None = None
    kind = notice.event if notice.event in (CREATED, UPDATED, STATUS) else "unknown"
    if inbox and (notice.inbox or notice.inbox_id or inbox) != inbox:
        kind = "other_inbox"
    elif is_reply(raw):
        kind = _unsaid(notice, received_at=received_at)
        found = None if kind else _reply(notice, raw, desk=desk, received_at=received_at)
    elif notice.event == STATUS:
        found = _change(notice, raw, desk=desk, received_at=received_at)
    return found or ignored(raw, kind, desk=desk)


def _unsaid(notice: Notice, *, received_at: int) -> str:
    """Return why words to the customer are not for us to send; empty where they are."""
    if is_ours(notice.source_id):
        return "echo"
    if notice.deleted:
        return "deleted"
    # An agent who tries a failed message again changes it; what is older changes for other reasons.
    is_old = received_at - (notice.created_at or received_at) > _RETRIED_FOR
    return notice.event if notice.event == UPDATED and is_old else ""


def _reply(notice: Notice, raw: Mapping[str, Any], *, desk: str, received_at: int) -> ReplyWritten:
    return ReplyWritten(
        key=key(desk, "reply", notice.id or fingerprint(raw)),
        ticket_id=notice.ticket,
        comment_id=notice.id,
        conversation_id=notice.reference,
        text=markup.read(notice.content),
        agent=notice.agent,
        occurred_at=notice.created_at or received_at,
        files=tuple(map(_file, notice.attachments)),
        foreign=bool(notice.ticket) and not notice.reference,
        quotes=notice.quoted.removeprefix(_OURS) if is_ours(notice.quoted) else "",
    )


def _file(sent: Sent) -> File:
    file = agents_file(url=sent.data_url, size=sent.file_size)
    return replace(file, kind=_KINDS.get(sent.file_type, file.kind))


def _change(
    notice: Notice, raw: Mapping[str, Any], *, desk: str, received_at: int
) -> TicketChanged | None:
    status = _STATUS.get(notice.status)
    if status is None or not notice.id:
        return None
    # A conversation can get the same status again, so the time is part of what happened.
    which = str(notice.updated_at) if notice.updated_at else fingerprint(raw)
    at = notice.updated_at or received_at
    return changed(notice.id, status, notice.status, which, desk=desk, at=at)


def is_reply_of_theirs(message: Message) -> bool:
    """Tell whether a message is for the customer and was not written by us."""
    outgoing = message.message_type == _OUTGOING and not message.private
    return outgoing and not is_ours(message.source_id)


def last_of_ours(messages: Iterable[Message]) -> int:
    """Return the newest message that we wrote; 0 where there is none."""
    return max((each.id for each in messages if is_ours(each.source_id)), default=0)


def recalled(message: Message, conversation: Conversation, *, inbox: int) -> dict[str, Any]:
    """Return the webhook that would have told of a message."""
    attributes = {REFERENCE: conversation.reference}
    return {
        **message.model_dump(),
        "event": CREATED,
        "inbox": {"id": inbox},
        "conversation": {"id": conversation.id, "custom_attributes": attributes},
    }
