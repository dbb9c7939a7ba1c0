"""What customers on WhatsApp want to receive beside answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chalicelib.channels.whatsapp.notice import Notice
from chalicelib.channels.whatsapp.payloads import Preference
from chalicelib.domain.events import AccountChanged, ConsentChanged

_OPTED_OUT: Final[Mapping[str, bool]] = MappingProxyType(
    {"stop": True, "resume": False, "signup": False}
)
_CATEGORIES: Final = frozenset({"", "marketing_messages"})


def parse(notice: Notice) -> ConsentChanged | AccountChanged:
    """Return whether a customer opted out or in; what is neither is only counted."""
    told = Preference.read(notice.item)
    if not notice.aliases or told.value not in _OPTED_OUT or told.category not in _CATEGORIES:
        return notice.recorded(f"user_preferences:{told.value or 'other'}")
    return ConsentChanged(
        key=notice.raw_key,
        account=notice.account,
        contact=notice.contact,
        opted_out=_OPTED_OUT[told.value],
        occurred_at=notice.occurred_at,
    )
