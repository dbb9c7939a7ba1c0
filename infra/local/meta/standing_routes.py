"""What the Graph API tells of tokens and subscriptions, and the address that makes them go wrong."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.local import credentials
from infra.local.meta.accounts import INSTAGRAM, Host
from infra.local.meta.graph_routes import Calls, body_of, refusing
from infra.local.meta.http import Json, guarded, json_object
from infra.local.meta.standing import Standings

_DONE: Final = {"status": "ok"}
_SUCCESS: Final = {"success": True}


class StandingCalls:
    """The handlers of one of the Graph API's hosts, beside those of `calls`."""

    def __init__(self, *, calls: Calls, standings: Standings, host: Host) -> None:
        self._calls = calls
        self._standings = standings
        self._host = host

    def routes(self) -> list[Route]:
        """Return the routes."""
        base = f"{self._host.path}/v{{version:int}}.0"
        edge = f"{base}/{{node}}/subscribed_apps"
        renewing = Route(f"{self._host.path}/refresh_access_token", refusing(self.renew))
        return [
            Route(f"{base}/app", refusing(self.app)),
            Route(f"{base}/debug_token", refusing(self.debug)),
            Route(edge, refusing(self.subscribed)),
            Route(edge, refusing(self.subscribe), methods=["POST"]),
            Route(edge, refusing(self.unsubscribe), methods=["DELETE"]),
            # Only Instagram's own login has tokens that are renewed.
            *([renewing] if self._host.channels == (INSTAGRAM,) else []),
        ]

    async def app(self, request: Request) -> Response:
        """Tell the application that a token is of."""
        self._calls.authorise(request, request.query_params)
        return Json({"id": credentials.APP_ID, "name": "The shop"})

    async def debug(self, request: Request) -> Response:
        """Tell how a token stands, to the application itself or to the token."""
        self._calls.authorise_application(request)
        return Json(self._standings.debugged())

    async def subscribed(self, request: Request) -> Response:
        """Tell which applications are told of an account, and of what."""
        self._calls.authorise(request, request.query_params)
        channel = self._calls.channel_of(request)
        standing = self._standings.of(channel)
        app = {"id": credentials.APP_ID, "name": "The shop"}
        if channel == "whatsapp":
            entry: dict[str, object] = {"whatsapp_business_api_data": app}
        else:
            entry = {**app, "subscribed_fields": list(standing.fields)}
        return Json({"data": [entry] if standing.subscribed else []})

    async def subscribe(self, request: Request) -> Response:
        """Tell the application of an account."""
        body, _ = await body_of(request)
        self._calls.authorise(request, body)
        fields = body.get("subscribed_fields") or request.query_params.get("subscribed_fields", "")
        self._standings.subscribe(self._calls.channel_of(request), str(fields))
        return Json(_SUCCESS)

    async def unsubscribe(self, request: Request) -> Response:
        """Tell the application nothing more of an account."""
        self._calls.authorise(request, request.query_params)
        self._standings.unsubscribe(self._calls.channel_of(request))
        return Json(_SUCCESS)

    async def renew(self, request: Request) -> Response:
        """Answer with a new token for one that is still good."""
        self._calls.authorise(request, request.query_params, proof_is_wanted=False)
        return Json(self._standings.renew())


class StandingOrders:
    """The handlers of the addresses that tests and people use."""

    def __init__(self, standings: Standings) -> None:
        self._standings = standings

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/sim/standing", guarded(self.order), methods=["POST"]),
            Route("/sim/standing", self.clear, methods=["DELETE"]),
        ]

    async def order(self, request: Request) -> Response:
        """Let the token or an account stand otherwise."""
        self._standings.order(await json_object(request))
        return Json(_DONE)

    async def clear(self, _request: Request) -> Response:
        """Let all stand well again."""
        self._standings.clear()
        return Json(_DONE)
