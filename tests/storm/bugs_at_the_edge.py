"""Mistakes in the adapters: how webhooks are read, what answers mean, what is sent along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.channels.instagram.channel import Instagram
from chalicelib.channels.messenger.channel import Messenger
from chalicelib.channels.whatsapp.channel import WhatsApp
from chalicelib.domain.content import Attachment, File
from chalicelib.domain.desk_events import ReplyWritten
from chalicelib.domain.envelope import Item
from chalicelib.domain.sending import Accepted, Sending
from chalicelib.domain.ticket import Entry, Opening, Ticket
from chalicelib.errors import AmbiguousError, Gone, TransientError
from chalicelib.helpdesks.django_helpdesk import mapper
from chalicelib.helpdesks.django_helpdesk.helpdesk import DjangoHelpdesk
from chalicelib.http_client import Response, Transport
from tests.storm.bug_wiring import Instead, Wrap
from tests.storm.casts import Adapters
from tests.storm.world import Bug, StormWorld

_SERVER_ERROR: Final = 500


def made(
    *,
    kinds: Mapping[str, type[Any]] | None = None,
    helpdesk: type[Any] | None = None,
    http: Callable[[Transport], Any] = lambda real: real,
    cast: str = "adapters",
) -> Bug:
    """Return the bug of adapters that are made of other parts."""

    def ports(world: StormWorld) -> None:
        assert isinstance(world.cast, Adapters)
        world.faces, world.adapters = world.cast.made(http, kinds=kinds, helpdesk=helpdesk)

    return Bug(ports=ports, cast=cast)


def _faces(wrap: Wrap) -> Bug:
    def ports(world: StormWorld) -> None:
        world.faces = {name: wrap(channel) for name, channel in world.cast.faces.items()}

    return Bug(ports=ports, cast="adapters")


# --- what an answer means


class _TakesCutForRefused(Instead):
    def request(self, *asked: Any, **more: Any) -> Response:
        try:
            answer: Response = self._real.request(*asked, **more)
        except AmbiguousError as exc:
            raise TransientError("not done") from exc
        return answer


class _TakesErrorsForNothingDone(Instead):
    """Takes 5xx for a call that did nothing, at the sides whose address has `where` in it."""

    where = ""

    def request(self, method: str, url: str, **more: Any) -> Response:
        answer: Response = self._real.request(method, url, **more)
        if answer.status >= _SERVER_ERROR and self.where in url:
            return Response(status=429, headers={}, body=b"{}")
        return answer


class _AtTheDesk(_TakesErrorsForNothingDone):
    where = "/api/"


class _AtMeta(_TakesErrorsForNothingDone):
    where = "graph.test"


class _TriesAgain(Instead):
    """Asks a second time where there was no answer, as some clients do by themselves."""

    def request(self, *asked: Any, **more: Any) -> Response:
        try:
            answer: Response = self._real.request(*asked, **more)
        except AmbiguousError:
            answer = self._real.request(*asked, **more)
        return answer


# --- what is read of a webhook


class _ReadsOnlyTheFirstItem(Instead):
    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        items: Sequence[Item] = self._real.split(body)
        return items[:1]


class _ReadsOnlyTheFirstEntry(Instead):
    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        items: Sequence[Item] = self._real.split({**body, "entry": body["entry"][:1]})
        return items


class _TakesAnything(Instead):
    def verify(self, body: bytes, headers: Mapping[str, str]) -> None:
        """Accept it."""


class _GoesByTheFirstContact(WhatsApp):
    """Takes the first contact of a change for everybody's."""

    def split(self, body: Mapping[str, Any]) -> Sequence[Item]:
        found = []
        card: Any = None
        for item in super().split(body):
            card = card or item.raw["contact"]
            found.append(replace(item, raw={**item.raw, "contact": card}))
        return found


class _TakesEchoesForCustomers(Instagram):
    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> Any:
        item = raw["item"]
        message = item.get("message") if isinstance(item, dict) else None
        if isinstance(message, dict) and message.get("is_echo"):
            said = {key: value for key, value in message.items() if key != "is_echo"}
            people = {"sender": item["recipient"], "recipient": item["sender"]}
            raw = {**raw, "item": {**item, **people, "message": said}}
        return super().parse(raw, received_at=received_at)


class _OverlooksWhatIsPrivate(DjangoHelpdesk):
    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> Any:
        data = raw.get("data", {})
        told = {key: value for key, value in data.items() if key not in ("public", "private")}
        return super().parse({**raw, "data": told}, received_at=received_at)


class _ForgetsFilesOfReplies(DjangoHelpdesk):
    def parse(self, raw: Mapping[str, Any], *, received_at: int) -> Any:
        event = super().parse(raw, received_at=received_at)
        return replace(event, files=()) if isinstance(event, ReplyWritten) else event


