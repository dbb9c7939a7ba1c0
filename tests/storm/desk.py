"""A django-helpdesk in the storm, behind the transport, and the agents who use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.domain.content import Attachment
from chalicelib.domain.file_names import kind_of
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import TransientError
from chalicelib.http_client import Response
from tests.fakes.desk_api import ApiTicket, DeskApi, FollowUp
from tests.fakes.helpdesk import DeskEntry, DeskTicket
from tests.storm import transport
from tests.storm.transport import HttpAnswer, StormyTransport

if TYPE_CHECKING:
    from tests.storm.world import StormWorld

_MARKS: Final = str.maketrans("", "", "\u2063\u200b")
_LAG: Final = 1.9  #: seconds until a look sees a write; a real desk's does at once


class StormyDesk:
    """
    A desk behind the storm, which tells every entry of ours that stands to the watch.

    `tickets` are those that were neither removed nor merged, as agents see them; `down` is why it
    does not answer, `line` the way to it.
    """

    def __init__(self, world: StormWorld, *, token: str) -> None:
        self.api = DeskApi(tokens=(token,), clock=world.clock, lag=_LAG)
        self.api.wrote = self._wrote
        self.line = StormyTransport(world.chaos, self.api, transport.DESK)
        self.line.is_up = self._is_up
        self.down: Exception | None = None
        self._world = world
        self._shown: dict[int, DeskTicket] = {}
        self._merged: list[DeskTicket] = []

    @property
    def tickets(self) -> list[DeskTicket]:
        """Return the tickets that are there, oldest first."""
        return list(self._shown.values())

    def close(self, ticket_id: str) -> None:
        """Do what an agent does who closes a ticket."""
        self.api.tickets[int(ticket_id)].status = 4

    def remove(self, ticket_id: str) -> None:
        """Do what an agent does who deletes a ticket."""
        del self.api.tickets[int(ticket_id)], self._shown[int(ticket_id)]

    def merge(self, ticket_id: str) -> None:
        """Do what an agent does who merges a ticket into another, once: its entries go over there."""
        if self.api.tickets[int(ticket_id)].merged_to is not None:
            self.close(ticket_id)
            return
        self.api.merge(int(ticket_id))
        self._merged.append(self._shown.pop(int(ticket_id)))

    def write_down(self, ticket_id: str, text: str) -> None:
        """Do what an agent does who hears on the phone what the customer also writes."""
        self.api.write_as_agent(int(ticket_id), text)

    def _is_up(self) -> None:
        if isinstance(self.down, TransientError):
            raise self.down
        if self.down is not None:
            raise HttpAnswer(Response(status=401, headers={}, body=b'{"detail": "no"}'))

    def _wrote(self, ticket: ApiTicket, entry: FollowUp) -> None:
        written = Entry(
            kind=EntryKind.COMMENT if entry.public else EntryKind.NOTE,
            text=entry.comment.translate(_MARKS),
            files=tuple(
                Attachment(
                    kind=kind_of(file.mime), name=file.name, mime=file.mime, content=file.content
                )
                for file in entry.files
            ),
        )
        shown = self._shown.get(ticket.id)
        if shown is None:
            # New, or merged and therefore open again: agents see it either way.
            opening = Opening(
                reference=ticket.reference,
                subject="",
                channel="",
                account="1",
                customer=Customer(id="p-1", name="", address=""),
                entry=written,
            )
            shown = self._shown[ticket.id] = DeskTicket(id=str(ticket.id), opening=opening)
        self._world.watch.entry(shown, written, there=[*self.tickets, *self._merged])
        shown.entries.append(DeskEntry(id=str(entry.id), entry=written, seen_from=entry.seen_from))
