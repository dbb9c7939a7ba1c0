"""Hypothesis strategies: JSON as nobody expects it, webhooks with anything in any place."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.webhooks import OBJECTS, Said

# Lone surrogates and NUL are possible in JSON, so they are in here.
TEXTS = st.text(max_size=12)
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, 1_780_000_000, 1_780_000_000_000])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
IDS = st.sampled_from(["1", "2", 3, "US.1", "IT.2", "393331234567", "+39333", ""]) | JSON


def _party(keys: list[str]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, IDS)) | JSON


_FILE_TYPES = st.sampled_from(["image", "audio", "video", "file", "document", "sticker"])
_ATTACHMENT = (
    st.fixed_dictionaries(
        {}, optional={"type": _FILE_TYPES, "payload": _party(["url", "sticker_id"])}
    )
    | JSON
)
_PART = (
    st.fixed_dictionaries(
        {},
        optional={
            "mid": IDS,
            "id": IDS,
            "text": TEXTS | JSON,
            "body": TEXTS | JSON,
            "title": TEXTS | JSON,
            "type": st.sampled_from(["button_reply", "list_reply"]) | JSON,
            "is_echo": JSON,
            "is_self": JSON,
            "is_deleted": JSON,
            "metadata": TEXTS | JSON,
            "watermark": NUMBERS | JSON,
            "attachments": st.lists(_ATTACHMENT, max_size=2) | JSON,
            "reply_to": _party(["mid"]),
            "button_reply": _party(["title"]),
            **dict.fromkeys(["url", "mime_type", "sha256", "filename", "caption"], TEXTS | JSON),
        },
    )
    | JSON
)
_MESSAGING = (
    st.fixed_dictionaries(
        {},
        optional={
            "sender": _party(["id"]),
            "recipient": _party(["id"]),
            "timestamp": NUMBERS | JSON,
            **dict.fromkeys(["message", "postback", "delivery", "read", "order", "new"], _PART),
        },
    )
    | JSON
)
_MESSAGE = (
    st.fixed_dictionaries(
        {},
        optional={
            "id": IDS,
            "from": IDS,
            "from_user_id": IDS,
            "timestamp": NUMBERS | JSON,
            "type": st.sampled_from(["text", "button", "interactive", "reaction", "new"])
            | _FILE_TYPES
            | JSON,
            "status": st.sampled_from(["sent", "read", "failed", "new"]) | JSON,
            "errors": st.lists(_party(["code", "title", "error_data"]), max_size=2) | JSON,
            "recipient_id": IDS,
            "group_id": JSON,
            "biz_opaque_callback_data": TEXTS | JSON,
            **dict.fromkeys(["text", "button", "interactive", "context", "unsupported"], _PART),
            **dict.fromkeys(["image", "audio", "video", "document", "sticker"], _PART),
        },
    )
    | JSON
)
_VALUE = (
    st.fixed_dictionaries(
        {},
        optional={
            "metadata": _party(["phone_number_id", "display_phone_number"]),
            "recipient": _party(["phone_number_id"]),
            "contacts": st.lists(_party(["wa_id", "user_id", "profile"]), max_size=3) | JSON,
            **dict.fromkeys(
                ["messages", "statuses", "errors", "new"], st.lists(_MESSAGE, max_size=3) | JSON
            ),
        },
    )
    | JSON
)
_CHANGE = (
    st.fixed_dictionaries(
        {}, optional={"field": st.sampled_from(["messages", "standby"]) | JSON, "value": _VALUE}
    )
    | JSON
)
_ENTRY = (
    st.fixed_dictionaries(
        {},
        optional={
            "id": IDS,
            "time": NUMBERS | JSON,
            "messaging": st.lists(_MESSAGING, max_size=3) | JSON,
            "standby": st.lists(_MESSAGING, max_size=3) | JSON,
            "changes": st.lists(_CHANGE, max_size=3) | JSON,
            "field": JSON,
            "value": JSON,
            "new": JSON,
        },
    )
    | JSON
)
WEBHOOKS = st.fixed_dictionaries(
    {},
    optional={
        "object": st.sampled_from(sorted(OBJECTS.values())) | JSON,
        "entry": st.lists(_ENTRY, max_size=3) | JSON,
        "new": JSON,
    },
) | st.dictionaries(TEXTS, JSON, max_size=3)
"""Bodies that look like webhooks to a varying degree, down to any JSON object."""

RAW_ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "object": st.sampled_from(sorted(OBJECTS.values())) | JSON,
        "entry": _party(["id", "time"]),
        "kind": st.sampled_from(["messaging", "standby", "message", "status"]) | JSON,
        "field": st.sampled_from(["messages"]) | JSON,
        "metadata": _party(["phone_number_id"]),
        "contact": _party(["wa_id", "user_id", "profile"]),
        "item": _MESSAGING | _MESSAGE,
    },
) | st.dictionaries(TEXTS, JSON, max_size=3)
"""Items as they may come out of the queue, or as nobody ever queued them."""


@st.composite
def conversations(draw: st.DrawFn) -> list[list[Said]]:
    """Draw what customers say to 1-4 accounts: per account 1-5 messages, each with an id."""
    accounts = draw(st.lists(st.integers(100, 999), min_size=1, max_size=4, unique=True))
    said = []
    for account in accounts:
        customers = draw(st.lists(st.integers(10_000, 10_009), min_size=1, max_size=5))
        said.append(
            [
                Said(str(account), str(customer), f"id.{account}.{number}", f"{account}/{customer}")
                for number, customer in enumerate(customers)
            ]
        )
    return said
