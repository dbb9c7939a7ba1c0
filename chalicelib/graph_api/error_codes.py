"""What the Graph API's error codes mean: what to do, and the reason an agent is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from chalicelib.graph_api.fields import mapping, words


class Verdict(StrEnum):
    """What an error says of the call."""

    REFUSED = "refused"  #: it was not and will not be done
    TRANSIENT = "transient"  #: it was not done; later it may be
    TOO_FAST = "too_fast"  #: the same, and the more often it is said the longer it takes
    UNAUTHORISED = "unauthorised"  #: it was not done, and an operator has to act first
    AMBIGUOUS = "ambiguous"  #: it may have been done


class Meaning(NamedTuple):
    """
    A verdict, and the key of the words catalogue for it.

    With `alarm` an operator must look: it will happen to others. UNAUTHORISED always means that.
    """

    verdict: Verdict
    reason: str
    alarm: bool = False


NOT_REACHABLE: Final = "not_reachable"
WINDOW_CLOSED: Final = "window_closed"
ELSEWHERE: Final = "handled_elsewhere"
NOT_FETCHED: Final = "file_not_fetched"
OTHER: Final = "other"
CONTENT: Final = "content_not_supported"
INVALID: Final = "invalid_request"
FILE_GONE: Final = "file_gone"
FILE_UNAVAILABLE: Final = "file_unavailable"
_LONGEST_DETAIL: Final = 500  #: characters of the platform's own wording that are kept


def _refused(reason: str) -> Meaning:
    return Meaning(Verdict.REFUSED, reason)


_WINDOW_CLOSED: Final = _refused(WINDOW_CLOSED)
_UNREACHABLE: Final = _refused(NOT_REACHABLE)
_TOO_LONG: Final = _refused("too_long")
_NOT_PERMITTED: Final = _refused("not_permitted")
_TO_OURSELVES: Final = Meaning(Verdict.REFUSED, NOT_REACHABLE, alarm=True)
_NOT_TO_THERE: Final = Meaning(Verdict.REFUSED, "account_restricted", alarm=True)
_NOT_A_TESTER: Final = Meaning(Verdict.REFUSED, "test_account", alarm=True)
_ELSEWHERE: Final = _refused(ELSEWHERE)
_FLOW: Final = _refused("automatic_flow")
_HELD_BACK: Final = _refused("held_back")
_OPTED_OUT: Final = _refused("opted_out")
_CONTENT: Final = _refused(CONTENT)
_NOT_FETCHED: Final = _refused(NOT_FETCHED)
_TEMPLATE: Final = _refused("template_refused")
_PHONE_NEEDED: Final = _refused("phone_needed")
_IDENTITY: Final = _refused("identity_changed")
_INVALID: Final = Meaning(Verdict.REFUSED, INVALID, alarm=True)
_UNKNOWN: Final = _refused(OTHER)
_THROTTLED: Final = Meaning(Verdict.TRANSIENT, "throttled")
_SLOWED_DOWN: Final = Meaning(Verdict.TRANSIENT, "throttled", alarm=True)
_TOO_FAST: Final = Meaning(Verdict.TOO_FAST, "throttled")
_MAINTENANCE: Final = Meaning(Verdict.TRANSIENT, "platform_error", alarm=True)
_UNCERTAIN: Final = Meaning(Verdict.AMBIGUOUS, "platform_error")
_TOKEN: Final = Meaning(Verdict.UNAUTHORISED, "not_authorised")
_ACCOUNT: Final = Meaning(Verdict.UNAUTHORISED, "account_problem")
_RESTRICTED: Final = Meaning(Verdict.UNAUTHORISED, "account_restricted")

# A subcode says more than its code, and no two codes use one for different things.
# https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
BY_SUBCODE: Final[Mapping[int, Meaning]] = MappingProxyType(
    {
        2018278: _WINDOW_CLOSED,
        2534022: _WINDOW_CLOSED,
        2018065: _NOT_PERMITTED,
        2018108: _UNREACHABLE,
        1893063: _RESTRICTED,
        2018001: _UNREACHABLE,
        2534014: _UNREACHABLE,
        1545041: _UNREACHABLE,
        2018008: _NOT_FETCHED,
        2018047: _CONTENT,
        2018109: _CONTENT,
        2018294: _CONTENT,
        2534015: _UNKNOWN,
        2534029: _UNKNOWN,
        2534037: _ELSEWHERE,
        2534040: _UNKNOWN,
        2534041: _TOKEN,  # the account's owner took the access to its messages back
        2018300: _ELSEWHERE,
        2018321: _FLOW,
        2018338: _THROTTLED,
        33: _INVALID,  # of code 100: the node does not exist
    }
)

# https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
BY_CODE: Final[Mapping[int, Meaning]] = MappingProxyType(
    dict.fromkeys(range(200, 300), _TOKEN)
    | dict.fromkeys((0, 3, 10, 102, 190, 131005), _TOKEN)
    | dict.fromkeys((368, 131031, 131037, 131042, 131045, 133010, 134011), _ACCOUNT)
    | dict.fromkeys((4, 17, 32, 613, *range(80001, 80008), 130429), _THROTTLED)
    | dict.fromkeys((131048, 131064), _SLOWED_DOWN)
    | dict.fromkeys((1, 2, 1200, 131000, 131016, 133004), _UNCERTAIN)
    | dict.fromkeys((551, 131026), _UNREACHABLE)
    | dict.fromkeys((130472, 131049), _HELD_BACK)
    | dict.fromkeys((131051, 131052, 131053, 131060), _CONTENT)
    | dict.fromkeys((33, 100, 131008, 131009), _INVALID)
    | dict.fromkeys((*range(132000, 132017), 132068, 132069), _TEMPLATE)
    | {
        130497: _NOT_TO_THERE,
        131021: _TO_OURSELVES,
        131030: _NOT_A_TESTER,
        131047: _WINDOW_CLOSED,
        131050: _OPTED_OUT,
        131056: _TOO_FAST,
        131057: _MAINTENANCE,
        131062: _PHONE_NEEDED,
        137000: _IDENTITY,
        2018300: _ELSEWHERE,
        2018321: _FLOW,
    }
)

# A text that is too long, and a proof of another app's secret, have no code of their own: 100 is any
# wrong parameter.
_PARAMETER: Final = 100
_LENGTH: Final = re.compile(
    r"length of param|too long|at most \d+ char|exceeds? .*length", re.IGNORECASE
)


def meaning(code: int, *, subcode: int = 0, message: str = "") -> Meaning | None:
    """Return what an error means, None where the code is not known here."""
    if subcode in BY_SUBCODE:
        return BY_SUBCODE[subcode]
    if code == _PARAMETER and _LENGTH.search(message):
        return _TOO_LONG
    if code == _PARAMETER and "appsecret_proof" in message:
        return _TOKEN
    return BY_CODE.get(code)


def reason(code: int, *, message: str = "") -> str:
    """Return the reason of a message that failed after it was accepted."""
    known = meaning(code, message=message)
    return known.reason if known else OTHER


def wording(error: Mapping[str, Any]) -> str:
    """Return the platform's own words for an error, the most telling ones."""
    details = mapping(error.get("error_data")).get("details")
    candidates = (details, error.get("message"), error.get("title"))
    return next((words(c)[:_LONGEST_DETAIL] for c in candidates if words(c)), "")
