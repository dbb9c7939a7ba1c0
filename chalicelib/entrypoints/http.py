"""The HTTP side: webhooks in, the platforms' handshake, health."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib import bootstrap, bootstrap_rare, version
from chalicelib.errors import (
    InvalidSignature,
    MalformedPayload,
    Replayed,
    ScriptaError,
    TooLarge,
    UnknownIntegration,
)

if TYPE_CHECKING:
    from chalicelib.domain.ports import Webhook

_DESK_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CODE = re.compile(r"[0-9a-f]{32}")

# A handler with its blueprint's real path, as Chalice packages it. Chalice's own check of the content
# type, which `content_types=[]` turns off, would refuse with 415 before the signature is seen, and
# repeat what was sent.
routes = Blueprint(__name__)

#: The one place where an error becomes a status. Constant bodies: a refusal tells nothing.
_STATUS_BY_ERROR: dict[type[ScriptaError], int] = {
    InvalidSignature: 401,
    MalformedPayload: 400,
    TooLarge: 413,
    UnknownIntegration: 404,
}
_BODY_BY_STATUS = {
    400: "malformed",
    401: "unauthorised",
    403: "forbidden",
    404: "not found",
    413: "too large",
    503: "not accepted, send again",
}
#: By the values of RequestState, with which a cold start would load all that erasing knows.
_SAID_OF_DELETION = {
    "waiting": "The request was received. What is held is being deleted.",
    "done": "Everything that was held was deleted.",
    "nothing": "Nothing was held.",
}
_FORBIDDEN = 403
_NOT_FOUND = 404
_UNAVAILABLE = 503


@routes.route("/webhooks/{channel}", methods=["GET"], content_types=[])
def handshake(channel: str) -> Response:
    """Answer the platform's question whether this address is ours."""
    query = dict(routes.current_request.query_params or {})
    try:
        challenge = bootstrap.channel(channel).handshake(query)
    except InvalidSignature:
        return _refusal(_FORBIDDEN)
    except ScriptaError as exc:
        return _failure(exc, "handshake")
    return _plain(200, challenge)


@routes.route("/webhooks/{channel}", methods=["POST"], content_types=[])
def channel_webhook(channel: str) -> Response:
    """Take a platform's webhook."""
    return _receive(f"channel:{channel}", lambda: bootstrap.channel(channel))


@routes.route("/helpdesks/{desk}/webhook", methods=["POST"], content_types=[])
def desk_webhook(desk: str) -> Response:
    """Take a helpdesk's webhook."""
    # Before anything is looked up under it.
    if not _DESK_ID.fullmatch(desk):
        return _refusal(_NOT_FOUND)
    return _receive(f"desk:{desk}", lambda: bootstrap.helpdesk_of(desk))


@routes.route("/health", content_types=[])
def health() -> dict[str, str]:
    """Say that the application answers, and which version of it."""
    return {"status": "ok", "version": version.VERSION}


@routes.route("/compliance/data-deletion", methods=["POST"], content_types=[])
def request_deletion() -> Response:
    """Take Meta's request to delete what is held of a user, and say where its state is shown."""
    try:
        code = bootstrap_rare.deletions().take(_body())
    except ScriptaError as exc:
        return _failure(exc, "data-deletion")
    return Response({"url": f"{_address()}/{code}", "confirmation_code": code})


@routes.route("/compliance/data-deletion/{code}", methods=["GET"], content_types=[])
def deletion_state(code: str) -> Response:
    """Show how far a request has come, to whoever has its code."""
    if not _CODE.fullmatch(code):
        return _refusal(_NOT_FOUND)
    try:
        request = bootstrap_rare.deletions().state(code)
    except ScriptaError as exc:
        return _failure(exc, "data-deletion")
    if request is None:
        return _refusal(_NOT_FOUND)
    return _plain(200, f"{_SAID_OF_DELETION[request.state]}\nCode: {code}\n")


@routes.route("/compliance/deauthorize", methods=["POST"], content_types=[])
def deauthorise() -> Response:
    """Take that a user of the app has left it."""
    try:
        bootstrap_rare.deletions().leave(_body())
    except ScriptaError as exc:
        return _failure(exc, "deauthorize")
    return _plain(200, "")


def _address() -> str:
    """Return the address that was asked, without what anybody could make it be."""
    request = routes.current_request
    context = request.context
    # Only the local server has no name but the one that it is asked under.
    place = context.get("domainName")
    origin = f"https://{place}" if place else f"http://{request.headers.get('host', '')}"
    return f"{origin}{context['path']}"


def _receive(source: str, webhook: Callable[[], Webhook]) -> Response:
    try:
        body = _body()
        headers = {name.lower(): value for name, value in routes.current_request.headers.items()}
        bootstrap.receiver().receive(webhook(), source=source, body=body, headers=headers)
    except Replayed:
        # Whoever sends it again learns nothing, and a desk whose clock is wrong is noticed here.
        bootstrap.log().alarm("webhook not of now", source=source)
    except ScriptaError as exc:
        return _failure(exc, source)
    return _plain(200, "")


def _body() -> bytes:
    try:
        body = routes.current_request.raw_body
    except UnicodeEncodeError as exc:
        # A lone surrogate: what was signed cannot be known.
        raise InvalidSignature("the body is not what was sent") from exc
    return body if isinstance(body, bytes) else body.encode()


def _failure(exc: ScriptaError, source: str) -> Response:
    status = _STATUS_BY_ERROR.get(type(exc), _UNAVAILABLE)
    if status == _UNAVAILABLE:
        bootstrap.log().alarm("webhook not accepted", source=source, error=type(exc).__name__)
    else:
        bootstrap.log().warning("webhook refused", source=source, error=type(exc).__name__)
    return _refusal(status)


def _refusal(status: int) -> Response:
    return _plain(status, _BODY_BY_STATUS[status])


def _plain(status: int, body: str) -> Response:
    return Response(body, status_code=status, headers={"Content-Type": "text/plain"})
