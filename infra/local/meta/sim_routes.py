"""The simulation's own addresses: what people and tests do with the phones, and what they see."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.meta import faults as ordered
from infra.local.meta import ids, phones
from infra.local.meta.accounts import BUSINESSES
from infra.local.meta.faults import Faults
from infra.local.meta.graph_routes import bearer_is_ours
from infra.local.meta.http import Json, json_object
from infra.local.meta.journeys import Journeys
from infra.local.meta.ladder import Ladder
from infra.local.meta.phones import Phones
from infra.local.meta.postman import Postman
from infra.local.meta.store import Customer, Media, Message, Store

_HOUR_MS: Final = 3_600_000
#: What a browser may show; everything else is offered for download.
_SHOWN: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")

Handler = Callable[[Request], Awaitable[Response]]


class Simulation:
    """The handlers, over the parts of the simulated Meta."""

    def __init__(
        self,
        *,
        store: Store,
        postman: Postman,
        phones: Phones,
        ladder: Ladder,
        faults: Faults,
        journeys: Journeys,
    ) -> None:
        self._store = store
        self._postman = postman
        self._phones = phones
        self._ladder = ladder
        self._faults = faults
        self._journeys = journeys

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/sim/health", self.health),
            Route("/sim/send", _guarded(self.send), methods=["POST"]),
            Route("/sim/raw", _guarded(self.raw), methods=["POST"]),
            Route("/sim/read", _guarded(self.read), methods=["POST"]),
            Route("/sim/window", _guarded(self.window), methods=["POST"]),
            Route("/sim/faults", _guarded(self.add_fault), methods=["POST"]),
            Route("/sim/faults", self.clear_faults, methods=["DELETE"]),
            Route("/sim/outbox", self.outbox),
            Route("/sim/contacts", _guarded(self.contacts)),
            Route("/sim/thread", _guarded(self.thread)),
            Route("/sim/journeys", self.journeys),
            Route("/sim/media/{media_id}", self.shown_media),
            Route("/media/{media_id}", self.media),
        ]

    async def health(self, _request: Request) -> Response:
        """Answer that the simulated Meta is up, and how much it has yet to do or to tell."""
        waiting = len(self._store.unfinished()) + self._postman.waiting()
        return Json({"status": "ok", "waiting": waiting})

    async def send(self, request: Request) -> Response:
        """Write as a customer."""
        order = phones.parse(await json_object(request))
        status, message_id = await self._phones.send(order)
        return Json({"status": status, "message_id": message_id})

    async def raw(self, request: Request) -> Response:
        """Sign and post a body as it is, once."""
        order = await json_object(request)
        channel, body = order.get("channel"), order.get("body")
        if not isinstance(channel, str) or channel not in BUSINESSES:
            raise phones.InvalidOrder("channel is messenger, instagram or whatsapp")
        if not isinstance(body, str):
            raise phones.InvalidOrder("body is a string")
        status = await self._postman.post_once(channel, body.encode("utf-8", "surrogatepass"))
        return Json({"status": status})

    async def read(self, request: Request) -> Response:
        """Let a customer read everything that has arrived: `{channel, contact}`."""
        customer = self._customer(await json_object(request))
        return Json({"read": self._ladder.read(customer)})

    async def window(self, request: Request) -> Response:
        """Pretend that a customer last wrote hours ago: `{channel, contact, hours}`."""
        order = await json_object(request)
        customer, hours = self._customer(order), order.get("hours")
        if not isinstance(hours, int | float) or isinstance(hours, bool) or hours < 0:
            raise phones.InvalidOrder("hours is a number, not below 0")
        self._store.set_last_inbound(customer, at=ids.now_ms() - int(hours * _HOUR_MS))
        return Json({"status": "ok"})

    async def add_fault(self, request: Request) -> Response:
        """Make the next sends fail."""
        self._faults.add(ordered.parse(await json_object(request)))
        return Json({"status": "ok"})

    async def clear_faults(self, _request: Request) -> Response:
        """Let sends succeed again."""
        self._faults.clear()
        return Json({"status": "ok"})

    async def outbox(self, request: Request) -> Response:
        """Tell what the business sent, oldest first; `channel` and `contact` narrow it."""
        channel = request.query_params.get("channel", "")
        contact = request.query_params.get("contact", "")
        sent = self._store.messages(
            channel=channel, contact=self._known_as(channel, contact), outgoing=True
        )
        return Json([{**_sent(message), **self._carried(message, request)} for message in sent])

    async def contacts(self, request: Request) -> Response:
        """Tell who wrote on a channel, the last one first."""
        channel = request.query_params.get("channel", "")
        unread = self._store.unread(channel)
        return Json(
            [
                {
                    "contact": one.contact,
                    "name": one.name,
                    "last_inbound_at": one.last_inbound_at,
                    "unread": unread.get(one.contact, 0),
                }
                for one in self._store.customers(channel)
            ]
        )

    async def thread(self, request: Request) -> Response:
        """Tell what a customer and the business wrote, both directions, oldest first."""
        customer = self._customer(request.query_params)
        said = self._store.messages(channel=customer.channel, contact=customer.contact)
        return Json(
            {
                "channel": customer.channel,
                "contact": customer.contact,
                "name": customer.name,
                "ticket": self._journeys.ticket(said),
                "entries": [self._entry(message) for message in said],
            }
        )

    async def journeys(self, request: Request) -> Response:
        """Tell the ways of the last messages, unless nothing has changed since revision `after`."""
        revision = self._journeys.revision()
        if revision == request.query_params.get("after"):
            return Json({"revision": revision})
        return Json(
            {
                "revision": revision,
                "desk_down": self._journeys.is_desk_down(),
                "journeys": self._journeys.latest(),
            }
        )

    async def media(self, request: Request) -> Response:
        """Give a file to the business: WhatsApp's wants the token."""
        found = self._store.media(request.path_params["media_id"])
        if found is None:
            return Json({"error": "no such file"}, status_code=HTTPStatus.NOT_FOUND)
        if found.channel == "whatsapp" and not bearer_is_ours(request):
            return Json({"error": "a token is needed"}, status_code=HTTPStatus.UNAUTHORIZED)
        return _file(found)

    async def shown_media(self, request: Request) -> Response:
        """Give a file to the page."""
        found = self._store.media(request.path_params["media_id"])
        if found is None:
            return Json({"error": "no such file"}, status_code=HTTPStatus.NOT_FOUND)
        return _file(found)

    def _customer(self, order: Any) -> Customer:
        channel, contact = phones.parse_address(order)
        found = self._store.customer(channel, contact)
        if found is None:
            raise LookupError("nobody of that name wrote on this channel")
        return found

    def _known_as(self, channel: str, contact: str) -> str:
        channels = [channel] if channel else list(BUSINESSES)
        for one in channels if contact else []:
            found = self._store.customer(one, phones.contact_of(one, contact))
            if found:
                return found.contact
        return contact

    def _entry(self, message: Message) -> dict[str, Any]:
        rungs = self._store.rungs(message.id)
        return {
            "id": message.id,
            "from": "business" if message.outgoing else "customer",
            "type": message.type,
            "text": message.text,
            "file": self._file(message),
            "at": message.at,
            "status": message.status,
            "code": rung.code if (rung := rungs.get(message.status)) else None,
        }

    def _file(self, message: Message) -> dict[str, str] | None:
        media = self._store.media(message.media)
        return {"name": media.filename, "url": f"/sim/media/{media.id}"} if media else None

    def _carried(self, message: Message, request: Request) -> dict[str, str]:
        file = self._file(message)
        if file is None:
            return {}
        return {"filename": file["name"], "url": f"{request.base_url}{file['url'][1:]}"}


def _sent(message: Message) -> dict[str, Any]:
    return {
        "channel": message.channel,
        "account": BUSINESSES[message.channel].id,
        "recipient": message.contact,
        "type": message.type,
        "text": message.text,
        "id": message.id,
        "at": message.at,
        "status": message.status,
    }


def _file(media: Media) -> Response:
    headers = {"X-Content-Type-Options": "nosniff"}
    if not media.mime.startswith(_SHOWN):
        headers["Content-Disposition"] = "attachment"
    return Response(media.content, media_type=media.mime, headers=headers)


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except ValueError as exc:
            return Json({"error": str(exc)}, status_code=HTTPStatus.BAD_REQUEST)
        except LookupError as exc:
            return Json({"error": str(exc)}, status_code=HTTPStatus.NOT_FOUND)

    return guarded
