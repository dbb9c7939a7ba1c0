"""22 cases of correctness: signed webhooks of WhatsApp, and how many things each is to hand on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.local import credentials
from tests.channels import signature
from tests.webhooks import TIME

PHONE: Final = credentials.PHONE_NUMBER_ID
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A request: its body, and the header that signs it."""

    body: bytes
    signed: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, how many different things are to be handed on, and whether it is to be refused."""

    name: str
    posts: Sequence[Post]
    hands_on: int
    refused: bool = False


def all_cases(secret: str) -> Iterator[Case]:
    """Yield the cases, each with customers and ids of its own."""

    def post(*entries: Sequence[Sequence[Message]], bare: bool = False) -> Post:
        return signed(_webhook(*entries, bare=bare), secret)

    def one(name: str, message: Message, **how: bool) -> Case:
        return Case(name, [post([[message]], **how)], 1)

    yield one("text", _text(1, "Where is my parcel?"))
    yield one("emoji and right-to-left", _text(2, "مرحبا 🙂 עולם"))
    three = [_text(3, f"part {number}", number=number) for number in range(3)]
    yield Case("three messages in one change", [post([three])], 3)
    yield Case("two changes in one entry", [post([[_text(4, "a")], [_text(5, "b")]])], 2)
    yield Case("two entries", [post([[_text(6, "a")]], [[_text(7, "b")]])], 2)
    again = post([[_text(8, "told twice")]])
    yield Case("redelivery of the same bytes", [again, again], 1)
    first, second = _text(9, "first"), _text(9, "second", number=1)
    yield Case("redelivery in another batch", [post([[first]]), post([[first, second]])], 2)
    file = {"id": "1", "mime_type": "image/jpeg", "sha256": "x"}
    yield one("image", _message(10, "image", file))
    yield one("video", _message(11, "video", file | {"mime_type": "video/mp4"}))
    yield one("location", _message(12, "location", {"latitude": 45.07, "longitude": 7.69}))
    card = {"name": {"formatted_name": "Bo", "first_name": "Bo"}, "phones": [{"phone": "+1555"}]}
    yield one("contacts", _message(13, "contacts", [card]))
    liked, sign = _text(14, "is it you?"), {"message_id": "wamid.14.0", "emoji": "👍"}
    reaction = _message(14, "reaction", sign, number=1)
    yield Case("reaction to a text", [post([[liked]]), post([[reaction]])], 2)
    button = {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}
    yield one("button", _message(15, "interactive", button))
    product = {"product_retailer_id": "7", "quantity": 1, "item_price": 5, "currency": "EUR"}
    yield one("order", _message(16, "order", {"catalog_id": "1", "product_items": [product]}))
    error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    unsupported = _message(17, "unsupported", {"type": "unknown"}) | {"errors": [error]}
    yield one("unsupported", unsupported)
    nameless = _text(18, "no number")
    del nameless["from"]
    yield one("business-scoped id only", nameless)
    yield one("as before business-scoped ids", _text(19, "as it was"), bare=True)
    yield one("a customer's text", _text(20, "mine alone"))
    yield one("then another's video", _message(21, "video", file | {"mime_type": "video/mp4"}))
    forged = _encoded(_webhook([[_text(22, "forged")]]))
    yield Case("bad signature", [Post(forged, "sha256=" + "0" * 64)], 0, refused=True)
    yield Case("no signature", [Post(forged, "")], 0, refused=True)
    yield Case("truncated JSON, signed", [signed(forged[:-9], secret)], 0)


def load(number: int, secret: str) -> list[Post]:
    """Return so many webhooks with one text each, of 5000 customers."""
    texts = (_text(100_000 + n % 5000, "Where is my parcel?", number=n) for n in range(number))
    return [signed(_webhook([[text]]), secret) for text in texts]


def signed(body: object, secret: str) -> Post:
    """Return a request that is signed as Meta does."""
    raw = body if isinstance(body, bytes) else _encoded(body)
    return Post(raw, signature(raw, secret))


def _encoded(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _text(customer: int, text: str, *, number: int = 0) -> Message:
    return _message(customer, "text", {"body": text}, number=number)


def _message(customer: int, kind: str, content: object, *, number: int = 0) -> Message:
    phone = str(15_550_000_000 + customer)
    return {
        "from": phone,
        "from_user_id": f"US.{phone}",
        "id": f"wamid.{customer}.{number}",
        "timestamp": str(TIME // 1000),
        "type": kind,
        kind: content,
    }


def _webhook(*entries: Sequence[Sequence[Message]], bare: bool = False) -> dict[str, Any]:
    changes = [[_change(messages, bare=bare) for messages in entry] for entry in entries]
    business = credentials.WHATSAPP_BUSINESS_ID
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": business, "changes": each} for each in changes],
    }


def _change(messages: Sequence[Message], *, bare: bool) -> dict[str, Any]:
    cards = {}
    for message in messages:
        scoped = message["from_user_id"]
        card = {"profile": {"name": "Ana"}, "user_id": scoped}
        if "from" in message:
            card["wa_id"] = message["from"]
        cards[scoped] = card
    if bare:
        messages = [{k: v for k, v in m.items() if k != "from_user_id"} for m in messages]
        cards = {n: {k: v for k, v in c.items() if k != "user_id"} for n, c in cards.items()}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": PHONE},
        "contacts": list(cards.values()),
        "messages": list(messages),
    }
    return {"field": "messages", "value": value}
