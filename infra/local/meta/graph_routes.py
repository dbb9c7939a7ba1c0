"""The Graph API's addresses: `/v<NN>.0/…`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from infra.local import credentials
from infra.local.meta import carried, errors, forms
from infra.local.meta.conversations import Conversations
from infra.local.meta.errors import GraphError
from infra.local.meta.graph import Answer, Graph, Manner
from infra.local.meta.http import Json, json_object
from infra.local.meta.phones import Phones
from infra.local.meta.store import Media

_HELD_SECONDS: Final = 60


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


def routes(graph: Graph, phones: Phones, said: Conversations) -> list[Route]:
    """Return the routes of the Graph API."""

    async def messages(request: Request) -> Response:
        try:
            body, file = await _body(request)
            _authorise(request, body)
            if link := "" if file else carried.link_of(body):
                file = await asyncio.to_thread(carried.fetch, link)
            answer = graph.messages(request.path_params["node"], body, file=file)
        except GraphError as error:
            return Json(error.body(), status_code=error.http)
        return await _answered(request, answer)

    async def media(request: Request) -> Response:
        try:
            fields, files = await _form(request)
            _authorise(request, fields)
            file = files.get("file")
            answer = graph.upload(request.path_params["node"], fields, file=file)
        except GraphError as error:
            return Json(error.body(), status_code=error.http)
        return await _answered(request, answer)

    async def node(request: Request) -> Response:
        name = request.path_params["node"]
        try:
            _authorise(request, request.query_params)
            fields = request.query_params.get("fields", "")
            found = graph.node(name, fields=fields, media_url=phones.media_url(name))
        except GraphError as error:
            return Json(error.body(), status_code=error.http)
        return Json(_only(found, fields))

    async def conversations(request: Request) -> Response:
        return _told(request, said.listed)

    async def conversation(request: Request) -> Response:
        return _told(request, said.messages)

    return [
        Route("/v{version:int}.0/{node}/messages", messages, methods=["POST"]),
        Route("/v{version:int}.0/{node}/messages", conversation),
        Route("/v{version:int}.0/{node}/conversations", conversations),
        Route("/v{version:int}.0/{node}/media", media, methods=["POST"]),
        Route("/v{version:int}.0/{node}", node),
    ]


def _told(
    request: Request, call: Callable[[str, Mapping[str, str]], Mapping[str, Any]]
) -> Response:
    try:
        _authorise(request, request.query_params)
        return Json(call(request.path_params["node"], request.query_params))
    except GraphError as error:
        return Json(error.body(), status_code=error.http)


def bearer_is_ours(request: Request) -> bool:
    """Return whether a request carries the business's token in its header."""
    expected = f"Bearer {credentials.ACCESS_TOKEN}"
    given = request.headers.get("authorization", "")
    return hmac.compare_digest(given.encode(), expected.encode())


async def _body(request: Request) -> tuple[dict[str, Any], Media | None]:
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


def _authorise(request: Request, fields: Mapping[str, Any]) -> None:
    token = fields.get("access_token") or request.query_params.get("access_token")
    if token != credentials.ACCESS_TOKEN and not bearer_is_ours(request):
        raise errors.bad_token()
    proof = fields.get("appsecret_proof") or request.query_params.get("appsecret_proof")
    if proof and proof not in map(_proof, credentials.APP_SECRETS):
        raise GraphError(
            100,
            "Invalid appsecret_proof provided in the API argument",
            kind="GraphMethodException",
        )


def _proof(secret: str) -> str:
    token = credentials.ACCESS_TOKEN.encode()
    return hmac.new(secret.encode(), token, hashlib.sha256).hexdigest()


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
