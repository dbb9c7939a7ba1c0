"""Translates between our words and Zammad's: requests, webhooks, and what is ours in them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.desk_api.events import agents_file, changed, ignored
from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.items import fingerprint, key
from chalicelib.desk_api.lines import one_line
from chalicelib.desk_api.own_fields import own_fields
from chalicelib.desk_api.uploads import safe_name_of
from chalicelib.desk_api.values import storable
from chalicelib.domain.content import Attachment, File, FileKind
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten, TicketChanged, TicketMerged
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.helpdesks.zammad.payloads import Article, Notice, Said, Stands, Ticket
from chalicelib.helpdesks.zammad.webhook import MERGED, is_reply

OPEN: Final = "open"
CLOSED: Final = frozenset({"closed"})  #: the states that count as such, unless somebody chose

_OURS: Final = "scripta-"  # what the login of every customer of ours begins with
_PLACE: Final = "@scripta.invalid"
_TITLE_LIMIT: Final = 250
_NAME_LIMIT: Final = 100
_BODY_LIMIT: Final = 1_500_000
# https://github.com/zammad/zammad/blob/develop/app/models/ticket/article.rb: pictures in a text
# are no attachments any more, but addresses in it.
_PICTURE: Final = re.compile(
    r"<img\b[^<>]{0,2000}?\ssrc=\"[^\"]{0,200}?/api/v1/ticket_attachment"
    r"/([0-9]{1,18})/([0-9]{1,18})/([0-9]{1,18})[?\"]",
    re.IGNORECASE,
)
_MAILBOX: Final = re.compile(r"\s*<[^<>]*>\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What an operator chose: fields that they made for us, and the states that count as closed."""

    fields: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[str] = CLOSED

    @property
    def reference(self) -> str:
        """Return the field for our references; empty where there is none."""
        return self.fields.get("reference_field", "")


def name_of(ours: str) -> str:
    """Return how an article is named by one of our names: its own, or its ticket's."""
    return f"<{_OURS}{ours}{_PLACE}>"


def is_ours(message_id: str | None) -> bool:
    """Tell whether we wrote an article of that name."""
    name = message_id or ""
    return name.startswith(f"<{_OURS}") and name.endswith(f"{_PLACE}>")


def new_ticket(opening: Opening, *, group: str, own: Own) -> dict[str, Any]:
    """
    Return the request that creates a ticket with its first article.

    The article is a reply to our reference, by which the ticket is found. The customer is looked
    for by the login, and made where nobody has it.
    """
    body: dict[str, Any] = {
        "title": one_line(opening.subject)[:_TITLE_LIMIT] or opening.channel,
        "group": group,
        "customer": _customer(opening.customer),
        "tags": f"scripta,{opening.channel}",
        "article": _article(opening.entry) | {"in_reply_to": name_of(opening.reference)},
    }
    body |= own_fields(opening, own.fields)
    if opening.follows.isdigit():
        body["links"] = {"Ticket": {"normal": [int(opening.follows)]}}
    return body


def new_entry(entry: Entry) -> dict[str, Any]:
    """Return the request that adds an article to a ticket; the customer's is theirs."""
    article = _article(entry)
    if entry.kind is EntryKind.COMMENT and entry.requester.isdigit():
        article["origin_by_id"] = int(entry.requester)
    return {"article": article}


def _customer(customer: Customer) -> dict[str, Any]:
    said = {
        "login": f"{_OURS}{customer.id}".lower(),
        "firstname": one_line(customer.name)[:_NAME_LIMIT] or customer.id,
        "mobile": customer.phone,
        "note": customer.handle,
    }
    return {name: value for name, value in said.items() if value}


def _article(entry: Entry) -> dict[str, Any]:
    article: dict[str, Any] = {
        "type": "note",
        "sender": "Customer" if entry.kind is EntryKind.COMMENT else "Agent",
        "internal": not entry.kind.is_public,
        "content_type": "text/plain",
        "body": storable(entry.text)[:_BODY_LIMIT],
        "message_id": name_of(entry.key),
    }
    if entry.files:
        article["attachments"] = [_sent(file) for file in entry.files]
    return article


