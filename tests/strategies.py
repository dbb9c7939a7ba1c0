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
_OTHER_TYPES = st.sampled_from(["fallback", "template", "location", "ig_reel", "post", "ephemeral"])
_PAYLOAD = _party(
    ["url", "title", "sticker_id", "coordinates", "product", "elements", "buttons", "text"]
)
_ATTACHMENT = (
    st.fixed_dictionaries(
        {},
        optional={
            "type": _FILE_TYPES | _OTHER_TYPES,
            "title": TEXTS | JSON,
            "url": TEXTS | JSON,
            "payload": _PAYLOAD,
        },
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
            "reply_to": _party(["mid", "story"]),
            "referral": _party(["ref", "source", "ad_id", "product", "ads_context_data"]),
            **dict.fromkeys(["action", "emoji", "reaction", "status", "feedback"], TEXTS | JSON),
            "num_edit": NUMBERS | JSON,
            "new_owner_app_id": IDS,
            "notification_messages_status": st.sampled_from(["STOP_NOTIFICATIONS"]) | JSON,
            **dict.fromkeys(["products", "screens", "feedback_screens", "commands"], JSON),
            "button_reply": _party(["title"]),
            **dict.fromkeys(["url", "mime_type", "sha256", "filename", "caption"], TEXTS | JSON),
        },
    )
    | JSON
)
_FAMILIES = [
    "message",
    "message_edit",
    "reaction",
    "postback",
    "referral",
    "optin",
    "delivery",
    "read",
    "order",
    "pass_thread_control",
    "take_thread_control",
    "policy-enforcement",
    "account_linking",
    "messaging_feedback",
    "messaging_customer_information",
    "response_feedback",
    "new",
]
_MESSAGING = (
    st.fixed_dictionaries(
        {},
        optional={
            "sender": _party(["id"]),
            "recipient": _party(["id"]),
            "timestamp": NUMBERS | JSON,
            **dict.fromkeys(_FAMILIES, _PART),
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
_PUBLIC = (
    st.fixed_dictionaries(
        {},
        optional={
            "item": st.sampled_from(["comment", "post", "rating"]) | JSON,
            "verb": st.sampled_from(["add", "edited", "remove", "hide"]) | JSON,
            "from": _party(["id", "name", "username", "self_ig_scoped_id"]),
            "media": _party(["id", "ad_title"]),
            **dict.fromkeys(["comment_id", "post_id", "parent_id", "id", "sender_id"], IDS),
            **dict.fromkeys(["message", "text", "photo", "link"], TEXTS | JSON),
        },
    )
    | JSON
)
_FIELDS = st.sampled_from(
    ["messages", "standby", "feed", "mention", "ratings", "comments", "mentions", "leadgen"]
)
_CHANGE = (
    st.fixed_dictionaries({}, optional={"field": _FIELDS | JSON, "value": _VALUE | _PUBLIC}) | JSON
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
            "field": _FIELDS | JSON,
            "value": _PUBLIC,
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
        "kind": st.sampled_from(
            ["messaging", "standby", "message", "status", "changes:feed", "changes:comments"]
        )
        | JSON,
        "field": st.sampled_from(["messages"]) | JSON,
        "metadata": _party(["phone_number_id"]),
        "contact": _party(["wa_id", "user_id", "profile"]),
        "item": _MESSAGING | _MESSAGE | _CHANGE,
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
