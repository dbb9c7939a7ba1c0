"""The Graph API's addresses: `/v<NN>.0/…`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from infra.local import credentials
from infra.local.meta import carried, errors, forms, threads
from infra.local.meta.accounts import NODES, WHATSAPP, Host
from infra.local.meta.conversations import Conversations
from infra.local.meta.errors import GraphError
from infra.local.meta.graph import Answer, Graph, Manner
from infra.local.meta.http import Handler, Json, json_object
from infra.local.meta.nodes import Nodes
from infra.local.meta.phones import Phones
from infra.local.meta.records import Media
from infra.local.meta.standing import Standings, is_token

_HELD_SECONDS: Final = 60
_ME: Final = "me"  #: the account that a token belongs to


class CutAnswer(Response):
    """An answer that promises more than it sends: the connection ends in the middle."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the head and half of the body; the server then closes the connection."""
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self.body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


class Calls:
    """
    The handlers of the Graph API as one of its hosts.

    With `needs_proof`, a call without a proof of the application's secret is refused.
    """

    def __init__(
        self,
        *,
        graph: Graph,
        nodes: Nodes,
        said: Conversations,
        phones: Phones,
        standings: Standings,
        host: Host,
        needs_proof: bool,
    ) -> None:
        self._graph = graph
        self._nodes = nodes
        self._said = said
        self._phones = phones
        self._standings = standings
        self._host = host
        self._needs_proof = needs_proof

    def routes(self) -> list[Route]:
        """Return the routes."""
        base = f"{self._host.path}/v{{version:int}}.0/{{node}}"
        public = (("comments", self.comments), ("replies", self.comments))
        return [
            Route(f"{base}/messages", refusing(self.messages), methods=["POST"]),
            Route(f"{base}/messages", refusing(self.conversation)),
            Route(f"{base}/conversations", refusing(self.conversations)),
            Route(f"{base}/media", refusing(self.media), methods=["POST"]),
            *(
                Route(f"{base}/{name}", refusing(handler), methods=["POST"], name=name)
                for name, handler in (*public, *((call, self.thread) for call in threads.CALLS))
            ),
            Route(f"{base}/message_templates", refusing(self.templates)),
            Route(base, refusing(self.node)),
        ]

    async def messages(self, request: Request) -> Response:
        """Send a message, mark one as read, or show that somebody types."""
        body, file = await body_of(request)
        self.authorise(request, body)
        if link := "" if file else carried.link_of(body):
            file = await asyncio.to_thread(carried.fetch, link)
        answer = self._graph.messages(self._node(request), body, file=file)
        if answer.after:
            await self._graph.told(answer.after)
        return await _answered(request, answer)

    async def conversations(self, request: Request) -> Response:
        """Tell the conversations of an account."""
        self.authorise(request, request.query_params)
        return Json(self._said.listed(self._node(request), request.query_params))

    async def conversation(self, request: Request) -> Response:
        """Tell the messages of a conversation."""
        self.authorise(request, request.query_params)
        return Json(self._said.messages(self._node(request), request.query_params))

    async def media(self, request: Request) -> Response:
        """Upload a file."""
        fields, files = await _form(request)
        self.authorise(request, fields)
        answer = self._graph.upload(self._node(request), fields, file=files.get("file"))
        return await _answered(request, answer)

    async def comments(self, request: Request) -> Response:
        """Answer a comment under the post."""
        body, _ = await body_of(request)
        self.authorise(request, body)
        return Json(self._graph.comment(self._node(request), _last(request), body))

    async def thread(self, request: Request) -> Response:
        """Take a conversation, or give it away."""
        body, _ = await body_of(request)
        self.authorise(request, body)
        return Json(self._graph.thread(self._node(request), _last(request), body))

    async def templates(self, request: Request) -> Response:
        """Tell the templates."""
        self.authorise(request, request.query_params)
        return Json(self._nodes.templates(self._node(request)))

    async def node(self, request: Request) -> Response:
        """Tell an object's fields."""
        self.authorise(request, request.query_params)
        name, fields = self._node(request), request.query_params.get("fields", "")
        found = self._nodes.find(name, fields=fields, media_url=self._phones.media_url)
        if name == self._host.me and self._host.own_id:
            found = {**found, "id": self._host.own_id, "user_id": name}
        return Json(_only(found, fields), headers=self._usage(name))

    def _usage(self, node: str) -> dict[str, str]:
        """Return the header that tells how much of the calls per hour were made."""
        if node not in NODES:
            return {}
        row = {"type": "pages", "call_count": self._standings.of(NODES[node].channel).used}
        return {"X-Business-Use-Case-Usage": json.dumps({node: [row]})}

    def _node(self, request: Request) -> str:
        name = str(request.path_params["node"])
        name = self._host.me if name in {_ME, self._host.own_id} else name
        if name in NODES and NODES[name].channel not in self._host.channels:
            raise errors.no_such_node(name)
        return name

    def channel_of(self, request: Request) -> str:
        """Return the channel whose account hangs on a request's node; raise GraphError."""
        name = self._node(request)
        if name == credentials.WHATSAPP_BUSINESS_ID:
            return WHATSAPP
        if name not in NODES:
            raise errors.no_such_node(name)
        return NODES[name].channel

    def authorise(
        self, request: Request, fields: Mapping[str, Any], *, proof_is_wanted: bool = True
    ) -> None:
        """Return if the business asks, with a token that is good; raise GraphError otherwise."""
        token = fields.get("access_token") or request.query_params.get("access_token")
        token = str(token or bearer(request))
        if not is_token(token) or not self._standings.token.is_good:
            raise errors.bad_token()
        proof = fields.get("appsecret_proof") or request.query_params.get("appsecret_proof")
        if proof and proof not in [_proof(secret, token) for secret in credentials.APP_SECRETS]:
            raise errors.no_proof(is_given=True)
        if not proof and self._needs_proof and proof_is_wanted:
            raise errors.no_proof(is_given=False)

    def authorise_application(self, request: Request) -> None:
        """Return if the application asks, by its id and its secret, or the business itself."""
        asker = request.query_params.get("access_token") or bearer(request)
        if asker not in [f"{credentials.APP_ID}|{secret}" for secret in credentials.APP_SECRETS]:
            self.authorise(request, request.query_params)


