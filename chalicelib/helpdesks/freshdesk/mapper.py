"""What Freshdesk's webhooks and conversations mean in our words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from chalicelib.desk_api import items
from chalicelib.desk_api.events import agents_file, changed
from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.lines import words
from chalicelib.desk_api.own_words import own_words
from chalicelib.domain.content import File
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import ReplyWritten, TicketChanged
from chalicelib.helpdesks.freshdesk import webhook
from chalicelib.helpdesks.freshdesk.payloads import Conversation, Notice, Stored, TicketRow

OPEN: Final = 2
_CLOSED: Final = frozenset({4, 5})  # resolved, closed; what a desk adds itself is open
_WORDS: Final = frozenset({0, 2, None})  # sources: a reply, a note, and where none is told
_MS: Final = 1000


def told(raw: Mapping[str, Any]) -> Notice:
    """Return what a webhook tells; one out of Freshdesk's own form is of a reply."""
    if webhook.SIMPLE in raw:
        raw = {**items.fields(raw[webhook.SIMPLE]), "event": webhook.REPLY}
    return Notice.model_validate(dict(raw))


def is_named(ticket: TicketRow, said: Iterable[Conversation], about: Notice) -> bool:
    """Tell whether a webhook names something of what was said in a ticket."""
    names = {str(each.id) for each in said}
    return about.ticket_id == str(ticket.id) and about.conversation_id in names


def is_agents(conversation: Conversation, ticket: TicketRow, *, agent: int) -> bool:
    """Tell whether an agent surely wrote it for the customer: public, theirs, and not ours."""
    return (
        not conversation.private
        and not conversation.incoming
        and conversation.source in _WORDS
        and conversation.user_id not in (None, agent, ticket.requester_id)
    )


def meant(
    said: Iterable[Conversation], ticket: TicketRow, about: Notice, *, agent: int, at: int
) -> Conversation | None:
    """
    Return which of an agent's replies a webhook was sent for; None where it was sent for none.

    `said` is all that was written in the ticket, oldest first. A webhook names what it was sent for
    by its words, if at all: of what says the same, or is files alone as it is, that is the newest that
    was there when it came, `at` (ms since the epoch). Without any, it is an agent's newest reply.
    """
    known = [each for each in said if not each.private]
    if about.conversation_id:
        same = [each for each in known if str(each.id) == about.conversation_id]
    else:
        theirs = [each for each in known if is_agents(each, ticket, agent=agent)]
        same = [each for each in known if _is_in(each, about.comment)]
        if not same and _is_of_files(about.comment):
            same = [each for each in theirs if not words(text_of(each.body))]
        same = same or theirs
    earlier = [each for each in same if each.created_at.timestamp() * _MS <= at]
    found = next(reversed(earlier or same), None)
    return found if found and is_agents(found, ticket, agent=agent) else None


def reply(
    conversation: Conversation, ticket: TicketRow, about: Notice, *, desk: str, reference: str
) -> ReplyWritten:
    """Return an agent's reply; the webhook's comment has its writer's name before the words."""
    before, colon, _ = text_of(about.comment).partition(" :")
    return ReplyWritten(
        key=items.key(desk, "reply", str(conversation.id)),
        ticket_id=str(ticket.id),
        comment_id=str(conversation.id),
        conversation_id=reference,
        text=own_words(text_of(conversation.body)),
        agent=before.strip() if colon else str(conversation.user_id or ""),
        occurred_at=round(conversation.created_at.timestamp() * _MS),
        files=tuple(map(_file, conversation.attachments)),
        foreign=not reference,
    )


def _is_in(conversation: Conversation, comment: str) -> bool:
    """Tell whether a webhook's comment, a page or its text, ends with what was written."""
    said = {words(text_of(comment)), words(comment)}
    text = text_of(conversation.body)
    written = {words(text), words(own_words(text))} - {""}
    return any(whole.endswith(each) for whole in said for each in written)


def _is_of_files(comment: str) -> bool:
    """Tell whether a webhook's comment has its writer's name and no words behind that."""
    _, colon, said = text_of(comment).partition(" :")
    return bool(colon) and not words(said)


def _file(stored: Stored) -> File:
    url, mime = stored.attachment_url, stored.content_type
    return agents_file(url=url, name=stored.name, mime=mime, number=str(stored.id))


def change(ticket: TicketRow, *, desk: str) -> TicketChanged:
    """Return how a ticket stands."""
    status = TicketStatus.CLOSED if ticket.status in _CLOSED else TicketStatus.OPEN
    if ticket.is_removed:
        status = TicketStatus.GONE
    at = round(ticket.updated_at.timestamp() * _MS)
    return changed(str(ticket.id), status, status, str(at), desk=desk, at=at)


def recalled(conversation: Conversation, ticket: TicketRow) -> dict[str, Any]:
    """Return the webhook that would have told of a reply, and names it."""
    return {
        "event": webhook.REPLY,
        "ticket_id": str(ticket.id),
        "conversation_id": str(conversation.id),
    }
