"""The fields of what a message carries beside text and files, as far as they are read."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final

from pydantic import BeforeValidator

from chalicelib.graph_api import fields
from chalicelib.graph_api.payload import AsObject, AsObjects, Identifier, Payload, Words

_HALF_TURN: Final = 180


def _figure(value: Any) -> str:
    """Return a number, an amount or a date as it reads; empty where it is none."""
    if isinstance(value, float):
        return str(value).removesuffix(".0") if math.isfinite(value) else ""
    return str(value) if type(value) is int else fields.words(value)


def _degrees(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        return None
    return degrees if abs(degrees) <= _HALF_TURN else None


Figure = Annotated[str, BeforeValidator(_figure)]
Degrees = Annotated[float | None, BeforeValidator(_degrees)]


class Referral(Payload):
    """The advertisement or post from which somebody began to write."""

    headline: Words = ""
    body: Words = ""
    source_url: Words = ""
    source_id: Identifier = ""


class Place(Payload):
    """A place: with a name or address where one was chosen, bare where somebody is there now."""

    latitude: Degrees = None
    longitude: Degrees = None
    name: Words = ""
    address: Words = ""
    url: Words = ""


class Name(Payload):
    """How somebody on a card is called."""

    formatted_name: Words = ""
    first_name: Words = ""
    last_name: Words = ""


class Detail(Payload):
    """A phone, an e-mail address, a web page or an address of somebody on a card."""

    phone: Words = ""
    wa_id: Identifier = ""
    email: Words = ""
    url: Words = ""
    street: Words = ""
    zip: Figure = ""
    city: Words = ""
    country: Words = ""


class Organisation(Payload):
    """For whom somebody on a card works."""

    company: Words = ""
    department: Words = ""
    title: Words = ""


class SharedContact(Payload):
    """A card that somebody sent; it is their own only where `origin` says that they were asked."""

    name: Annotated[Name, AsObject] = Name()
    org: Annotated[Organisation, AsObject] = Organisation()
    phones: Annotated[tuple[Detail, ...], AsObjects] = ()
    emails: Annotated[tuple[Detail, ...], AsObjects] = ()
    urls: Annotated[tuple[Detail, ...], AsObjects] = ()
    addresses: Annotated[tuple[Detail, ...], AsObjects] = ()
    birthday: Words = ""
    origin: Words = ""


class OrderLine(Payload):
    """One line of an order."""

    product_retailer_id: Identifier = ""
    quantity: Figure = ""
    item_price: Figure = ""
    currency: Words = ""


class Order(Payload):
    """What somebody put into a cart and sent."""

    text: Words = ""
    product_items: Annotated[tuple[OrderLine, ...], AsObjects] = ()
