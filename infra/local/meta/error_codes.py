"""The Graph API's error codes: the status, the wording and the details of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from infra.local.meta.accounts import INSTAGRAM, MESSENGER


class Known(NamedTuple):
    """What Meta answers for a code: HTTP status, wording, and WhatsApp's details, if any."""

    http: int
    title: str
    details: str = ""


UNKNOWN: Final = Known(400, "Something went wrong")
_SLOW: Final = "Too many messages were sent from this phone number in a short time."
_PAIR: Final = (
    "Message failed to send because there were too many messages sent from this phone number to "
    "the same phone number in a short period of time."
)
_WINDOW: Final = (
    "Message failed to send because more than 24 hours have passed since the customer last "
    "replied to this number."
)

#: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
CODES: Final[Mapping[int, Known]] = MappingProxyType(
    {
        0: Known(401, "AuthException", "We were unable to authenticate the app user."),
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
        1200: Known(500, "Temporary send message failure. Please try again later."),
        **dict.fromkeys(range(80001, 80008), Known(400, "Rate limit issues")),
        130429: Known(400, "Rate limit hit", _SLOW),
        130472: Known(400, "User's number is part of an experiment"),
        130497: Known(403, "Business account is restricted from messaging users in this country"),
        131000: Known(500, "Something went wrong"),
        131005: Known(403, "Access denied"),
        131008: Known(400, "Required parameter is missing"),
        131009: Known(400, "Parameter value is not valid"),
        131016: Known(500, "Service unavailable"),
        131021: Known(400, "Recipient cannot be sender"),
        131026: Known(400, "Message undeliverable", "Unable to deliver message."),
        131030: Known(400, "Recipient phone number not in allowed list"),
        131031: Known(403, "Business Account locked"),
        131037: Known(400, "WhatsApp provided number needs display name approval"),
        131042: Known(400, "Business eligibility payment issue"),
        131045: Known(500, "Incorrect certificate"),
        131047: Known(400, "Re-engagement message", _WINDOW),
        131048: Known(400, "Spam rate limit hit"),
        131049: Known(400, "Message was not delivered to maintain healthy ecosystem engagement"),
        131050: Known(400, "User has stopped receiving marketing messages from this business"),
        131051: Known(400, "Unsupported message type", "Message type is currently not supported."),
        131052: Known(400, "Media download error"),
        131053: Known(400, "Media upload error"),
        131056: Known(400, "(Business Account, Consumer Account) pair rate limit hit", _PAIR),
        131057: Known(500, "Account in maintenance mode"),
        131060: Known(400, "This message is currently unavailable"),
        131062: Known(400, "Business-scoped user ids are not supported for this message"),
        131064: Known(400, "Messaging limit of the portfolio reached"),
        132000: Known(400, "Number of parameters does not match the expected number of params"),
        132001: Known(404, "Template name does not exist in the translation"),
        132005: Known(400, "Translated text too long"),
        132007: Known(400, "Template format character policy violated"),
        132012: Known(400, "Parameter format does not match format in the created template"),
        132015: Known(400, "Template is paused"),
        132016: Known(400, "Template is disabled"),
        132068: Known(400, "Flow is in blocked state"),
        132069: Known(400, "Flow is in throttled state"),
        133004: Known(503, "Server temporarily unavailable"),
        133010: Known(400, "Phone number not registered"),
        134011: Known(403, "WhatsApp Payments terms of service have not been accepted"),
        137000: Known(400, "Identity key of the recipient does not match"),
        2018300: Known(400, "Another app is controlling this thread"),
        2018321: Known(400, "An automated flow is running in this thread"),
    }
)

_OUTSIDE_WINDOW: Final = "This message is sent outside of allowed window."
_GONE: Final = "This person isn't available right now."
_EXPIRED: Final = "Error validating access token: Session has expired"

#: What Messenger and Instagram say with a code where nothing more is ordered.
USUAL: Final[Mapping[tuple[str, int], int]] = MappingProxyType(
    {
        (MESSENGER, 10): 2018278,
        (INSTAGRAM, 10): 2534022,
        (MESSENGER, 190): 463,
        (INSTAGRAM, 190): 463,
        (MESSENGER, 551): 1545041,
        (INSTAGRAM, 551): 1545041,
        (MESSENGER, 613): 2018338,
        (INSTAGRAM, 613): 2534040,
    }
)

#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
SUBCODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        33: "Object does not exist, or does not support this operation",
        460: "Error validating access token: The session has been invalidated because the user "
        "changed their password or Facebook has changed the session for security reasons.",
        463: _EXPIRED,
        467: "The access token is invalid since the user hasn't engaged the app in longer than 90 "
        "days",
        1545041: _GONE,
        1893063: "This page is restricted from sending messages",
        2018001: "No matching user found",
        2018008: "Failed to fetch the file from the url",
        2018047: "Upload attachment failure.",
        2018065: "This message is sent without the permission that its tag needs",
        2018108: "This person isn't receiving messages from you right now.",
        2018109: "Attachment size exceeds allowable limit",
        2018278: _OUTSIDE_WINDOW,
        2018294: "Video upload timed out or is not of a supported type",
        2018300: "Message Not Sent: Another app is controlling this thread now.",
        2018321: "Message Not Sent: An automated flow is running in this thread now.",
        2018338: "Calls to this api have exceeded the rate limit.",
        2534014: "The requested user cannot be found.",
        2534015: "The message is not valid",
        2534022: _OUTSIDE_WINDOW,
        2534029: "The message could not be sent to this user",
        2534037: "The thread owner has archived or deleted this conversation, or the thread does "
        "not exist",
        2534040: "Calls to this api have exceeded the rate limit.",
        2534041: "The Instagram account owner has disabled access to direct messages.",
    }
)
