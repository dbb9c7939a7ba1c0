"""What Zendesk's events mean in our words, and the events that would have told of a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.desk_api import items
from chalicelib.desk_api.events import agents_file, changed, ignored
from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.own_words import own_words
from chalicelib.domain.content import File
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten, TicketChanged, TicketMerged
from chalicelib.helpdesks.zendesk import webhook
from chalicelib.helpdesks.zendesk.payloads import Attached, Comment, Notice, TicketRow

OURS: Final = "scripta:"  #: begins every external id that we give
CLOSED: Final = "closed"
MERGED: Final = "closed_by_merge"  #: the tag that Zendesk puts on a ticket that went into another

_PAGE: Final = re.compile(
    r"<(?:p|br|div|span|ul|ol|h[1-6]|blockquote|pre)\b[^<>]{0,500}>", re.IGNORECASE
)
_STATUSES: Final = {
    **dict.fromkeys(("new", "open", "pending", "hold"), TicketStatus.OPEN),
    **dict.fromkeys(("solved", CLOSED), TicketStatus.CLOSED),
    "deleted": TicketStatus.GONE,
}
_GONE: Final = frozenset({"soft_deleted", "permanently_deleted", "marked_as_spam"})
_TOLD: Final = frozenset({"status_changed", "undeleted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which desk it is: its id, its address without a slash at the end, and who we are there."""

    desk: str
    url: str
    agent: str

    def ticket_url(self, ticket_id: str) -> str:
        """Return where agents see a ticket."""
        return f"{self.url}/agent/tickets/{ticket_id}"


def event(raw: Mapping[str, Any], *, place: Place, received_at: int) -> DeskEvent:
    """
    Return what a webhook means; `received_at` (ms since the epoch) stands in for a missing time.

    Only what a member of the staff surely wrote for the customer is a reply.
    """
    notice = Notice.model_validate(dict(raw))
    kind = webhook.kind_of(notice.type)
    at = notice.time or received_at
    ticket = notice.detail.id or notice.subject.removeprefix("zen:ticket:")
    if kind in (webhook.COMMENT, webhook.FILE):
        why = _unsaid(notice, place) if kind == webhook.COMMENT else _unlinked(notice, place)
        if why:
            return ignored(raw, why, desk=place.desk)
        return _reply(notice, raw, ticket, is_file=kind == webhook.FILE, desk=place.desk, at=at)
    if kind == "merged" and ticket:
        into = notice.event.target_ticket_id
        return TicketMerged(
            key=items.key(place.desk, "merged", ticket, into),
            ticket_id=ticket,
            into=into,
            url=place.ticket_url(into) if into else "",
            occurred_at=at,
        )
    change = _change(notice, kind, ticket, at, desk=place.desk)
    return change or ignored(
        raw, kind if kind in _GONE | _TOLD | {"merged"} else "unknown", desk=place.desk
    )


def _unsaid(notice: Notice, place: Place) -> str:
    """Return why a comment is not for the customer, or not for us; empty where it is."""
    comment = notice.event.comment
    reasons = {
        "private": not comment.is_public,
        "own": bool(place.agent) and comment.author.id == place.agent,
        "not_staff": not comment.author.is_staff,
        "merged": MERGED in notice.detail.tags,
        # A comment of files alone: each of them is told in a webhook of its own.
        "empty": not comment.body.strip(),
    }
    return next((why for why, is_so in reasons.items() if is_so), "")


def _unlinked(notice: Notice, place: Place) -> str:
    """Return why a file is not, unless whoever linked it is not of the staff: that has to be asked."""
    if not notice.event.comment.attachment.is_public:
        return "private"
    is_ours = not place.agent or notice.detail.actor_id in ("", place.agent)
    return "own" if is_ours else ""


def linked_by(raw: Mapping[str, Any]) -> str:
    """Return the number of the user who linked a file to a comment; empty for any other webhook."""
    notice = Notice.model_validate(dict(raw))
    return notice.detail.actor_id if webhook.kind_of(notice.type) == webhook.FILE else ""


def _reply(
    notice: Notice, raw: Mapping[str, Any], ticket: str, *, is_file: bool, desk: str, at: int
) -> ReplyWritten:
    """Return a reply: of a comment's words, or of one file that was linked to it."""
    comment, external = notice.event.comment, notice.detail.external_id
    what, number = ("file", comment.attachment.id) if is_file else ("reply", comment.id)
    is_ours = external.startswith(OURS)
    return ReplyWritten(
        key=items.key(desk, what, number or items.fingerprint(raw)),
        ticket_id=ticket,
        comment_id=comment.id,
        conversation_id=external.removeprefix(OURS) if is_ours else "",
        text="" if is_file else own_words(_text(comment.body)),
        agent="" if is_file else comment.author.name,
        files=(_file(comment.attachment),) if is_file else (),
        foreign=not is_ours and "external_id" in notice.detail.model_fields_set,
        occurred_at=at,
    )


def _file(file: Attached) -> File:
    url, mime = file.content_url, file.content_type
    return agents_file(url=url, name=file.filename, mime=mime, number=file.id)


def _text(body: str) -> str:
    """Return a comment's text; one out of the rich editor may come as a page."""
    return text_of(body) if _PAGE.search(body) else body.replace("\r\n", "\n").strip()


def _change(notice: Notice, kind: str, ticket: str, at: int, *, desk: str) -> TicketChanged | None:
    word = notice.event.current if kind == "status_changed" else notice.detail.status
    status = TicketStatus.GONE if kind in _GONE else None
    if kind in _TOLD:
        status = _STATUSES.get(word.lower())
    if status is None or not ticket:
        return None
    # A ticket can get the same status again, so the time is part of what happened.
    which = word.lower() if kind in _TOLD else kind
    return changed(ticket, status, which, str(at), desk=desk, at=at)


def recalled(ticket: TicketRow, comment: Comment, *, agent: str) -> Iterator[dict[str, Any]]:
    """Yield the webhooks that would have told of a comment by somebody of the staff, named `agent`."""
    about = {
        "time": comment.created_at.isoformat(),
        "subject": f"zen:ticket:{ticket.id}",
        "detail": {
            "id": str(ticket.id),
            "external_id": ticket.external_id or "",
            # Whoever asked for the ticket is left out: that an agent wrote is known here.
            "actor_id": str(comment.author_id),
            "status": ticket.status.upper(),
            "tags": list(ticket.tags),
        },
    }
    author = {"id": str(comment.author_id), "is_staff": True, "name": agent}
    yield about | {
        "type": f"{webhook.PREFIX}{webhook.COMMENT}",
        "event": {
            "comment": {
                "id": str(comment.id),
                "body": comment.body,
                "is_public": comment.public,
                "author": author,
            }
        },
    }
    for file in comment.attachments:
        attached = {
            "id": str(file.id),
            "content_url": file.content_url,
            "content_type": file.content_type,
            "filename": file.file_name,
            "is_public": comment.public,
        }
        yield about | {
            "type": f"{webhook.PREFIX}{webhook.FILE}",
            "event": {"comment": {"id": str(comment.id), "attachment": attached}},
        }


def merged_into(comments: Sequence[Comment]) -> str:
    """Return the ticket that a merge took a ticket into, as the newest of its comments tell."""
    merges = (c.via.source.origin for c in comments if c.via.source.rel == "merge")
    return next(
        (found for each in merges if (found := items.identifier(each.get("ticket_id")))), ""
    )
