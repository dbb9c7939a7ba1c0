"""The Graph API's refusals, and the bodies they are answered with."""

from __future__ import annotations

from typing import Any, Final

from infra.local.meta import ids
from infra.local.meta.accounts import INSTAGRAM, WHATSAPP
from infra.local.meta.error_codes import CODES, SUBCODES, UNKNOWN, USUAL

_BAD_TOKEN: Final = 190


class GraphError(Exception):
    """
    A call of the Graph API that Meta refuses.

    `http` is the status of the answer; `kind` Meta's exception class; the subcode is 0 where
    there is none; `details` stand in `error_data`, which WhatsApp alone has.
    """

    def __init__(
        self,
        code: int,
        message: str,
        *,
        http: int = 400,
        subcode: int = 0,
        kind: str = "OAuthException",
        details: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http = http
        self.subcode = subcode
        self.kind = kind
        self.details = details

    def body(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.details:
            error["error_data"] = {"messaging_product": WHATSAPP, "details": self.details}
        return {"error": {**error, "fbtrace_id": ids.trace_id()}}


def of_code(
    channel: str, code: int, *, http: int = 0, subcode: int = 0, details: str = ""
) -> GraphError:
    """
    Return what a channel answers for a code.

    `http` and `subcode` 0 are the code's usual ones; `details` are WhatsApp's, the usual ones
    where empty.
    """
    known = CODES.get(code, UNKNOWN)
    if channel == WHATSAPP:
        usual = details or known.details or known.title
        return GraphError(
            code,
            f"(#{code}) {known.title}",
            http=http or known.http,
            subcode=subcode,
            details=usual,
        )
    subcode = subcode or USUAL.get((channel, code), 0)
    title = SUBCODES.get(subcode, known.title)
    about_token = code == _BAD_TOKEN
    return GraphError(
        code,
        title if about_token else f"(#{code}) {title}",
        http=http or known.http,
        subcode=subcode,
        kind="IGApiException" if channel == INSTAGRAM and not about_token else "OAuthException",
    )


def status_error(code: int) -> dict[str, Any]:
    """Return the error that a WhatsApp status `failed` carries for a code."""
    known = CODES.get(code, UNKNOWN)
    details = known.details or known.title
    return {
        "code": code,
        "title": known.title,
        "message": known.title,
        "error_data": {"details": details},
    }


def invalid(message: str, *, details: str = "") -> GraphError:
    """Return Meta's code 100: a parameter is missing or wrong."""
    return GraphError(100, f"(#100) {message}", details=details)


def no_such_user(channel: str) -> GraphError:
    """Return what is answered for somebody who never wrote to the account."""
    return of_code(channel, 100, subcode=2534014 if channel == INSTAGRAM else 2018001)


def no_such_node(node: str) -> GraphError:
    """Return what is answered for an object that is not there or not ours."""
    return GraphError(
        100,
        f"Unsupported request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation.",
        subcode=33,
        kind="GraphMethodException",
    )


def bad_token() -> GraphError:
    """Return what is answered for a token that is missing or not ours."""
    return GraphError(
        _BAD_TOKEN, "Invalid OAuth access token - Cannot parse access token", http=401
    )


def no_proof(*, is_given: bool) -> GraphError:
    """Return what is answered for a proof of the secret that is wrong, or asked for and missing."""
    message = (
        "Invalid appsecret_proof provided in the API argument"
        if is_given
        else "API calls from the server require an appsecret_proof argument"
    )
    return GraphError(100, message, kind="GraphMethodException")
