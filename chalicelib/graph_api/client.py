"""Calls of the Graph API, and what their answers mean in our words."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

from chalicelib.errors import (
    AmbiguousError,
    Refused,
    ScriptaError,
    TooFast,
    TransientError,
    Unauthorised,
)
from chalicelib.graph_api import error_codes
from chalicelib.graph_api.error_codes import Meaning, Verdict
from chalicelib.graph_api.fields import identifier, mapping, number, words
from chalicelib.http_client import READ_TIMEOUT, Body, Form, Response, Transport, retry_after

_NO_CODE: Final = -1
_COURTESY_TIME: Final = 3.0  #: seconds; neither a name nor a read mark is worth a longer wait
_FILE_TIME: Final = 20.0  #: seconds; the platform looks through a file before it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """
    The Graph API of one version (`v26.0`, or none) at one address.

    With the secret of the app that the tokens are of, every call proves that it is the app's:
    https://developers.facebook.com/docs/graph-api/guides/secure-requests
    """

    http: Transport
    url: str
    version: str
    app_secret: str = ""

    def send(self, node: str, body: Mapping[str, Any] | Form, *, token: str) -> Mapping[str, Any]:
        """
        Post a message to a node, a form where a file comes along, and return the answer.

        Raises Refused, TransientError, Unauthorised or AmbiguousError: see `ports.Channel.send`.
        """
        return self._call("POST", f"{quote(node, safe='')}/messages", token=token, body=body)

    def comment(self, comment: str, edge: str, text: str, *, token: str) -> Mapping[str, Any]:
        """Answer a public comment and return the answer; `edge` is where. Raises as `send` does."""
        path = f"{quote(comment, safe='')}/{edge}"
        return self._call("POST", path, token=token, body={"message": text})

    def take_control(self, node: str, person: str, *, token: str) -> None:
        """
        Take a conversation over from the application that holds it.

        Raises Refused, Unauthorised or TransientError; taking it twice is harmless.
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
        """
        path = f"{quote(node, safe='')}/take_thread_control"
        try:
            self._call("POST", path, token=token, body={"recipient": {"id": person}})
        except AmbiguousError as exc:
            raise TransientError(f"not taken for certain: {exc}") from exc

    def sign(self, node: str, body: Mapping[str, Any], *, token: str) -> bool:
        """
        Show a customer a sign (read, typing) which is worth no failure and no long wait.

        Returns whether the platform took it.
        """
        address = self._address(f"{quote(node, safe='')}/messages", token=token)
        headers = {"authorization": f"Bearer {token}"}
        try:
            answer = self.http.request(
                "POST", address, headers=headers, body=body, timeout=_COURTESY_TIME
            )
        except ScriptaError:
            return False
        return answer.ok

    def upload(self, node: str, form: Form, *, token: str) -> str:
        """
        Give a file to a node, to be sent later, and return its id.

        Raises Refused, Unauthorised, or TransientError for all that may have been taken as well:
        an upload reaches nobody.
        """
        path = f"{quote(node, safe='')}/media"
        try:
            answer = self._call("POST", path, token=token, body=form)
        except AmbiguousError as exc:
            raise TransientError(f"not uploaded for certain: {exc}") from exc
        except Refused as exc:
            # The only parameter that can be wrong is the file.
            if exc.reason == error_codes.INVALID:
                raise Refused(error_codes.CONTENT, exc.detail) from exc
            raise
        found = identifier(answer.get("id"))
        if not found:
            raise TransientError("the answer to the upload names no file")
        return found

    def media_url(self, media: str, *, token: str) -> str:
        """
        Return the address of a WhatsApp file, which is good for five minutes.

        Raises Refused where it is there no more, Unauthorised, or TransientError.
        https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
        """
        try:
            answer = self._call("GET", quote(media, safe=""), token=token)
        except AmbiguousError as exc:
            raise TransientError(f"not told for certain: {exc}") from exc
        except Refused as exc:
            raise Refused(error_codes.FILE_GONE, exc.detail) from exc
        url = words(answer.get("url"))
        if not url:
            raise TransientError("the answer names no address")
        return url

    def profile(self, person: str, *, fields: Sequence[str], token: str) -> dict[str, str]:
        """
        Return the fields of a person's profile that are told; none where the call fails.

        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
        """
        url = self._address(quote(person, safe=""), token=token, fields=",".join(fields))
        headers = {"authorization": f"Bearer {token}"}
        try:
            response = self.http.request(
                "GET", url, headers=headers, body=None, timeout=_COURTESY_TIME
            )
        except ScriptaError:
            return {}
        told = _json(response) if response.ok else {}
        values = {field: words(told.get(field)).strip() for field in fields}
        return {field: value for field, value in values.items() if value}

    def edge(
        self, node: str, edge: str, query: Mapping[str, str], *, token: str
    ) -> Mapping[str, Any]:
        """
        Return one page of what hangs on a node.

        Raises Refused, Unauthorised, or TransientError.
        https://developers.facebook.com/docs/graph-api/results
        """
        path = f"{quote(node, safe='')}/{edge}?{urlencode(query)}"
        try:
            return self._call("GET", path, token=token)
        except AmbiguousError as exc:
            raise TransientError(f"not told for certain: {exc}") from exc

    def read(self, path: str, query: Mapping[str, str], *, token: str) -> Response:
        """
        Return the whole answer to a question, its headers included.

        Raises Refused, Unauthorised, or TransientError.
        """
        address = f"{path}?{urlencode(query)}" if query else path
        try:
            return self._ask("GET", address, token=token)
        except AmbiguousError as exc:
            raise TransientError(f"not told for certain: {exc}") from exc

    def subscribe(self, node: str, fields: Sequence[str], *, token: str) -> None:
        """
        Have a node's webhooks of these fields sent to the token's app; no fields are the node's all.

        Raises Refused, Unauthorised or TransientError; doing it twice is harmless.
        https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
        """
        body = {"subscribed_fields": ",".join(fields)} if fields else {}
        path = f"{quote(node, safe='')}/subscribed_apps"
        try:
            self._call("POST", path, token=token, body=body)
        except AmbiguousError as exc:
            raise TransientError(f"not subscribed for certain: {exc}") from exc

    def _address(self, path: str, *, token: str, **query: str) -> str:
        if self.app_secret:
            # It is worth nothing without the token, so that it may stand in an address.
            key, message = self.app_secret.encode(), token.encode()
            query["appsecret_proof"] = hmac.new(key, message, hashlib.sha256).hexdigest()
        asked = urlencode(query, safe=",")
        mark = ("&" if "?" in path else "?") if asked else ""
        version = f"/{self.version}" if self.version else ""
        return f"{self.url.rstrip('/')}{version}/{path}{mark}{asked}"

    def _call(
        self,
        method: str,
        path: str,
        *,
        token: str,
        body: Body | None = None,
    ) -> Mapping[str, Any]:
        """Return the answer to a call; raise what any other answer, or none, stands for."""
        return _json(self._ask(method, path, token=token, body=body))

    def _ask(
        self,
        method: str,
        path: str,
        *,
        token: str,
        body: Body | None = None,
    ) -> Response:
        # In a header: addresses end up in the logs of whoever stands in between.
        headers = {"authorization": f"Bearer {token}"}
        timeout = _FILE_TIME if isinstance(body, Form) else READ_TIMEOUT
        response = self.http.request(
            method, self._address(path, token=token), headers=headers, body=body, timeout=timeout
        )
        answer = _json(response)
        if response.ok and "error" not in answer:
            return response
        raise _failure(response, mapping(answer.get("error")))


def message_id(answer: object) -> str:
    """Return the id of what was sent; raise AmbiguousError where the answer names none."""
    found = identifier(answer)
    if not found:
        raise AmbiguousError("the answer to the send names no message")
    return found


def _json(response: Response) -> Mapping[str, Any]:
    try:
        return mapping(response.json())
    except (ValueError, RecursionError):
        return {}


def _failure(response: Response, error: Mapping[str, Any]) -> ScriptaError:
    """Return what an answer stands for."""
    code = error["code"] if type(error.get("code")) is int else _NO_CODE
    subcode = number(error.get("error_subcode"))
    said = f"HTTP {response.status}, code {code}, subcode {subcode}"
    known = error_codes.meaning(code, subcode=subcode, message=words(error.get("message")))
    match known or _unlisted(response.status, error):
        case Meaning(Verdict.REFUSED, reason, alarm):
            return Refused(reason, error_codes.wording(error) or said, alarm=alarm)
        case Meaning(Verdict.TRANSIENT, _, alarm):
            return TransientError(said, retry_after=retry_after(response), alarm=alarm)
        case Meaning(Verdict.TOO_FAST):
            return TooFast(said, retry_after=retry_after(response))
        case Meaning(Verdict.UNAUTHORISED):
            return Unauthorised(said)
        case _:
            return AmbiguousError(said)


def _unlisted(status: int, error: Mapping[str, Any]) -> Meaning:
    """Return what an answer means whose code, if it has one, is not in the table."""
    ambiguous = Meaning(Verdict.AMBIGUOUS, error_codes.OTHER)
    if status == HTTPStatus.UNAUTHORIZED:
        return Meaning(Verdict.UNAUTHORISED, error_codes.OTHER)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Meaning(Verdict.TRANSIENT, error_codes.OTHER)
    if status == HTTPStatus.REQUEST_TIMEOUT or error.get("is_transient") is True:
        return ambiguous
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        # Whoever redirects is not the Graph API: the address has to be corrected.
        return Meaning(Verdict.TRANSIENT, error_codes.OTHER)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Meaning(Verdict.REFUSED, error_codes.OTHER)
    return ambiguous
