"""
News about the business's accounts, numbers and templates on WhatsApp, and what is only kept.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from chalicelib.channels.whatsapp import items
from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.payloads import Failure
from chalicelib.domain.events import AccountChanged, UnknownEvent
from chalicelib.graph_api import error_codes
from chalicelib.graph_api.fields import kind, listing, mapping

# Good or neutral news of an account. Whatever else is told of one, a word that is new included, may
# mean that it can send no more.
_FINE: Final = frozenset(
    {
        "ACCOUNT_RECONNECTED",
        "AD_ACCOUNT_LINKED",
        "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
        "MM_LITE_TERMS_SIGNED",
        "PARTNER_ADDED",
        "PARTNER_APP_INSTALLED",
        "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
        "VERIFIED_ACCOUNT",
        "VOLUME_BASED_PRICING_TIER_UPDATE",
    }
)
_TEMPLATE_STOPPED: Final = frozenset({"REJECTED", "PAUSED", "DISABLED", "FLAGGED", "LOCKED"})
_QUALITY: Final = ("RED", "YELLOW", "GREEN")
_NO_HISTORY: Final = 2593109  #: the business does not share the old messages of its phone
#: What is wrong with the account itself, whichever message it was told beside.
_OURS: Final = frozenset({"not_authorised", "account_problem", "account_restricted"})


def parse(notice: Notice) -> AccountChanged | UnknownEvent:
    """Return news of a field that stands whole; of a field that is not known, unknown."""
    if notice.topic == items.STANDBY and not notice.item:
        return notice.recorded(items.STANDBY)
    if notice.topic not in _ALARMS:
        return notice.unknown(notice.topic)
    word = _word(notice.item)
    kept = f"{notice.topic}:{word}" if word else notice.topic
    return notice.recorded(kept, alarm=_ALARMS[notice.topic](word, notice.item))


def error(notice: Notice) -> AccountChanged:
    """Return what is wrong with an account or number, or with what came beside it."""
    code = Failure.read(notice.item).code
    if code == _NO_HISTORY:
        return notice.recorded(f"{notice.topic}:declined")
    of_account = error_codes.reason(code) in _OURS
    alarm = notice.kind == items.ERROR or of_account
    return notice.recorded(f"error:{code}" if code >= 0 else "error", alarm=alarm)


def imported(notice: Notice) -> AccountChanged:
    """Return old messages or contacts of the business's phone: they become no tickets."""
    refused = bool(listing(notice.item.get("errors")))
    return notice.recorded(f"{notice.topic}:declined" if refused else notice.topic)


def group(notice: Notice) -> AccountChanged:
    """Return what happened in a group, in which we do not speak."""
    word = kind(notice.item.get("type"), otherwise="")
    return notice.recorded(f"{notice.topic}:{word}" if word else notice.topic)


def _word(value: Mapping[str, Any]) -> str:
    """Return the platform's word for what happened."""
    alert = mapping(value.get("alert_info")) or value
    candidates = (
        value.get("event"),
        value.get("decision"),
        alert.get("alert_type"),
        value.get("new_quality_score"),
        value.get("new_category"),
        value.get("status"),
    )
    return next((word for c in candidates if (word := kind(c, otherwise=""))), "")


def _never(word: str, value: Mapping[str, Any]) -> bool:
    del word, value
    return False


def _severe(word: str, value: Mapping[str, Any]) -> bool:
    del word
    alert = mapping(value.get("alert_info")) or value
    return alert.get("alert_severity") != "INFORMATIONAL"


def _worse(word: str, value: Mapping[str, Any]) -> bool:
    """Return whether a template's quality fell."""
    before = value.get("previous_quality_score")
    if word not in _QUALITY:
        return False
    return (
        word != "GREEN" if before not in _QUALITY else _QUALITY.index(word) < _QUALITY.index(before)
    )


_ALARMS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], bool]]] = MappingProxyType(
    {
        "account_update": lambda word, _: word not in _FINE,
        "account_alerts": _severe,
        "account_review_update": lambda word, _: word not in ("APPROVED", "PENDING"),
        "account_settings_update": _never,
        "automatic_events": _never,
        "business_capability_update": _never,
        "business_status_update": lambda *_: True,
        "business_username_update": _never,
        "flows": _never,
        "message_template_components_update": _never,
        "message_template_quality_update": _worse,
        "message_template_status_update": lambda word, _: word in _TEMPLATE_STOPPED,
        "partner_solutions": _never,
        "payment_configuration_update": _never,
        "phone_number_name_update": lambda word, _: word != "APPROVED",
        "phone_number_quality_update": lambda word, _: word in ("FLAGGED", "DOWNGRADE"),
        "phone_number_username_update": _never,
        "security": lambda *_: True,
        "template_category_update": _never,
        "template_correct_category_detection": _never,
        "tracking_events": _never,
    }
)