def bearer(request: Request) -> str:
    """Return the token in a request's header, "" where there is none."""
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def bearer_is_ours(request: Request) -> bool:
    """Return whether a request carries the business's token in its header."""
    return is_token(bearer(request))


async def body_of(request: Request) -> tuple[dict[str, Any], Media | None]:
    """Return a call's body, of JSON or of a form, and the file that came along in the form."""
    if forms.is_form(request.headers.get("content-type", "")):
        fields, files = await _form(request)
        return {name: _value(text) for name, text in fields.items()}, files.get("filedata")
    try:
        return await json_object(request), None
    except ValueError as exc:
        raise errors.invalid("The body is not a JSON object") from exc


async def _form(request: Request) -> tuple[Mapping[str, str], Mapping[str, Media]]:
    try:
        form = forms.parse(request.headers.get("content-type", ""), await request.body())
    except ValueError as exc:
        raise errors.invalid("The body is not a form") from exc
    return form.fields, {name: carried.of_part(part) for name, part in form.files.items()}


def _value(text: str) -> Any:
    """Return a field of a form, in which objects are written as JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict) else text


def _last(request: Request) -> str:
    """Return the last part of a request's path."""
    return request.url.path.rpartition("/")[2]


def refusing(handler: Handler) -> Handler:
    """Return a handler that answers what the Graph API refuses as Meta does."""

    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except GraphError as error:
            return Json(error.body(), status_code=error.http)

    return guarded


def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


async def _answered(request: Request, answer: Answer) -> Response:
    if answer.manner is Manner.CUT:
        return CutAnswer(Json(answer.body).body)
    if answer.manner is Manner.HELD:
        await _until_gone(request)
    return Json(answer.body, status_code=answer.http)


async def _until_gone(request: Request) -> None:
    try:
        async with asyncio.timeout(_HELD_SECONDS):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _only(found: Mapping[str, Any], fields: str) -> Mapping[str, Any]:
    wanted = {field.strip() for field in fields.split(",") if field.strip()} | {"id"}
    return {key: value for key, value in found.items() if not fields or key in wanted}
