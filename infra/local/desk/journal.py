"""
What one request did to tickets, and the webhooks that tell of it.

Replies are taken from django-helpdesk's signal, changes from the tickets before and after the
request, whichever of its many pages made them. A comment is told when it is written: making a
private one public later tells nothing. What the bridge does is not told either: it knows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection, transaction
from django.db.models.signals import pre_delete, pre_save
from helpdesk.models import FollowUp, Ticket, TicketCustomFieldValue
from helpdesk.signals import update_ticket_done

from infra.local.credentials import DESK_BRIDGE
from infra.local.desk import outbox
from infra.local.desk.events import (
    Event,
    TicketState,
    conversation_of,
    deletion,
    merge,
    reply,
    state_of,
    status_change,
)

LINK_FIELDS: Final = ("conversation_id", "channel")
View = Callable[..., Any]


@dataclass(slots=True)
class Journal:
    """What a request has done so far: whose it is, and what has to be looked at when it ends."""

    request: Any
    followups: list[int] = field(default_factory=list)
    before: dict[int, TicketState] = field(default_factory=dict)
    deleted: dict[int, str] = field(default_factory=dict)

    @property
    def actor(self) -> str:
        """Return the user's name; the API knows it only once the view has begun."""
        return str(self.request.user.get_username())

    def events(self) -> Iterator[Event]:
        """Yield what happened: a reply before the change of status that came along with it."""
        for followup in FollowUp.objects.filter(pk__in=self.followups).order_by("pk"):
            yield from reply(followup, agent=self.actor)
        for ticket in Ticket.objects.filter(pk__in=self.before).order_by("pk"):
            before, after = self.before[ticket.pk], state_of(ticket)
            if after.status != before.status:
                yield status_change(ticket, by=self.actor)
            if after.merged_to not in (before.merged_to, None):
                yield merge(ticket)
        for ticket_id, conversation_id in self.deleted.items():
            yield deletion(ticket_id, conversation_id=conversation_id)


_current: ContextVar[Journal | None] = ContextVar("journal", default=None)


def recorded(view: View, *, wake: Callable[[], None]) -> View:
    """
    Return a view that writes its webhooks into the outbox before its transaction ends.

    `wake` is called once they are committed.
    """

    @functools.wraps(view)
    def recording(request: Any, *args: Any, **kwargs: Any) -> Any:
        with _opened(request) as journal:
            response = view(request, *args, **kwargs)
            if not connection.needs_rollback and journal.actor != DESK_BRIDGE:
                _write(journal, wake=wake)
        return response

    return recording


@contextmanager
def _opened(request: Any) -> Iterator[Journal]:
    journal = Journal(request)
    token = _current.set(journal)
    try:
        yield journal
    finally:
        _current.reset(token)


def _write(journal: Journal, *, wake: Callable[[], None]) -> None:
    written = False
    for event in journal.events():
        outbox.append(event.webhook_id, event.body, ticket_id=event.ticket_id)
        written = True
    if written:
        transaction.on_commit(wake)


def connect() -> None:
    """Listen to what django-helpdesk does from now on."""
    update_ticket_done.connect(_on_followup)
    pre_save.connect(_on_ticket_save, sender=Ticket)
    pre_delete.connect(_on_ticket_delete, sender=Ticket)
    pre_save.connect(_on_link_save, sender=TicketCustomFieldValue)


def _on_followup(followup: Any, **_: object) -> None:
    journal = _current.get()
    if journal:
        journal.followups.append(followup.pk)


def _on_ticket_save(instance: Any, **_: object) -> None:
    journal = _current.get()
    if not journal or instance.pk is None or instance.pk in journal.before:
        return
    stored = Ticket.objects.filter(pk=instance.pk).first()
    if stored:
        journal.before[stored.pk] = state_of(stored)


def _on_ticket_delete(instance: Any, **_: object) -> None:
    journal = _current.get()
    if journal:
        journal.deleted[instance.pk] = conversation_of(instance.pk)


def _on_link_save(instance: Any, **_: object) -> None:
    """Keep the link to the conversation as the bridge wrote it, whatever a form sends."""
    journal = _current.get()
    if not journal or journal.actor == DESK_BRIDGE or instance.field.name not in LINK_FIELDS:
        return
    stored = TicketCustomFieldValue.objects.filter(pk=instance.pk).first()
    if stored and stored.value:
        instance.value = stored.value
