"""Translates between our words and Zendesk's: tickets and comments to write, events out of webhooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from chalicelib.desk_api import items
from chalicelib.desk_api.adapter import number_or_zero
from chalicelib.desk_api.contacts import contact
from chalicelib.desk_api.events import agents_file, changed, ignored
from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.lines import line
from chalicelib.desk_api.literal import literal
from chalicelib.desk_api.own_fields import own_fields
from chalicelib.desk_api.own_words import own_words
from chalicelib.domain.account import Desk
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten, TicketChanged, TicketMerged
from chalicelib.domain.ticket import Customer, Entry, Opening
from chalicelib.helpdesks.zendesk import webhook
from chalicelib.helpdesks.zendesk.payloads import KEY, MERGED, Comment, Notice, TicketRow

_LONGEST_SUBJECT: Final = 150
_NOT_IN_A_TAG: Final = re.compile(r"[^a-z0-9_/-]+")
_PAGE: Final = re.compile(
    r"<(?:p|br|div|span|ul|ol|h[1-6]|blockquote|pre)\b[^<>]{0,500}>", re.IGNORECASE
)

_GONE: Final = ("soft_deleted", "permanently_deleted", "marked_as_spam")
_CHANGES: Final = ("merged", "status_changed", "undeleted", *_GONE)
_STATUSES: Final = {
    **dict.fromkeys(("new", "open", "pending", "hold"), TicketStatus.OPEN),
    **dict.fromkeys(("solved", "closed"), TicketStatus.CLOSED),
    "deleted": TicketStatus.GONE,
}


def person(customer: Customer) -> dict[str, str]:
    """Return the user that a customer is; the phone is left out where there is none."""
    return contact(customer, named="external_id") | {"role": "end-user"}


def new_ticket(opening: Opening, *, requester: int, fields: Mapping[str, str]) -> dict[str, Any]:
    """
    Return the ticket to create, without what stands in it.

    `fields` are the numbers of our ticket fields, by the options that name them.
    """
    channel = f"scripta_{opening.channel}"
    tags = ("scripta", channel, f"{channel}_{opening.account}")
    custom = own_fields(opening, fields)
    return {
        "subject": line(opening.subject, longest=_LONGEST_SUBJECT),
        "requester_id": requester,
        "external_id": f"{items.OURS}{opening.reference}",
        "tags": [_NOT_IN_A_TAG.sub("_", tag.lower()) for tag in tags],
        "custom_fields": [{"id": int(field), "value": value} for field, value in custom.items()],
    }


def update(entry: Entry, *, author: int, uploads: Sequence[str]) -> dict[str, Any]:
    """Return the update that adds an entry to a ticket, and tells its key."""
    comment = {
        "html_body": literal(entry.text),
        "public": entry.kind.is_public,
        "author_id": author,
    }
    files = {"uploads": uploads} if uploads else {}
    return {"comment": comment | files, "metadata": {KEY: entry.key}}


def event(
    raw: Mapping[str, Any], *, desk: Desk, is_staff: Callable[[int], bool], received_at: int
) -> DeskEvent:
    """
    Return what a webhook means; `received_at` (ms since the epoch) stands in for a missing time.

    Only what a member of the staff surely wrote for the customer is a reply. A webhook about a file
    says by a number alone who linked it, of which `is_staff` tells whether it is one of the staff's;
    what is no number is 0. Where agents see a ticket that another one went into is left empty.
    """
    notice = Notice.model_validate(dict(raw))
    kind, ticket = webhook.kind_of(raw), webhook.ticket_of(raw)
    at = notice.time or received_at
    found: DeskEvent | None = None
    why = kind if kind in _CHANGES else "unknown"
    if kind in (webhook.COMMENT, webhook.FILE):
        us, is_file = desk.option("agent"), kind == webhook.FILE
        why = _unlinked(notice, us, is_staff) if is_file else _unsaid(notice, us)
        found = None if why else _reply(notice, raw, ticket, is_file=is_file, desk=desk.id, at=at)
    elif kind == "merged" and ticket:
        found = TicketMerged(
            key=items.key(desk.id, kind, ticket, notice.into),
            ticket_id=ticket,
            into=notice.into,
            url="",
            occurred_at=at,
        )
    elif ticket and kind in _CHANGES:
        found = _change(notice, kind, ticket, desk=desk.id, at=at)
    return found or ignored(raw, why, desk=desk.id)


def _unsaid(notice: Notice, us: str) -> str:
    """Return why a comment is not for the customer, or not for us; empty where it is."""
    reasons = {
        "private": not notice.is_public,
        "own": bool(us) and notice.author == us,
        "not_staff": not notice.is_by_staff,
        "merged": MERGED in notice.tags,
        # A comment of files alone: each of them is told in a webhook of its own.
        "empty": not notice.body.strip(),
    }
    return next((why for why, is_so in reasons.items() if is_so), "")


def _unlinked(notice: Notice, us: str, is_staff: Callable[[int], bool]) -> str:
    """Return why a file is not; whether its actor is one of the staff is asked last."""
    if not notice.file_is_public:
        return "private"
    if not us or notice.actor in ("", us):
        return "own"
    return "" if is_staff(number_or_zero(notice.actor)) else "not_staff"


def _reply(
    notice: Notice, raw: Mapping[str, Any], ticket: str, *, is_file: bool, desk: str, at: int
) -> ReplyWritten:
    """Return a reply: of a comment's words, or of one file that was linked to it."""
    what, number = ("file", notice.file) if is_file else ("reply", notice.comment)
    file = agents_file(
        url=notice.file_url, name=notice.file_name, mime=notice.file_type, number=notice.file
    )
    reference = items.rest(notice.external_id, items.OURS)
    return ReplyWritten(
        key=items.key(desk, what, number or items.fingerprint(raw)),
        ticket_id=ticket,
        comment_id=notice.comment,
        conversation_id=reference,
        text="" if is_file else own_words(_text(notice.body)),
        agent="" if is_file else notice.name,
        files=(file,) if is_file else (),
        foreign=not reference and "external_id" in notice.model_fields_set,
        occurred_at=at,
    )


