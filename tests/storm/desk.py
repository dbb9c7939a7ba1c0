"""A django-helpdesk in the storm, behind the transport, and the agents who use it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from chalicelib.domain.account import Desk
from chalicelib.domain.content import Attachment, Location
from chalicelib.domain.file_names import kind_of
from chalicelib.domain.ports import Secrets
from chalicelib.domain.ticket import Customer, Entry, EntryKind, Opening
from chalicelib.errors import TransientError
from chalicelib.helpdesks.django_helpdesk.helpdesk import DjangoHelpdesk
from chalicelib.http_client import Response, Transport
from tests.builders import Raw
from tests.desks.bench import TOKEN
from tests.fakes.desk_api import ApiTicket, DeskApi, FollowUp
from tests.fakes.helpdesk import DeskEntry, DeskTicket
from tests.storm import transport, wire
from tests.storm.transport import HttpAnswer, StormyTransport

if TYPE_CHECKING:
    from tests.storm.world import StormWorld

MARKS: Final = str.maketrans("", "", "\u2063\u200b")
_LAG: Final = 1.9  #: seconds until a look sees a write; a real desk's does at once


class StormyDesk:
    """
    A desk behind the storm, which tells every entry of ours that stands to the watch.

    `tickets` are those that were neither removed nor merged, as agents see them; `down` is why it
    does not answer, `line` the way to it.
    """

    def __init__(self, world: StormWorld, name: str) -> None:
        self.api = DeskApi(tokens=(TOKEN,), clock=world.clock, lag=_LAG)
        self.api.wrote = self._wrote
        self.line = StormyTransport(world.chaos, self.api, transport.DESK)
        self.line.is_up = lambda: answers_instead(self.down)
        self.down: Exception | None = None
        self._world = world
        self._name = name
        self._url = f"https://{name}.test"
        self._shown: dict[int, DeskTicket] = {}
        self._merged: list[DeskTicket] = []

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return our tokens: the first one was replaced already, and not taken out yet."""
        return ("old", TOKEN)

    def adapter(self, *, secrets: Secrets, http: Transport, kind: type[Any] | None = None) -> Any:
        """Return an adapter of this desk, of another class where one is given."""
        desk = Desk(
            id=self._name, helpdesk="django_helpdesk", url=self._url, options={"queue": "1"}
        )
        return (kind or DjangoHelpdesk)(desk=desk, secrets=secrets, http=http)

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

    def does(self, raw: Raw) -> Sequence[Raw]:
        """Return what is told of what an agent does: just that."""
        return [raw]

    def webhook(self, raw: Raw) -> tuple[bytes, Mapping[str, str]]:
        """Return the body of the webhook about one item, and its headers."""
        return wire.desk_webhook(raw, url=self._url)

    def natural_key(self, raw: Mapping[str, Any]) -> str:
        """Return the key of a reply; empty for anything else."""
        data = raw.get("data", {})
        is_reply = raw.get("type") == "reply.send" and "public" not in data
        return f"{self._name}:reply:{data.get('comment_id')}" if is_reply else ""

    def content_at(self, location: Location) -> bytes | None:
        """Return None: nobody keeps what is at the addresses of this desk."""
        del location
        return None

    def _wrote(self, ticket: ApiTicket, entry: FollowUp) -> None:
        written = Entry(
            kind=EntryKind.COMMENT if entry.public else EntryKind.NOTE,
            text=entry.comment.translate(MARKS),
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


def answers_instead(down: Exception | None) -> None:
    """Raise what comes instead of an answer where a desk is down for that reason."""
    if isinstance(down, TransientError):
        raise down
    if down is not None:
        raise HttpAnswer(Response(status=401, headers={}, body=b'{"detail": "no"}'))
