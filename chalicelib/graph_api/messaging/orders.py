"""What customers order from a page's shop."""

from __future__ import annotations

from typing import Annotated

from chalicelib.domain.content import Content, Part, unsupported
from chalicelib.domain.events import MessageReceived, UnknownEvent
from chalicelib.graph_api.messaging.notice import Notice
from chalicelib.graph_api.payload import AsObjects, Decimal, Identifier, Payload, Words


class Item(Payload):
    """One line of an order."""

    name: Words = ""
    retailer_id: Identifier = ""
    product_id: Identifier = ""
    quantity: Decimal = ""
    unit_price: Decimal = ""
    currency: Words = ""


class Order(Payload):
    """A cart that a customer sent."""

    products: Annotated[tuple[Item, ...], AsObjects] = ()
    note: Words = ""


def ordered(notice: Notice, part: object) -> MessageReceived | UnknownEvent:
    """Return what a customer ordered; orders have no id."""
    order = Order.read(part)
    lines = [line for line in (*map(_line, order.products), order.note) if line]
    told = Part(word="order", values={"lines": "\n".join(lines)}) if lines else unsupported("order")
    return notice.chosen(Content(parts=(told,)), key=notice.raw_key)


def _line(item: Item) -> str:
    """Return how many of what, and what one of them costs."""
    name = item.name or item.retailer_id or item.product_id
    number = item.retailer_id if item.name else ""
    price = " ".join(word for word in (item.unit_price, item.currency) if word)
    what = " · ".join(word for word in (name, number, price) if word)
    return f"{item.quantity} x {what}" if item.quantity and what else what
