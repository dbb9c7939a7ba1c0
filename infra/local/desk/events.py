"""The webhooks the desk sends: their types, ids and bodies, as the generic adapter takes them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from helpdesk.models import Ticket, TicketCustomFieldValue

_STATUS_NAMES: Final = {
    Ticket.OPEN_STATUS: "open",
    Ticket.REOPENED_STATUS: "reopened",
    Ticket.RESOLVED_STATUS: "resolved",
    Ticket.CLOSED_STATUS: "closed",
    Ticket.DUPLICATE_STATUS: "duplicate",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One webhook: `body` is JSON; the id is the same however often it is sent."""

    webhook_id: str
    ticket_id: int
    body: str


class TicketState(NamedTuple):
    """What of a ticket is told when it changes."""

    status: int
    merged_to: int | None


def state_of(ticket: Any) -> TicketState:
    """Return a ticket's state as the given object has it."""
    return TicketState(status=ticket.status, merged_to=ticket.merged_to_id)


def conversation_of(ticket_id: int) -> str:
    """Return the id of the conversation that a ticket shows, empty where the bridge gave none."""
    values = TicketCustomFieldValue.objects.filter(
        ticket_id=ticket_id, field__name="conversation_id"
    )
    return str(values.values_list("value", flat=True).first() or "")


def reply(followup: Any, *, agent: str) -> Iterator[Event]:
    """
    Yield what tells the customer of a follow-up: nothing where it is private or empty.

    `followup` must be as it is stored: right after a form it carries the form's own words, in
    which a private one can look public.
    """
    text = (followup.comment or "").replace("\r\n", "\n").strip()
    files = [
        {"url": attachment.file.name, "filename": attachment.filename}
        for attachment in followup.followupattachment_set.order_by("pk")
    ]
    if followup.public and (text or files):
        yield _event(
            "reply.send",
            f"msg_comment_{followup.pk}",
            followup.ticket_id,
            comment_id=str(followup.pk),
            conversation_id=conversation_of(followup.ticket_id),
            text=text,
            agent=agent,
            attachments=files,
        )


def status_change(ticket: Any, *, by: str) -> Event:
    """Return what tells that a ticket got the status it has now."""
    return _event(
        "ticket.status",
        f"msg_status_{uuid.uuid4().hex}",
        ticket.pk,
        conversation_id=conversation_of(ticket.pk),
        status=_STATUS_NAMES[ticket.status],
        by=by,
    )


def merge(ticket: Any) -> Event:
    """Return what tells that a ticket's comments went over into another one."""
    return _event(
        "ticket.merged",
        f"msg_merge_{uuid.uuid4().hex}",
        ticket.pk,
        conversation_id=conversation_of(ticket.pk),
        into=str(ticket.merged_to_id),
    )


def deletion(ticket_id: int, *, conversation_id: str) -> Event:
    """Return what tells that a ticket is gone."""
    return _event(
        "ticket.deleted",
        f"msg_delete_{ticket_id}",
        ticket_id,
        conversation_id=conversation_id,
    )


def _event(kind: str, webhook_id: str, ticket_id: int, **data: object) -> Event:
    body = {
        "type": kind,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": {"ticket_id": str(ticket_id), **data},
    }
    return Event(webhook_id=webhook_id, ticket_id=ticket_id, body=json.dumps(body))
