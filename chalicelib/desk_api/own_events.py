"""Webhooks in our own words, as docs/helpdesks/standard_webhooks.md has them: what each one means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from chalicelib.desk_api import events
from chalicelib.desk_api.html_text import text_of
from chalicelib.desk_api.items import fingerprint, key
from chalicelib.desk_api.own_items import REPLY
from chalicelib.desk_api.values import Each, Fields, Id, Payload, Text, Time
from chalicelib.domain.addresses import origin
from chalicelib.domain.content import File
from chalicelib.domain.conversation import TicketStatus
from chalicelib.domain.desk_events import DeskEvent, ReplyWritten, TicketChanged, TicketMerged

STATUS: Final = "ticket.status"
MERGED: Final = "ticket.merged"
DELETED: Final = "ticket.deleted"

_STATUSES: Final = {
    "open": TicketStatus.OPEN,
    "reopened": TicketStatus.OPEN,
    "resolved": TicketStatus.CLOSED,
    "closed": TicketStatus.CLOSED,
    "duplicate": TicketStatus.CLOSED,
}
_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"0", "false", "no", "off"})


def _is_yes(value: object) -> bool:
    """Tell whether a flag is set; what is no flag at all counts as set, to be on the safe side."""
    return value is not None and str(value).strip().lower() not in _NO


def _is_no(value: object) -> bool:
    """Tell whether a flag is there and not set; what is no flag at all counts as not set."""
    return value is not None and str(value).strip().lower() not in _YES


class _Link(Payload):
    """One file of a reply: its address, or what the helpdesk calls it."""

    url: Text = ""
    id: Id = ""
    filename: Text = ""


class _Data(Payload):
    """The `data` of every webhook; a webhook of one type has only some of it."""

    ticket_id: Id = ""
    comment_id: Id = ""
    event_id: Id = ""
    conversation_id: Id = ""
    text: Text = ""
    html: Text = ""
    agent: Text = ""
    status: Text = ""
    into: Id = ""
    url: Text = ""
    attachments: Annotated[tuple[Annotated[_Link, Fields], ...], Each] = ()
    not_public: Annotated[bool, BeforeValidator(_is_no)] = Field(default=False, alias="public")
    private: Annotated[bool, BeforeValidator(_is_yes)] = False

    @property
    def is_private(self) -> bool:
        """Tell whether it is anything but surely meant for the customer."""
        return self.private or self.not_public


class _Notice(Payload):
    """One webhook; `timestamp` is in ms since the epoch, 0 where it told none."""

    type: Text = ""
    timestamp: Time = 0
    data: Annotated[_Data, Fields] = _Data()


def event(
    raw: Mapping[str, Any],
    *,
    desk: str,
    received_at: int,
    url_of: Callable[[str], str],
    file_url_of: Callable[[str], str] = lambda _: "",
    words_of: Callable[[str], str] = str,
) -> DeskEvent:
    """
    Return what a webhook means; `received_at` (ms since the epoch) stands in for a missing time.

    `url_of` gives where agents see a ticket, `file_url_of` where a file is that is told by an id,
    `words_of` takes out of an answer what is not the agent's own. A reply is never ignored unless it
    is private: one in a ticket that was not made by us, that names no ticket, or holds nothing to
    send, is for the pipeline to decide on.
    """
    notice = _Notice.model_validate(dict(raw))
    data, at = notice.data, notice.timestamp or received_at
    found: DeskEvent | None = None
    if notice.type == REPLY:
        files = tuple(_file(link, file_url_of) for link in data.attachments)
        words = words_of(data.text or text_of(data.html))
        found = _reply(data, raw, desk=desk, at=at, words=words, files=files)
    elif data.ticket_id and notice.type == MERGED:
        found = TicketMerged(
            # It can be taken out and merged into another one later.
            key=key(desk, "ticket", data.ticket_id, notice.type, data.event_id or data.into),
            ticket_id=data.ticket_id,
            into=data.into,
            url=data.url if origin(data.url) else url_of(data.into),
            occurred_at=at,
        )
    elif data.ticket_id:
        found = _change(notice, desk=desk, at=at)
    kind = "private" if notice.type == REPLY else notice.type
    known = {REPLY, STATUS, MERGED, DELETED}
    return found or events.ignored(raw, kind if notice.type in known else "unknown", desk=desk)


def _reply(
    data: _Data,
    raw: Mapping[str, Any],
    *,
    desk: str,
    at: int,
    words: str,
    files: tuple[File, ...],
) -> ReplyWritten | None:
    if data.is_private:
        return None
    said = raw.get("data")
    return ReplyWritten(
        # Without an id of its own, a reply is known by all that it says.
        key=key(desk, "reply", data.comment_id or fingerprint(raw)),
        ticket_id=data.ticket_id,
        comment_id=data.comment_id,
        conversation_id=data.conversation_id,
        text=words,
        agent=data.agent,
        files=files,
        # The helpdesk knows the ticket as one that was not made by us: its own field is empty.
        foreign=isinstance(said, Mapping) and said.get("conversation_id") == "",
        occurred_at=at,
    )


def _file(link: _Link, url_of: Callable[[str], str]) -> File:
    url = link.url or (url_of(link.id) if link.id else "")
    return events.agents_file(url=url, name=link.filename)


def _change(notice: _Notice, *, desk: str, at: int) -> TicketChanged | None:
    data = notice.data
    status = _STATUSES.get(data.status) if notice.type == STATUS else None
    status = TicketStatus.GONE if notice.type == DELETED else status
    if status is None:
        return None
    # A ticket can get the same status again, so that the time is part of what happened.
    named = (data.event_id,) if data.event_id else ()
    which = named or ((data.status, str(at)) if notice.type == STATUS else (notice.type,))
    return events.changed(data.ticket_id, status, *which, desk=desk, at=at)
