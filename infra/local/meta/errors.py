"""The Graph API's refusals: a table of codes, and the bodies they are answered with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from infra.local.meta import ids
from infra.local.meta.accounts import INSTAGRAM, MESSENGER, WHATSAPP


class Known(NamedTuple):
    """What Meta answers for a code where nothing more is known: HTTP status and wording."""

    http: int
    title: str


#: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
_KNOWN: Final[Mapping[int, Known]] = MappingProxyType(
    {
        0: Known(401, "AuthException"),
        1: Known(500, "An unknown error occurred"),
        2: Known(503, "Service temporarily unavailable"),
        3: Known(500, "Capability or permissions issue"),
        4: Known(403, "Application request limit reached"),
        10: Known(403, "Application does not have permission for this action"),
        17: Known(400, "User request limit reached"),
        32: Known(403, "Page request limit reached"),
        33: Known(400, "The business phone number has been deleted"),
        100: Known(400, "Invalid parameter"),
        190: Known(401, "Error validating access token: Session has expired"),
        200: Known(403, "Requires permission to manage the object"),
        368: Known(403, "Temporarily blocked for policies violations"),
        551: Known(400, "This person isn't available right now."),
        613: Known(400, "Calls to this api have exceeded the rate limit."),
        80007: Known(400, "Rate limit issues"),
        130429: Known(400, "Rate limit hit"),
        130472: Known(400, "User's number is part of an experiment"),
        131000: Known(500, "Something went wrong"),
        131005: Known(403, "Access denied"),
        131008: Known(400, "Required parameter is missing"),
        131009: Known(400, "Parameter value is not valid"),
        131016: Known(500, "Service unavailable"),
        131021: Known(400, "Recipient cannot be sender"),
        131026: Known(400, "Message undeliverable"),
        131031: Known(403, "Business Account locked"),
        131042: Known(400, "Business eligibility payment issue"),
        131047: Known(400, "Re-engagement message"),
        131048: Known(400, "Spam rate limit hit"),
        131049: Known(400, "Message was not delivered to maintain healthy ecosystem engagement"),
        131050: Known(400, "User has stopped receiving marketing messages from this business"),
        131051: Known(400, "Unsupported message type"),
        131052: Known(400, "Media download error"),
        131053: Known(400, "Media upload error"),
        131056: Known(400, "(Business Account, Consumer Account) pair rate limit hit"),
        131057: Known(500, "Account in maintenance mode"),
        133004: Known(503, "Server temporarily unavailable"),
        133010: Known(400, "Phone number not registered"),
        2018300: Known(400, "Another app is controlling this thread"),
    }
)
_UNKNOWN: Final = Known(400, "Something went wrong")
_BAD_TOKEN: Final = 190
_OUTSIDE_WINDOW: Final = "This message is sent outside of allowed window."
_NO_USER: Final = "No matching user found"

#: The detail that Messenger and Instagram give with a code, by (channel, code).
_SUBCODES: Final[Mapping[tuple[str, int], tuple[int, str]]] = MappingProxyType(
    {
        (MESSENGER, 10): (2018278, _OUTSIDE_WINDOW),
        (INSTAGRAM, 10): (2534022, _OUTSIDE_WINDOW),
        (MESSENGER, 190): (463, "Error validating access token: Session has expired"),
        (INSTAGRAM, 190): (463, "Error validating access token: Session has expired"),
        (MESSENGER, 551): (1545041, "This person isn't available right now."),
        (INSTAGRAM, 551): (1545041, "This person isn't available right now."),
        (MESSENGER, 613): (2018338, "Calls to this api have exceeded the rate limit."),
    }
)


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


def of_code(channel: str, code: int, *, http: int = 0, details: str = "") -> GraphError:
    """
    Return what a channel answers for a code.

    `http` 0 is the code's usual status; `details` are WhatsApp's, the code's title where empty.
    """
    known = _KNOWN.get(code, _UNKNOWN)
    subcode, title = _SUBCODES.get((channel, code), (0, known.title))
    about_token = code == _BAD_TOKEN
    return GraphError(
        code,
        title if about_token else f"(#{code}) {title}",
        http=http or known.http,
        subcode=subcode,
        kind="IGApiException" if channel == INSTAGRAM and not about_token else "OAuthException",
        details=(details or title) if channel == WHATSAPP else "",
    )


def status_error(code: int) -> dict[str, Any]:
    """Return the error that a WhatsApp status `failed` carries for a code."""
    title = _KNOWN.get(code, _UNKNOWN).title
    return {"code": code, "title": title, "message": title, "error_data": {"details": title}}


def invalid(message: str, *, details: str = "") -> GraphError:
    """Return Meta's code 100: a parameter is missing or wrong."""
    return GraphError(100, f"(#100) {message}", details=details)


def no_such_user(channel: str) -> GraphError:
    """Return what is answered for somebody who never wrote to the account."""
    if channel == INSTAGRAM:
        return GraphError(
            100,
            "(#100) The requested user cannot be found.",
            subcode=2534014,
            kind="IGApiException",
        )
    return GraphError(100, f"(#100) {_NO_USER}", subcode=2018001)


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
