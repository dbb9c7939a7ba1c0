"""What messages on WhatsApp carry beside text and files: places, contacts, orders, forms, marks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from chalicelib.channels.whatsapp.parser.payloads import (
    Order,
    OrderLine,
    Place,
    Referral,
    SharedContact,
)
from chalicelib.channels.whatsapp.payloads import Context
from chalicelib.domain.content import Part
from chalicelib.graph_api.fields import shallow, words

_MOST_LINES: Final = 500
_MAP: Final = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
_MARK: Final = "flow_token"  #: the business's own sign on a form, no answer of anybody


def location(place: Place) -> Part | None:
    """Return a place with a link to a map; None where it is nowhere."""
    named = ", ".join(dict.fromkeys(name for name in (place.name, place.address) if name))
    link = place.url
    if place.latitude is not None and place.longitude is not None:
        latitude, longitude = _degrees(place.latitude), _degrees(place.longitude)
        named = named or f"{latitude}, {longitude}"
        link = _MAP.format(latitude=latitude, longitude=longitude)
    return Part(word="location", values={"what": named, "link": link}) if named else None


def contacts(cards: Sequence[SharedContact]) -> Part | None:
    """Return the contacts that somebody shared, a line each; None where they say nothing."""
    lines = _lines(_contact(card) for card in cards)
    return Part(word="contacts", values={"lines": lines}) if lines else None


def order(cart: Order) -> Part | None:
    """Return an order, a line for each product; None where it has none."""
    lines = _lines(_order_line(line) for line in cart.product_items)
    return Part(word="order", values={"lines": lines}) if lines else None


def form(name: str, answers: object) -> Part | None:
    """
    Return the answers to a form, a line each; None where there are none.

    Answers are any JSON, or a text of it; a text that is none is one answer.
    """
    if isinstance(answers, str):
        try:
            answers = json.loads(answers)
        except (ValueError, RecursionError):
            answers = words(answers)
    if isinstance(answers, dict):
        answers = {key: value for key, value in answers.items() if key != _MARK}
    lines = _lines(_flat(shallow(answers), ""))
    return Part(word="form", values={"name": name, "lines": lines}) if lines else None


def marks(context: Context, referral: Referral) -> Iterator[Part]:
    """Yield what a message says of where it comes from: forwarded, about a product, from an ad."""
    if context.frequently_forwarded:
        yield Part(word="forwarded_often")
    elif context.forwarded:
        yield Part(word="forwarded")
    product = context.referred_product
    if product.product_retailer_id or product.catalog_id:
        what = product.product_retailer_id or product.catalog_id
        yield Part(word="product", values={"what": what})
    came_from = (referral.headline, referral.body, referral.source_url or referral.source_id)
    what = " · ".join(text for text in came_from if text)
    if what:
        yield Part(word="referral", values={"what": what})


def _degrees(value: float) -> str:
    return f"{value + 0:.6f}".rstrip("0").rstrip(".")


def _contact(card: SharedContact) -> str:
    name = card.name.formatted_name or _joined(" ", card.name.first_name, card.name.last_name)
    details = _joined(
        ", ",
        *(phone.phone or phone.wa_id for phone in card.phones),
        *(email.email for email in card.emails),
        _joined(", ", card.org.company, card.org.department, card.org.title),
        *(_joined(", ", a.street, _joined(" ", a.zip, a.city), a.country) for a in card.addresses),
        *(url.url for url in card.urls),
        card.birthday,
    )
    return _joined(": ", name, details)


def _order_line(line: OrderLine) -> str:
    count = f"{line.quantity} \N{MULTIPLICATION SIGN}" if line.quantity else ""
    price = _joined(" ", line.item_price, line.currency)
    return _joined(" ", count, _joined(", ", line.product_retailer_id, price))


def _flat(value: object, name: str) -> Iterator[str]:
    """Yield a line for every plain value in JSON, under the names that lead to it."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(each, _joined(".", name, key))
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for number, each in enumerate(value, start=1):
            yield from _flat(each, _joined(".", name, str(number)))
    elif _plain(value):
        yield _joined(": ", name, _plain(value))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return _joined(", ", *(_plain(each) for each in value))
    return value if isinstance(value, str) else json.dumps(value)


def _joined(between: str, *texts: str) -> str:
    return between.join(text for text in texts if text)


def _lines(texts: Iterable[str]) -> str:
    """Return the texts that say something, each on a line, and a sign for those that are too many."""
    told = list(islice((text for text in texts if text), _MOST_LINES + 1))
    return words("\n".join([*told[:_MOST_LINES], *(["…"] if len(told) > _MOST_LINES else [])]))
