"""Calls of the Graph API, and what their answers mean in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

from chalicelib.errors import (
    AmbiguousError,
    Refused,
    ScriptaError,
    TransientError,
    Unauthorised,
)
from chalicelib.graph_api import error_codes
from chalicelib.graph_api.error_codes import Meaning, Verdict
from chalicelib.graph_api.fields import identifier, mapping, number, words
from chalicelib.http_client import LONGEST_WAIT, READ_TIMEOUT, Form, Response, Transport

_NO_CODE: Final = -1
_NAME_TIME: Final = 3.0  #: seconds; a name is not worth a longer wait
_FILE_TIME: Final = 20.0  #: seconds; the platform looks through a file before it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The Graph API of one version (`v26.0`) at one address."""

    http: Transport
    url: str
    version: str

    def send(self, node: str, body: Mapping[str, Any] | Form, *, token: str) -> Mapping[str, Any]:
        """
        Post a message to a node, a form where a file comes along, and return the answer.

        Raises Refused, TransientError, Unauthorised or AmbiguousError: see `ports.Channel.send`.
        """
        return self._call("POST", f"{quote(node, safe='')}/messages", token=token, body=body)

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
            reason = error_codes.CONTENT if exc.reason == error_codes.INVALID else exc.reason
            raise Refused(reason, exc.detail) from exc
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
        url = f"{self._address(quote(person, safe=''))}?fields={','.join(fields)}"
        headers = {"authorization": f"Bearer {token}"}
        try:
            response = self.http.request("GET", url, headers=headers, body=None, timeout=_NAME_TIME)
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

    def _address(self, path: str) -> str:
        return f"{self.url.rstrip('/')}/{self.version}/{path}"

    def _call(
        self,
        method: str,
        path: str,
        *,
        token: str,
        body: Mapping[str, Any] | Form | None = None,
    ) -> Mapping[str, Any]:
        """Return the answer to a call; raise what any other answer, or none, stands for."""
        # In a header: addresses end up in the logs of whoever stands in between.
        headers = {"authorization": f"Bearer {token}"}
        timeout = _FILE_TIME if isinstance(body, Form) else READ_TIMEOUT
        response = self.http.request(
            method, self._address(path), headers=headers, body=body, timeout=timeout
        )
        answer = _json(response)
        if response.ok and "error" not in answer:
            return answer
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
        case Meaning(Verdict.REFUSED, reason):
            return Refused(reason, error_codes.wording(error) or said)
        case Meaning(Verdict.TRANSIENT):
            return TransientError(said, retry_after=_retry_after(response))
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


def _retry_after(response: Response) -> float | None:
    """Return how many seconds the platform asks to wait, None where it does not say."""
    seconds = number(response.headers.get("retry-after"))
    return min(float(seconds), LONGEST_WAIT) if seconds > 0 else None
