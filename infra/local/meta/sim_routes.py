"""The simulation's own addresses: what people and tests do with the phones, and what they see."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.meta import faults as ordered
from infra.local.meta import ids, orders, portraits
from infra.local.meta.deeds import InvalidOrder
from infra.local.meta.faults import Faults
from infra.local.meta.graph_routes import bearer_is_ours
from infra.local.meta.http import Json, guarded, json_object
from infra.local.meta.ladder import Ladder
from infra.local.meta.phones import Phones
from infra.local.meta.postman import Postman
from infra.local.meta.records import Media
from infra.local.meta.store import Store
from infra.local.meta.views import Views

_HOUR_MS: Final = 3_600_000
#: What a browser may show; everything else is offered for download.
_SHOWN: Final = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")


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
        views: Views,
    ) -> None:
        self._store = store
        self._postman = postman
        self._phones = phones
        self._ladder = ladder
        self._faults = faults
        self._views = views

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/sim/health", self.health),
            Route("/sim/send", guarded(self.send), methods=["POST"]),
            Route("/sim/raw", guarded(self.raw), methods=["POST"]),
            Route("/sim/picture", guarded(self.picture), methods=["POST"]),
            Route("/sim/read", guarded(self.read), methods=["POST"]),
            Route("/sim/window", guarded(self.window), methods=["POST"]),
            Route("/sim/faults", guarded(self.add_fault), methods=["POST"]),
            Route("/sim/faults", self.clear_faults, methods=["DELETE"]),
            Route("/sim/outbox", self.outbox),
            Route("/sim/contacts", guarded(self.contacts)),
            Route("/sim/thread", guarded(self.thread)),
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
        order = orders.parse(await json_object(request))
        status, message_id = await self._phones.send(order)
        return Json({"status": status, "message_id": message_id})

    async def picture(self, request: Request) -> Response:
        """Give a customer a picture: `{channel, contact, content}`."""
        self._store.put_media(portraits.parse(await json_object(request)))
        return Json({"status": "ok"})

    async def raw(self, request: Request) -> Response:
        """Sign and post a body as it is, once."""
        order = await json_object(request)
        channel, body = orders.parse_channel(order), order.get("body")
        if not isinstance(body, str):
            raise InvalidOrder("body is a string")
        status = await self._postman.post_once(channel, body.encode("utf-8", "surrogatepass"))
        return Json({"status": status})

    async def read(self, request: Request) -> Response:
        """Let a customer read everything that has arrived: `{channel, contact}`."""
        customer = orders.known(self._store, await json_object(request))
        return Json({"read": self._ladder.read(customer)})

    async def window(self, request: Request) -> Response:
        """Pretend that a customer last wrote hours ago: `{channel, contact, hours}`."""
        order = await json_object(request)
        customer, hours = orders.known(self._store, order), order.get("hours")
        if not isinstance(hours, int | float) or isinstance(hours, bool) or hours < 0:
            raise InvalidOrder("hours is a number, not below 0")
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
        return Json(self._views.outbox(channel, contact, base=str(request.base_url)))

    async def contacts(self, request: Request) -> Response:
        """Tell who wrote on a channel, the last one first."""
        return Json(self._views.contacts(request.query_params.get("channel", "")))

    async def thread(self, request: Request) -> Response:
        """Tell what a customer and the business wrote, both directions, oldest first."""
        return Json(self._views.thread(orders.known(self._store, request.query_params)))

    async def journeys(self, request: Request) -> Response:
        """Tell the ways of the last messages, unless nothing has changed since revision `after`."""
        revision = self._views.journeys.revision()
        if revision == request.query_params.get("after"):
            return Json({"revision": revision})
        return Json(
            {
                "revision": revision,
                "desk_down": self._views.journeys.is_desk_down(),
                "journeys": self._views.journeys.latest(),
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


def _file(media: Media) -> Response:
    headers = {"X-Content-Type-Options": "nosniff"}
    if not media.mime.startswith(_SHOWN):
        headers["Content-Disposition"] = "attachment"
    return Response(media.content, media_type=media.mime, headers=headers)
