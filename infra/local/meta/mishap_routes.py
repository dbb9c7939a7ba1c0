"""The addresses at which tests and people make things go as they seldom go."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local.meta import delivery as ordered
from infra.local.meta import orders
from infra.local.meta.delivery import Delivery
from infra.local.meta.http import Json, guarded, json_object
from infra.local.meta.outside import Outside
from infra.local.meta.pace import Pace
from infra.local.meta.store import Store

_DONE: Final = {"status": "ok"}


class Mishaps:
    """The handlers."""

    def __init__(self, *, store: Store, delivery: Delivery, outside: Outside, pace: Pace) -> None:
        self._store = store
        self._delivery = delivery
        self._outside = outside
        self._pace = pace

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/sim/delivery", guarded(self.deliver), methods=["POST"]),
            Route("/sim/delivery", self.deliver_well, methods=["DELETE"]),
            Route("/sim/outside", guarded(self.outside), methods=["POST"]),
            Route("/sim/control", guarded(self.control), methods=["POST"]),
            Route("/sim/pace", guarded(self.pace), methods=["POST"]),
            Route("/sim/pace", self.any_pace, methods=["DELETE"]),
        ]

    async def deliver(self, request: Request) -> Response:
        """Let webhooks of a channel come in batches, twice, late, in another order."""
        channel, mishaps = ordered.parse(await json_object(request))
        self._delivery.order(channel, mishaps)
        return Json(_DONE)

    async def deliver_well(self, _request: Request) -> Response:
        """Let webhooks come one by one again, and send what was held back."""
        self._delivery.clear()
        return Json(_DONE)

    async def outside(self, request: Request) -> Response:
        """Let the business write on its own phone, or in Meta's inbox."""
        order = await json_object(request)
        customer = orders.known(self._store, order)
        return Json({"message_id": self._outside.do(customer, order)})

    async def control(self, request: Request) -> Response:
        """Let our application or another answer: `{channel, contact, owner, summary?}`."""
        order = await json_object(request)
        customer = orders.known(self._store, order)
        status = await self._outside.give(
            customer, owner=order.get("owner"), summary=order.get("summary", "")
        )
        return Json({"status": status})

    async def pace(self, request: Request) -> Response:
        """Limit how fast customers are written to: `{channel, most, seconds}`."""
        self._pace.order(await json_object(request))
        return Json(_DONE)

    async def any_pace(self, _request: Request) -> Response:
        """Limit it no more."""
        self._pace.clear()
        return Json(_DONE)