def _text(body: str) -> str:
    """Return a comment's text; one out of the rich editor may come as a page."""
    return text_of(body) if _PAGE.search(body) else body.replace("\r\n", "\n").strip()


def _change(notice: Notice, kind: str, ticket: str, *, desk: str, at: int) -> TicketChanged | None:
    told = {"status_changed": notice.current, "undeleted": notice.status}
    word = told.get(kind, kind).lower()
    status = TicketStatus.GONE if kind in _GONE else _STATUSES.get(word)
    # A ticket can get the same status again, so the time is part of what happened.
    return changed(ticket, status, word, str(at), desk=desk, at=at) if status else None


def recalled(ticket: TicketRow, comment: Comment, *, agent: str) -> Iterator[dict[str, Any]]:
    """Yield the webhooks that would have told of a comment by somebody of the staff, named `agent`."""
    detail = ticket.model_dump(include={"id", "external_id", "tags"})
    # Whoever asked for the ticket is left out: that an agent wrote is known here.
    about = {"time": comment.created_at, "detail": detail | {"actor_id": comment.author_id}}
    author = {"id": comment.author_id, "is_staff": True, "name": agent}
    said = comment.model_dump(include={"id", "body", "is_public"}) | {"author": author}
    yield about | {"type": f"{webhook.PREFIX}{webhook.COMMENT}", "event": {"comment": said}}
    for file in comment.attachments:
        attached = file.model_dump() | {"is_public": comment.is_public}
        linked = {"id": comment.id, "attachment": attached}
        yield about | {"type": f"{webhook.PREFIX}{webhook.FILE}", "event": {"comment": linked}}