def _sent(file: Attachment) -> dict[str, str]:
    data = b64encode(file.content).decode()
    return {"filename": safe_name_of(file), "mime-type": file.mime, "data": data}


def is_closed(ticket: Ticket, entry: Entry, *, own: Own) -> bool:
    """Tell whether a ticket has to be opened for an entry: for the customer's, unless it is open."""
    if entry.kind is EntryKind.COMMENT:
        return ticket.state not in (OPEN, "new")
    return ticket.state in own.closed


def event(raw: Mapping[str, Any], *, desk: str, url: str, own: Own, received_at: int) -> DeskEvent:
    """
    Return what an item of a webhook means; `received_at` (ms since the epoch) stands in for a time.

    Of a merged ticket the webhook does not tell where it went: that is left empty.
    """
    notice = Notice.model_validate(dict(raw))
    kind = "unknown"
    if is_reply(raw):
        if not is_ours(notice.article.message_id):
            return _reply(notice, raw, desk=desk, url=url, own=own, received_at=received_at)
        kind = "echo"
    elif "article" in raw:
        kind = "article"
    elif notice.ticket.id and notice.ticket.state:
        return _change(notice.ticket, raw, desk=desk, own=own, received_at=received_at)
    return ignored(raw, kind, desk=desk)


def _reply(
    notice: Notice, raw: Mapping[str, Any], *, desk: str, url: str, own: Own, received_at: int
) -> ReplyWritten:
    ticket, article = notice.ticket, notice.article
    is_page = "html" in article.content_type.lower()
    reference = ticket.own(own.reference)
    is_customers = ticket.customer.login.startswith(_OURS) and not own.reference
    return ReplyWritten(
        # An article keeps its id when its ticket is merged into another one.
        key=key(desk, "reply", article.id or fingerprint(raw)),
        ticket_id=ticket.id or article.ticket_id,
        comment_id=article.id,
        conversation_id=reference,
        text=text_of(article.body) if is_page else article.body.replace("\r\n", "\n").strip(),
        agent=_MAILBOX.sub("", article.author),
        occurred_at=article.created_at or received_at,
        files=_files(article, url=url, is_page=is_page),
        foreign=bool(ticket.id) and not (reference or is_customers),
    )


def _files(article: Said, *, url: str, is_page: bool) -> tuple[File, ...]:
    found = [
        agents_file(
            url=_place(url, article.ticket_id, article.id, kept.id),
            name=kept.filename,
            size=kept.size,
        )
        for kept in article.attachments
    ]
    pictures = _PICTURE.findall(article.body) if is_page else []
    found += [
        File(kind=FileKind.IMAGE, url=_place(url, *numbers), name=f"picture-{numbers[-1]}")
        for numbers in dict.fromkeys(pictures)
    ]
    return tuple(found)


def _place(url: str, ticket: str, article: str, file: str) -> str:
    """Return where the desk has a file; empty where something of that is not told."""
    numbers = (ticket, article, file)
    known = all(number.isascii() and number.isdigit() for number in numbers)
    return f"{url}/api/v1/ticket_attachment/{'/'.join(numbers)}" if known else ""


def _change(
    ticket: Stands, raw: Mapping[str, Any], *, desk: str, own: Own, received_at: int
) -> TicketChanged | TicketMerged:
    occurred_at = ticket.updated_at or received_at
    if ticket.state == MERGED:
        which = key(desk, "ticket", ticket.id, MERGED)
        return TicketMerged(
            key=which, ticket_id=ticket.id, into="", url="", occurred_at=occurred_at
        )
    status = TicketStatus.CLOSED if ticket.state in own.closed else TicketStatus.OPEN
    # A ticket can get the same state again, so the time is part of what happened.
    when = str(ticket.updated_at) if ticket.updated_at else fingerprint(raw)
    return changed(ticket.id, status, status, when, desk=desk, at=occurred_at)


def recalled(article: Article, ticket: Ticket, *, own: Own) -> dict[str, Any]:
    """Return the webhook that would have told of an article, without how its ticket stands."""
    said = article.model_dump(by_alias=True)
    kept = {own.reference: ticket.own(own.reference)} if own.reference else {}
    whose = {"id": ticket.id, "state": ticket.state, "customer": {"login": ticket.customer}}
    return {"ticket": whose | kept, "article": said}