# --- what is sent


class _GivesNoReference(Messenger):
    def send(self, sending: Sending) -> Accepted:
        return super().send(sending if sending.file else replace(sending, reference=""))


class _GivesNoData(WhatsApp):
    def send(self, sending: Sending) -> Accepted:
        return super().send(sending if sending.file else replace(sending, reference=""))


class _WritesToScopedIds(Instead):
    """Puts a user id where a number belongs: Meta accepts that, and drops it."""

    def request(self, method: str, url: str, **more: Any) -> Response:
        body = more.get("body")
        if isinstance(body, dict) and "messaging_product" in body:
            rest = {key: value for key, value in body.items() if key != "recipient"}
            more["body"] = rest | {"to": body.get("recipient", body.get("to"))}
        answer: Response = self._real.request(method, url, **more)
        return answer


class _UploadsUnderOneName(Instead):
    """Hands out files by the name that they have, which many share."""

    def attachment(self, file: File) -> Attachment:
        # A file's own name is the same each time, and the first to have it keeps it.
        names = self._real.__dict__.setdefault("by_name", {})
        kept = names.setdefault(file.name, file)
        found: Attachment = self._real.attachment(kept)
        return found


def _keeps_files_by_name(world: StormWorld) -> None:
    media: Any = _UploadsUnderOneName(world.media)
    keeper = replace(world.forwarder.keeper, media=media)
    world.forwarder = replace(world.forwarder, keeper=keeper)
    dispatch = replace(world.deliverer.dispatch, keeper=keeper)
    world.deliverer = replace(world.deliverer, dispatch=dispatch)


# --- what is looked for


class _LooksAtEverybodysEntries(DjangoHelpdesk):
    def find_entry(self, ticket_id: str, *, after: str, entry: Entry) -> str | None:
        ticket = self._client().ticket(int(ticket_id))
        if ticket.merged_to is not None:
            raise Gone("merged")
        behind = (each for each in ticket.entries() if each.id > int(after or 0))
        same = (each for each in behind if mapper.is_same(each.comment, entry.text))
        return next((str(each.id) for each in same), None)


class _TakesTheBeginningForAll(DjangoHelpdesk):
    """Takes a ticket that lacks its first entry for a whole one."""

    def find(self, reference: str) -> Ticket | None:
        ticket = self._named(reference)
        return None if ticket is None else self._ticket(ticket)


class _BeginsAnew(DjangoHelpdesk):
    """Forgets that a ticket may stand already that lacks its first entry, or is merged."""

    def create(self, opening: Opening) -> Ticket:
        body = mapper.new_ticket(opening, queue=1) | {"description": opening.entry.text or "-"}
        file = next(iter(opening.entry.files), None)
        ticket = self._client().create_ticket(body, file=file)
        if not opening.entry.files[1:]:
            return self._ticket(ticket)
        rest = replace(opening.entry, text="", files=opening.entry.files[1:])
        return replace(self._ticket(ticket), last_entry=self._complete(ticket.id, rest))


AT_THE_EDGE: Final[dict[str, Bug]] = {
    "take a cut answer for a refusal": made(http=_TakesCutForRefused),
    "take the desk's 5xx for nothing written": made(http=_AtTheDesk),
    "take Meta's 5xx for nothing sent": made(http=_AtMeta),
    "ask again where no answer came": made(http=_TriesAgain),
    "read only the first item of a webhook": _faces(_ReadsOnlyTheFirstItem),
    "read only the first entry of a webhook": _faces(_ReadsOnlyTheFirstEntry),
    "take a webhook that nobody signed": _faces(_TakesAnything),
    "take the first contact for everybody's": made(kinds={"whatsapp": _GoesByTheFirstContact}),
    "take an echo for a customer's words": made(kinds={"instagram": _TakesEchoesForCustomers}),
    "overlook that a note is private": made(helpdesk=_OverlooksWhatIsPrivate),
    "forget an agent's files": made(helpdesk=_ForgetsFilesOfReplies),
    "give no reference along, Messenger": made(kinds={"messenger": _GivesNoReference}),
    "give no reference along, WhatsApp": made(kinds={"whatsapp": _GivesNoData}),
    "put a user id where a number belongs": made(http=_WritesToScopedIds),
    "keep files by their names": Bug(parts=_keeps_files_by_name, cast="adapters"),
    "look without asking who wrote": made(helpdesk=_LooksAtEverybodysEntries),
    "take the beginning of a ticket for all of it": made(helpdesk=_TakesTheBeginningForAll),
    "begin a ticket anew each time": made(helpdesk=_BeginsAnew),
}
